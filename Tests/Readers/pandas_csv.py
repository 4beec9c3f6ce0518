#!/usr/bin/env python3
"""Read an export with pandas and compare every value with what Python's own csv module reads.

    pandas_csv.py DIRECTORY

pandas is installed into an environment of its own, .build-python in the repository, the first time;
where that is impossible (no network), this says so and ends with 0, since the comparison by the csv
module stands on its own.
"""

import csv
import fcntl
import math
import os
import pathlib
import struct
import subprocess
import sys

PANDAS = "pandas==2.2.3"
ENVIRONMENT = pathlib.Path(__file__).resolve().parents[2] / ".build-python" / "pandas"


def interpreter():
    """The environment's Python with pandas in it, or None."""
    python = ENVIRONMENT / "bin" / "python"
    ENVIRONMENT.mkdir(parents=True, exist_ok=True)
    with open(ENVIRONMENT.parent / "pandas.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = ENVIRONMENT / "installed"
        if done.exists() and done.read_text(encoding="ascii") == PANDAS:
            return python
        for command in (
            [sys.executable, "-m", "venv", str(ENVIRONMENT)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--retries", "2", "--only-binary=:all:", PANDAS],
        ):
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                print(f"pandas cannot be installed: {result.stderr.strip()[-300:]}")
                return None
        done.write_text(PANDAS, encoding="ascii")
    return python


def same(kind, plain, value, pandas):
    """Whether pandas read a field as the csv module's text says."""
    if plain == "":
        return value == "" if kind in ("text", "category", "utc") else bool(pandas.isna(value))
    if kind in ("text", "category", "utc"):
        return value == plain
    if kind == "integer":
        return int(value) == int(plain)
    return struct.pack("d", float(value)) == struct.pack("d", float(plain))


def compare(directory):
    import pandas

    def read(path, kinds):
        return pandas.read_csv(
            path, keep_default_na=False, na_values={
                name: [""] for name, kind in kinds.items() if kind in ("integer", "real")},
            dtype={name: {"integer": "Int64", "real": "float64"}.get(kind, str)
                   for name, kind in kinds.items()},
            float_precision="round_trip", encoding="utf-8")

    text = dict.fromkeys(("table", "column", "short", "type", "unit", "meaning", "labels"), "text")
    kinds = {}
    for row in read(directory / "codebook.csv", text).to_dict("records"):
        kinds.setdefault(row["table"], {})[row["column"]] = row["type"]
    compared = 0
    csv.field_size_limit(1 << 30)
    for path in sorted(directory.glob("*.csv")):
        frame = read(path, kinds[path.stem])
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(frame) == len(rows), f"{path.name}: {len(frame)} rows instead of {len(rows)}"
        for name, kind in kinds[path.stem].items():
            for number, (value, row) in enumerate(zip(frame[name], rows)):
                compared += 1
                assert same(kind, row[name], value, pandas), (
                    f"{path.name} row {number} {name}: {value!r} instead of {row[name]!r}")
        moments = [name for name, kind in kinds[path.stem].items() if kind == "utc"]
        for name in moments:
            pandas.to_datetime(frame[name].replace("", None), format="ISO8601", utc=True)
    print(f"pandas {pandas.__version__} agrees on {compared} values")


def main():
    if len(sys.argv) > 2:
        compare(pathlib.Path(sys.argv[1]))
        return
    python = interpreter()
    if python is None:
        return
    os.execv(python, [str(python), os.path.abspath(__file__), sys.argv[1], "--compare"])


if __name__ == "__main__":
    main()
