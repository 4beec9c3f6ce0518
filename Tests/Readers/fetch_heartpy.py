#!/usr/bin/env python3
"""Fetch two real heart recordings for replay: data2.csv and data3.csv of HeartPy 1.2.7 (MIT licence).

They are inside HeartPy's wheel on PyPI and are unpacked into a cache folder, from which they are taken
the next time. Prints the path of each file, one a line.

    fetch_heartpy.py [FOLDER]      (default: $XDG_CACHE_HOME/attune/heartpy, ~/.cache/attune/heartpy)

Both hold a photoplethysmogram as read from a 10-bit converter, so that a BITalino can send the values as
they are: nothing is scaled, and what comes back must be the very integers of the file.

    data2.csv   timer,hr      15000 rows; timer in ms (8.548 ms apart, 117 Hz); hr 0...789
    data3.csv   datetime,hr   68476 rows; datetime is local time in steps of about 15 ms (100.4 Hz on
                              average over 682 s, no pauses); hr 0...978
"""

import csv
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

VERSION = "1.2.7"
FILES = {
    "data2.csv": (
        "7d85f0d33b04395409e81d614b9bd82541208cc3edfbc5a49b5129ae3cb573b9",
        15000, 0, 789),
    "data3.csv": (
        "16eedaa7c97c6ca873e7e424d27a84dcd043d4eca0e4f7611d2a37969192b7ea",
        68476, 0, 978),
}


def check(path, expected):
    """Raise ValueError unless the file is the one that is described above."""
    digest, rows, low, high = expected
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ValueError(f"{path} is not the file of HeartPy {VERSION}")
    with open(path, newline="") as file:
        values = [int(row["hr"]) for row in csv.DictReader(file)]
    if (len(values), min(values), max(values)) != (rows, low, high):
        raise ValueError(f"{path} does not hold what it should")


def unpack(requirement, members, folder):
    """Make sure that files of a wheel on PyPI are in a folder; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / pathlib.PurePosixPath(member).name for member in members]
    if not all(path.exists() for path in paths):
        with tempfile.TemporaryDirectory() as download:
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                 "--disable-pip-version-check", "--only-binary=:all:", "--dest", download,
                 requirement],
                check=True, stdout=sys.stderr)
            wheel = next(pathlib.Path(download).glob("*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                for member, path in zip(members, paths):
                    beside = path.with_name(f"{path.name}.{os.getpid()}")
                    beside.write_bytes(archive.read(member))
                    beside.rename(path)
    return paths


def cache(name):
    """The folder in which what was fetched of a package is kept."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(home) / "attune" / name


def fetch(folder):
    """Make sure that both files are in the folder; returns their paths."""
    paths = unpack(f"heartpy=={VERSION}", [f"heartpy/data/{name}" for name in FILES], folder)
    for path in paths:
        check(path, FILES[path.name])
    return paths


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else cache("heartpy")
    for path in fetch(folder):
        print(path)


if __name__ == "__main__":
    main()
