"""Real heart recordings, replayed by a virtual BITalino, recorded by the daemon, exported as CSV, and
compared with the files they came from, sample by sample.

    hearts.py PROGRAMS [ROWS OF data3.csv, 8000]

The recordings are HeartPy's data2.csv (whole) and data3.csv; see fetch_heartpy.py. Their rows are sent
at 1000 Hz, whatever rate they were taken at.
"""

import csv
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Readers")]

import fetch_heartpy
import stored
from station import Failure, Station, wait_for


def rows_of(path, count=None):
    with open(path, newline="") as file:
        values = [int(row["hr"]) for row in csv.DictReader(file)]
    return values[:count]


def exported(folder):
    """The raw and the physical values of the exported channel, with their times."""
    for path in sorted(pathlib.Path(folder).rglob("*.csv")):
        with open(path, newline="") as file:
            reader = csv.reader(file)
            head = next(reader)
            if "samples" in path.name and any("ecg" in name or "a2" in name for name in head):
                return path, head, list(reader)
    raise Failure(f"no samples are in the export: {sorted(pathlib.Path(folder).rglob('*'))}")


def record(programs, name, expected):
    with Station(programs) as station:
        station.set(
            "devices:\n  - {profile: bitalino, path: %s, name: bitalino,"
            " options: {channels: [A2]}}\n" % station.path("bitalino"))
        with open(station.path("heart.csv"), "w") as file:
            file.write("nothing,hr\n")
            file.writelines(f"0,{value}\n" for value in expected)
        # The session begins before the device is there, so that its first sample is the first row.
        station.start()
        session = station.attune("session", "start", "hearts", "p1", "--device", "bitalino")
        device = station.simulate(
            "bitalino", "--link", station.path("bitalino"), "--csv", station.path("heart.csv"),
            "--column", "nothing,hr", "--channels", 2, "--log", station.path("log"), "--stay")
        began = time.monotonic()
        wait_for(f"all of {name}", lambda: station.attune(
            "session", "show", session["id"])["session"]["samples"] >= len(expected),
            seconds=30 + len(expected) / 500, step=0.5)
        print(f"{name}: {len(expected)} rows came in {time.monotonic() - began:.1f} s")
        station.attune("session", "stop", "--wait")
        summary = station.end(device)
        station.stop()

        database = stored.connect(session["file"])
        stream = stored.stream_id(database, "bitalino")
        columns, _ = stored.samples(database, stream)
        names = [row[0] for row in database.execute(
            "SELECT name FROM channels WHERE stream_id = ? ORDER BY position", (stream,))]
        values = columns[names.index("a2") if "a2" in names else 0]
        if summary["sent"] != len(expected):
            raise Failure(f"{name}: the device sent {summary}")
        if values != expected:
            raise Failure(f"{name}: the file holds {len(values)} of {len(expected)} samples, "
                          f"first other at {first_difference(values, expected)}")
        if stored.gaps(database, stream):
            raise Failure(f"{name}: there are gaps: {stored.gaps(database, stream)}")

        out = station.path("out")
        station.attune("export", session["file"], "--out", out)
        path, head, rows = exported(out)
        compare(name, path, head, rows, expected)


def compare(name, path, head, rows, expected):
    # ECG of a BITalino: (ADC / 1024 - 1/2) * 3.3 V / 1100, in mV.
    physical = [(value / 1024 - 0.5) * 3.3 / 1100 * 1000 for value in expected]
    if len(rows) != len(expected):
        raise Failure(f"{name}: the export has {len(rows)} rows instead of {len(expected)}")
    column = next(index for index, title in enumerate(head) if "ecg" in title or "a2" in title)
    found = [float(row[column]) for row in rows]
    wrong = [index for index, (a, b) in enumerate(zip(found, physical)) if abs(a - b) > 1e-9]
    if wrong:
        raise Failure(f"{name}: {len(wrong)} exported values differ, first row {wrong[0]}: "
                      f"{rows[wrong[0]]} instead of {physical[wrong[0]]}")
    raw = head.index("ecg_raw")
    if [int(row[raw]) for row in rows] != expected:
        raise Failure(f"{name}: the raw values in the export differ")
    print(f"{name}: {len(rows)} samples came back from {path.name} as they were ({head})")


def first_difference(found, expected):
    for index, (a, b) in enumerate(zip(found, expected)):
        if a != b:
            return f"{index}: {a} instead of {b}"
    return min(len(found), len(expected))


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 8000
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    second, third = fetch_heartpy.fetch(pathlib.Path(cache) / "attune" / "heartpy")
    record(sys.argv[1], "data2.csv", rows_of(second))
    record(sys.argv[1], "data3.csv", rows_of(third, count))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
