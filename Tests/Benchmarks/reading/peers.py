#!/usr/bin/env python3
"""Writes an hour of the study as other formats have it, and tells how large they are and how long pyxdf takes.

    peers.py SESSION.attune FOLDER LOADS

The signals of the session go into FOLDER: as XDF with each sample's time, values as doubles and as 16-bit integers;
as MCAP, compressed with zstd, a message a sample and a message a second; and as an SQLite table with a row a
sample, rows.db. Prints one JSON object: bytes by format, how many samples there were, and the seconds of each of
LOADS loadings of the smaller XDF file by pyxdf, which has to read all of it to give any part."""

import json
import logging
import pathlib
import sqlite3
import struct
import sys
import time

import numpy
import pyxdf
from mcap.writer import CompressionType, Writer

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "export"))

import peers as export  # noqa: E402


def write_mcap(path, streams, batch):
    """A message has so many nanoseconds of a stream: of one sample its value, else times and values."""
    with open(path, "wb") as file:
        writer = Writer(file, compression=CompressionType.ZSTD)
        writer.start()
        schema = writer.register_schema("samples", "attune", b"")
        messages = []
        for name, (t_ns, [values]) in streams.items():
            channel = writer.register_channel(name, "attune", schema)
            whole = values.astype("<i2")
            if not batch:
                messages += [(int(moment), channel, whole[place:place + 1].tobytes())
                             for place, moment in enumerate(t_ns)]
                continue
            starts = numpy.flatnonzero(numpy.diff(t_ns // batch, prepend=-1))
            for begin, end in zip(starts, [*starts[1:], len(t_ns)]):
                messages.append((int(t_ns[begin]), channel,
                                 t_ns[begin:end].astype("<i8").tobytes() + whole[begin:end].tobytes()))
        # As a recorder writes them, by time.
        messages.sort(key=lambda message: message[0])
        # Times count from the session's start, and a sample may be from just before it.
        earliest = messages[0][0]
        for number, (moment, channel, data) in enumerate(messages):
            writer.add_message(channel, moment - earliest, data, moment - earliest, number)
        writer.finish()


def write_rows(path, streams):
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE sample(stream INTEGER, t INTEGER, value INTEGER, PRIMARY KEY(stream, t))"
                     " WITHOUT ROWID")
    with database:
        for number, (t_ns, [values]) in enumerate(streams.values(), 1):
            database.executemany("INSERT INTO sample VALUES(?, ?, ?)", (
                (number, moment, value) for moment, value in zip(t_ns.tolist(), values.astype(int).tolist())))
    database.execute("VACUUM")
    database.close()


def main():
    session, folder, loads = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    streams = export.read_session(session)
    samples = sum(len(t_ns) for t_ns, _ in streams.values())
    export.write_xdf(folder / "double.xdf", streams)
    export.write_xdf(folder / "short.xdf", streams, "int16", "h")
    write_mcap(folder / "sample.mcap", streams, 0)
    write_mcap(folder / "second.mcap", streams, 1_000_000_000)
    write_rows(folder / "rows.db", streams)
    # It tells of each stream that its times hold no clock offsets.
    logging.disable(logging.WARNING)
    seconds = []
    for _ in range(loads):
        begin = time.perf_counter()
        found, _ = pyxdf.load_xdf(folder / "short.xdf")
        seconds.append(time.perf_counter() - begin)
        if sum(len(stream["time_stamps"]) for stream in found) != samples:
            raise SystemExit("pyxdf does not find all samples")
    size = {path.name: path.stat().st_size for path in folder.iterdir() if path.suffix in (".xdf", ".mcap", ".db")}
    print(json.dumps({"samples": samples, "bytes": size, "loading": seconds}))


if __name__ == "__main__":
    main()
