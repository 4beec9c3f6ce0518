#!/usr/bin/env python3
"""Read an export as Parquet with duckdb and pandas, and compare it with the same export as CSV.

    dataset_parquet.py CSV-DIRECTORY PARQUET-DIRECTORY

The CSV is compared with the session files elsewhere. Every value is compared: integers and texts exactly,
numbers by their bits, moments by their milliseconds, missing values apart from empty texts. Ends with 1 if
anything differs.
"""

import datetime
import pathlib
import struct
import sys

import duckdb
import pandas

import csv_fields

TYPES = {"integer": "BIGINT", "real": "DOUBLE", "utc": "TIMESTAMP WITH TIME ZONE", "text": "VARCHAR",
         "category": "VARCHAR"}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def same(kind, text, value):
    """Whether a value is what a field of the CSV holds."""
    if text is None or value is None:
        return text is None and value is None
    if kind == "integer":
        return value == int(text)
    if kind == "real":
        return struct.pack("d", value) == struct.pack("d", float(text))
    if kind == "utc":
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
        return value == (moment - EPOCH) // datetime.timedelta(microseconds=1)
    return value == text


def main():
    plain, parquet = (pathlib.Path(argument) for argument in sys.argv[1:3])
    complaints, compared = [], 0
    kinds = {}
    header, rows = csv_fields.rows(plain / "codebook.csv")
    for row in rows:
        entry = dict(zip(header, row))
        kinds.setdefault(entry["table"], {})[entry["column"]] = entry["type"]
    files = {}
    for path in sorted(plain.rglob("*.csv")):
        if path.parent.name == "one_line":
            continue
        folder = path.parent.relative_to(plain)
        if str(folder) == ".":
            files[path] = parquet / f"{path.stem}.parquet"
        else:
            stream = path.stem.removeprefix("samples_")
            files[path] = parquet / "samples" / f"stream={stream}" / f"{folder}.parquet"
    if set(parquet.rglob("*.parquet")) != set(files.values()):
        complaints.append(f"other files: {set(parquet.rglob('*.parquet')) ^ set(files.values())}")
    for path, file in files.items():
        header, rows = csv_fields.rows(path)
        expected = {name: TYPES[kinds[path.stem][name]] for name in header}
        if path.stem.startswith("samples_"):
            key = path.parent.name
            header = ["participant", "session"] + header
            rows = [[key.rpartition("_")[0], key] + row for row in rows]
            expected = {"participant": "VARCHAR", "session": "VARCHAR"} | expected
        source = f"read_parquet('{file}', hive_partitioning = false)"
        types = {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        if types != expected:
            complaints.append(f"{file.name}: {types} instead of {expected}")
            continue
        columns = ", ".join(
            f'epoch_us("{name}")' if types[name].startswith("TIMESTAMP") else f'"{name}"'
            for name in header)
        found = duckdb.sql(f"SELECT {columns} FROM {source}").fetchall()
        if len(found) != len(rows):
            complaints.append(f"{file.name}: {len(found)} rows instead of {len(rows)}")
        for row, values in zip(rows, found):
            for name, text, value in zip(header, row, values):
                compared += 1
                if not same(kinds[path.stem].get(name, "text"), text, value):
                    complaints.append(f"{file.name} {name}: {value!r:.80} instead of {text!r:.80}")
    # As a dataset: all streams, all sessions, by way of pandas.
    frame = duckdb.sql(
        f"SELECT stream, session, count(*) AS n FROM read_parquet('{parquet}/samples/*/*.parquet', "
        "hive_partitioning = true, union_by_name = true) GROUP BY ALL").df()
    assert isinstance(frame, pandas.DataFrame)
    counts = {(row.stream, row.session): row.n for row in frame.itertuples()}
    for path in plain.rglob("*/samples_*.csv"):
        key = (path.stem.removeprefix("samples_"), path.parent.name)
        if counts.get(key, 0) != len(csv_fields.rows(path)[1]):
            complaints.append(f"{key}: {counts.get(key)} rows in the dataset")
    for complaint in complaints[:30]:
        print(complaint)
    print(f"duckdb {duckdb.__version__}: {len(files)} files, {compared} values compared, "
          f"{len(complaints)} differ")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
