"""What the readers of signals share: the CSV export that they compare with, and how they complain."""

import csv
import json
import math
import pathlib
import sys

csv.field_size_limit(1 << 30)
START = "monotonic_start_ns"


class Comparison:
    def __init__(self):
        self.compared = 0
        self.complaints = []

    def same(self, what, found, expected, count=1):
        self.compared += count
        if found != expected:
            self.complaints.append(f"{what}: {str(found)[:100]!r} instead of {str(expected)[:100]!r}")

    def check(self, what, holds, count=1):
        self.compared += count
        if not holds:
            self.complaints.append(what)

    def end(self, words=""):
        for complaint in self.complaints[:30]:
            print(complaint)
        print(f"{self.compared} values compared, {len(self.complaints)} differ. {words}")
        sys.exit(1 if self.complaints else 0)


class Export:
    """A CSV export of one session."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.session = self.table("sessions")[0]
        self.start = int(self.session[START])

    def table(self, name):
        path = self.directory / f"{name}.csv"
        if not path.exists():
            return []
        with open(path, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def seconds(self, nanoseconds):
        """A time since the session's start on the monotonic clock, in seconds."""
        return (self.start + int(nanoseconds)) / 1e9

    def signals(self):
        """Streams with samples: their row, their channels' rows, and a list of samples."""
        channels = self.table("channels")
        for stream in self.table("streams"):
            if stream["file"]:
                own = [row for row in channels if row["stream"] == stream["stream"]]
                yield stream, own, self.table(stream["file"][:-4])


def real(text):
    return float(text) if text else math.nan


def alike(found, expected):
    """Whether two doubles are the same, NaN or not."""
    return found == expected or (math.isnan(found) and math.isnan(expected))


def parsed(text):
    return json.loads(text) if text else None
