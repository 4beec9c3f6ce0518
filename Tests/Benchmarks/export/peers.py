#!/usr/bin/env python3
"""How long other people's writers take for the tables of an export.

    peers.py FOLDER OUT

FOLDER holds an hour of the study as `attune export --format csv` wrote it. Its samples and keys are loaded
first, which is not counted; then they are written into OUT: by pandas as CSV, by pyreadstat as .sav, and as
XDF by a writer in plain Python, sample by sample as the format has them. Prints one JSON object with the
seconds of each, and with how many rows there were."""

import json
import pathlib
import struct
import sys
import time

import pandas
import pyreadstat


def varlen(length):
    if length < 256:
        return b"\x01" + struct.pack("<B", length)
    if length < 1 << 32:
        return b"\x04" + struct.pack("<I", length)
    return b"\x08" + struct.pack("<Q", length)


def chunk(tag, content):
    return varlen(len(content) + 2) + struct.pack("<H", tag) + content


def write_xdf(path, frames):
    """A stream for each frame: its channels as doubles, a second of samples in a chunk."""
    with open(path, "wb") as file:
        file.write(b"XDF:")
        file.write(chunk(1, b"<?xml version=\"1.0\"?><info><version>1.0</version></info>"))
        for number, (name, frame) in enumerate(frames.items(), 1):
            channels = [column for column in frame.columns if column not in (
                "sample_index", "t_ns", "t_start_ms", "bound_ms", "arrival_ns") and not column.endswith("_raw")]
            times = (frame["t_ns"] / 1e9).tolist()
            values = list(zip(*(frame[column].tolist() for column in channels)))
            rate = max(1, round((len(times) - 1) / (times[-1] - times[0])))
            header = (f"<?xml version=\"1.0\"?><info><name>{name}</name><type>signal</type><channel_count>{len(channels)}"
                      f"</channel_count><nominal_srate>{rate}</nominal_srate><channel_format>double64</channel_format>"
                      "</info>")
            file.write(chunk(2, struct.pack("<I", number) + header.encode()))
            form = struct.Struct(f"<Bd{len(channels)}d")
            for begin in range(0, len(times), rate):
                part = [struct.pack("<I", number), varlen(len(times[begin:begin + rate]))]
                for moment, row in zip(times[begin:begin + rate], values[begin:begin + rate]):
                    part.append(form.pack(8, moment, *row))
                file.write(chunk(3, b"".join(part)))
            footer = (f"<?xml version=\"1.0\"?><info><first_timestamp>{times[0]}</first_timestamp><last_timestamp>"
                      f"{times[-1]}</last_timestamp><sample_count>{len(times)}</sample_count></info>")
            file.write(chunk(6, struct.pack("<I", number) + footer.encode()))


def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main():
    folder, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(exist_ok=True)
    frames = {path.stem: pandas.read_csv(path) for path in sorted(folder.glob("samples_*.csv"))}
    tables = dict(frames, keystrokes=pandas.read_csv(folder / "keystrokes.csv"))

    def csv():
        for name, frame in tables.items():
            frame.to_csv(out / f"{name}.csv", index=False)

    def sav():
        for name, frame in tables.items():
            pyreadstat.write_sav(frame, str(out / f"{name}.sav"))

    print(json.dumps({
        "rows": sum(len(frame) for frame in tables.values()), "csv": timed(csv), "spss": timed(sav),
        "xdf": timed(lambda: write_xdf(out / "hour.xdf", frames))}))


if __name__ == "__main__":
    main()
