#!/usr/bin/env python3
"""Read the log of a virtual device (`attune simulate ... --log FILE`); its first lines say how it is made.

    device_log.py FILE             prints counts and the first and last frame as JSON

    from device_log import read_log
    log = read_log("bitalino.log")
    [frame.values for frame in log.frames if frame.fate == "sent"]
"""

import collections
import json
import sys

Frame = collections.namedtuple("Frame", "number fate due written values")
Garbage = collections.namedtuple("Garbage", "number fate written bytes")
Command = collections.namedtuple("Command", "written bytes meaning")
Event = collections.namedtuple("Event", "written what")
FATES = ("sent", "overrun", "lost", "away")


class DeviceLog:
    """facts: dict of the header; entries: all lines in order; frames: those of kind Frame."""

    def __init__(self):
        self.facts = {}
        self.entries = []

    @property
    def frames(self):
        return [entry for entry in self.entries if isinstance(entry, Frame)]

    def of(self, fate):
        """The frames of one fate."""
        return [frame for frame in self.frames if frame.fate == fate]

    def counts(self):
        """How many frames there are of each fate, and in all."""
        found = collections.Counter(frame.fate for frame in self.frames)
        return {"made": sum(found.values()), **{fate: found[fate] for fate in FATES}}


def parse(line):
    """One line that is no comment."""
    kind, *words = line.split(" ")
    if kind == "F":
        number, fate, due, written, *values = words
        if fate not in FATES:
            raise ValueError(f"unknown fate: {line}")
        return Frame(int(number), fate, int(due), int(written), tuple(map(int, values)))
    if kind == "G":
        number, fate, written, content = words
        return Garbage(int(number), fate, int(written), bytes.fromhex(content))
    if kind == "C":
        return Command(int(words[0]), bytes.fromhex(words[1]), " ".join(words[2:]))
    if kind == "E":
        return Event(int(words[0]), " ".join(words[1:]))
    raise ValueError(f"not a line of a device log: {line}")


def read_log(path):
    """Read a whole log; a last line that is not finished is left out."""
    log = DeviceLog()
    with open(path, encoding="utf-8") as file:
        if file.readline() != "# attune-device-log 1\n":
            raise ValueError(f"{path} is not a device log of version 1")
        for line in file:
            if not line.endswith("\n"):
                break
            line = line[:-1]
            if line.startswith("# "):
                word, _, rest = line[2:].partition(" ")
                log.facts[word] = rest
            elif line:
                log.entries.append(parse(line))
    return log


def main():
    log = read_log(sys.argv[1])
    frames = log.frames
    summary = {"device": log.facts.get("device"), **log.counts()}
    if frames:
        summary["first"] = frames[0]._asdict()
        summary["last"] = frames[-1]._asdict()
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
