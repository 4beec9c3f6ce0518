#!/usr/bin/env python3
"""How long other people's writers take for the tables of an export.

    peers.py FOLDER OUT
    peers.py SESSION.attune OUT.xdf

FOLDER holds an hour of the study as `attune export --format csv` wrote it. Its samples and keys are loaded
first, which is not counted; then they are written into OUT: by pandas as CSV, by pyreadstat as .sav, and as
XDF by a writer in plain Python, sample by sample as the format has them. Prints one JSON object with the
seconds of each, and with how many rows there were.

With a session file the same writer does all that an export does: it reads the file (Protocols/formats/session-file.md,
with NumPy), puts samples onto the session's time and writes them. Whoever starts it counts the time."""

import json
import pathlib
import sqlite3
import struct
import sys
import time
import zlib

import numpy


def varlen(length):
    if length < 256:
        return b"\x01" + struct.pack("<B", length)
    if length < 1 << 32:
        return b"\x04" + struct.pack("<I", length)
    return b"\x08" + struct.pack("<Q", length)


def chunk(tag, content):
    return varlen(len(content) + 2) + struct.pack("<H", tag) + content


def write_xdf(path, streams, kind="double64", code="d"):
    """Each stream's times in nanoseconds and its channels, a second of samples in a chunk. Values are of a kind of
    XDF's, with struct's code for it."""
    with open(path, "wb") as file:
        file.write(b"XDF:")
        file.write(chunk(1, b"<?xml version=\"1.0\"?><info><version>1.0</version></info>"))
        for number, (name, (t_ns, channels)) in enumerate(streams.items(), 1):
            times = (t_ns / 1e9).tolist()
            whole = code != "d"
            values = list(zip(*((channel.astype(int) if whole else channel).tolist() for channel in channels)))
            rate = max(1, round((len(times) - 1) / (times[-1] - times[0])))
            header = (f"<?xml version=\"1.0\"?><info><name>{name}</name><type>signal</type><channel_count>{len(channels)}"
                      f"</channel_count><nominal_srate>{rate}</nominal_srate><channel_format>{kind}</channel_format>"
                      "</info>")
            file.write(chunk(2, struct.pack("<I", number) + header.encode()))
            form = struct.Struct(f"<Bd{len(channels)}{code}")
            for begin in range(0, len(times), rate):
                part = [struct.pack("<I", number), varlen(len(times[begin:begin + rate]))]
                for moment, row in zip(times[begin:begin + rate], values[begin:begin + rate]):
                    part.append(form.pack(8, moment, *row))
                file.write(chunk(3, b"".join(part)))
            footer = (f"<?xml version=\"1.0\"?><info><first_timestamp>{times[0]}</first_timestamp><last_timestamp>"
                      f"{times[-1]}</last_timestamp><sample_count>{len(times)}</sample_count></info>")
            file.write(chunk(6, struct.pack("<I", number) + footer.encode()))


def columns(blob):
    """The columns of a chunk's blob."""
    data = zlib.decompress(blob)
    place = 0
    while place < len(data):
        order, width, count, start, step = struct.unpack_from("<BBIqq", data, place)
        place += 22
        planes = numpy.frombuffer(data, numpy.uint8, width * count, place).reshape(width, count)
        place += width * count
        bytes_of = numpy.zeros((count, 8), numpy.uint8)
        bytes_of[:, :width] = planes.T
        words = bytes_of.view(numpy.uint64).reshape(count)
        if order == 8:
            yield words.view(numpy.float64)
            continue
        values = (words >> numpy.uint64(1)).astype(numpy.int64) ^ -(words & numpy.uint64(1)).astype(numpy.int64)
        for _ in range(order):
            values = values.cumsum()
        yield start + step * numpy.arange(count) + values


def read_session(path):
    """The times and the channels of a session's signals, by the streams' names."""
    query = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True).execute
    [(started,)] = query("SELECT started_ns FROM session")
    found = {}
    for number, name in query("SELECT id, name FROM streams WHERE kind = 'signal' ORDER BY id").fetchall():
        chunks = [list(columns(data)) for (data,) in query(
            "SELECT data FROM chunks WHERE stream_id = ? ORDER BY first_index", [number])]
        if not chunks:
            continue
        raw = [numpy.concatenate(parts) for parts in zip(*chunks)]
        scales = query(
            "SELECT scale, \"offset\" FROM channels WHERE stream_id = ? ORDER BY position", [number]).fetchall()
        times = numpy.zeros(len(raw[0]), numpy.int64)
        for first, last, origin, period in query(
                "SELECT first_index, last_index, origin_ns, period_ns FROM clock_segments WHERE stream_id = ?"
                " ORDER BY first_index", [number]):
            index = numpy.arange(last - first + 1)
            times[first:last + 1] = origin - started + numpy.round(index * period).astype(numpy.int64)
        found[name] = times, [
            values * (1 if scale is None else scale) + (offset or 0) for values, (scale, offset) in zip(raw, scales)]
    return found


def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def signals(frame):
    """The times and the channels of a table of samples."""
    channels = [column for column in frame.columns if column not in (
        "sample_index", "t_ns", "t_start_ms", "bound_ms", "arrival_ns") and not column.endswith("_raw")]
    return frame["t_ns"], [frame[column] for column in channels]


def compare(folder, out):
    import pandas
    import pyreadstat

    out.mkdir(exist_ok=True)
    frames = {path.stem: pandas.read_csv(path) for path in sorted(folder.glob("samples_*.csv"))}
    tables = dict(frames, keystrokes=pandas.read_csv(folder / "keystrokes.csv"))
    streams = {name: signals(frame) for name, frame in frames.items()}

    def csv():
        for name, frame in tables.items():
            frame.to_csv(out / f"{name}.csv", index=False)

    def sav():
        for name, frame in tables.items():
            pyreadstat.write_sav(frame, str(out / f"{name}.sav"))

    print(json.dumps({
        "rows": sum(len(frame) for frame in tables.values()), "csv": timed(csv), "spss": timed(sav),
        "xdf": timed(lambda: write_xdf(out / "hour.xdf", streams))}))


def main():
    source, out = map(pathlib.Path, sys.argv[1:])
    if source.is_dir():
        compare(source, out)
    else:
        write_xdf(out, read_session(source))


if __name__ == "__main__":
    main()
