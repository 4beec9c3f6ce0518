#!/usr/bin/env python3
"""Compare an export with what it should hold, by Python's own csv module.

    compare_csv.py DIRECTORY EXPECTED.json

EXPECTED.json holds, by table, the list of rows; a row is an object from column to expected value:

    null                missing: an empty field
    number              an integer, exactly
    text                the text, exactly
    {"real": HEX}       a double by its 64 bits
    {"ms": NUMBER}      nanoseconds, given in the file as exact decimal milliseconds
    {"floor_ms": N}     nanoseconds, given as milliseconds rounded down
    {"utc": N}          nanoseconds since 1970, given in ISO 8601 with milliseconds, rounded down

Checks also that names and codebook follow the rules of Protocols/formats/csv.md. Prints what differs
and ends with 1 if anything does; else prints how many values were compared.
"""

import csv
import datetime
import decimal
import json
import pathlib
import re
import struct
import sys

csv.field_size_limit(1 << 30)
EPOCH = datetime.datetime(1970, 1, 1)


def table(path):
    """Header and rows of a file; every row must be as wide as the header."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    for number, row in enumerate(rows):
        if len(row) != len(rows[0]):
            raise ValueError(f"{path.name}: record {number} has {len(row)} fields")
    return rows[0], rows[1:]


def matches(found, expected):
    """Whether a field holds the expected value."""
    if expected is None:
        return found == ""
    if isinstance(expected, str):
        return found == expected
    if isinstance(expected, int):
        return found == str(expected)
    (kind, value), = expected.items()
    if found == "":
        return False
    if kind == "real":
        return struct.pack(">d", float(found)).hex() == value
    if kind == "ms":
        return decimal.Decimal(found) * 1000000 == value
    if kind == "floor_ms":
        return int(found) == value // 1000000
    if kind == "utc":
        moment = EPOCH + datetime.timedelta(milliseconds=value // 1000000)
        return found == moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    raise ValueError(kind)


def names(directory, complain):
    """The rules for names, and that the codebook describes every column."""
    described = {}
    header, rows = table(directory / "codebook.csv")
    for row in rows:
        entry = dict(zip(header, row))
        described.setdefault(entry["table"], []).append(entry)
    paths = sorted(directory.glob("*.csv"))
    files = [path.stem for path in paths]
    if files != sorted(described):
        complain(f"the codebook describes {sorted(described)}, there are {files}")
    for path in paths:
        header, _ = table(path)
        if [entry["column"] for entry in described.get(path.stem, [])] != header:
            complain(f"{path.name}: the codebook describes other columns")
        shorts = [entry["short"] for entry in described.get(path.stem, [])]
        if len(set(shorts)) != len(shorts) or any(len(short) > 8 for short in shorts):
            complain(f"{path.name}: short names {shorts}")
        for name in header:
            if not re.fullmatch("[a-z][a-z0-9_]{0,31}", name):
                complain(f"{path.name}: column name {name!r}")
        # The two forms of one time are the exception that the format's description names.
        first = [name[:8] for name in header if name != "t_start_utc"]
        if len(set(first)) != len(first):
            complain(f"{path.name}: names alike in their first 8 characters: {header}")


def main():
    directory = pathlib.Path(sys.argv[1])
    expected = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
    complaints = []
    compared = 0
    names(directory, complaints.append)
    for name, rows in expected.items():
        header, found = table(directory / f"{name}.csv")
        if len(found) != len(rows):
            complaints.append(f"{name}: {len(found)} rows instead of {len(rows)}")
        for number, (row, wanted) in enumerate(zip(found, rows)):
            fields = dict(zip(header, row))
            for column, value in wanted.items():
                compared += 1
                if column not in fields:
                    complaints.append(f"{name}: no column {column}")
                elif not matches(fields[column], value):
                    complaints.append(
                        f"{name} row {number} {column}: {fields[column][:80]!r} instead of "
                        f"{str(value)[:80]!r}")
    for complaint in complaints[:30]:
        print(complaint)
    print(f"{compared} values compared, {len(complaints)} differ")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
