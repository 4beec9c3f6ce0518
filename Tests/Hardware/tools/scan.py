#!/usr/bin/python3
"""Counts kernel events of key presses and scan codes, as evdev gives them, in files and in the memory of
a process.

    scan.py CODES USAGES PLACE ...      lists of numbers with commas; a PLACE is a file or a process id

Prints JSON: by place, how many were found. A press is the tail of a struct input_event: type 1, code,
value 1; a scan code is type 4, code 4 and a usage of the HID keyboard page. In memory the structure begins at
a multiple of 4, since its value does: the same bytes elsewhere are parts of other numbers (relative pointers in
libswiftCore, tables of 16-bit numbers)."""

import json
import re
import sys


def patterns(codes, usages):
    """One expression for all presses and scan codes."""
    press = b"|".join(re.escape(bytes([1, 0, code, 0, 1, 0, 0, 0])) for code in codes)
    scan = b"|".join(re.escape(bytes([4, 0, 4, 0, usage, 0, 7, 0])) for usage in usages)
    return re.compile(press + b"|" + scan)


def memory(process):
    """The writable memory of a process, piece by piece; each begins at a page."""
    with open(f"/proc/{process}/maps", encoding="ascii") as maps, \
            open(f"/proc/{process}/mem", "rb", buffering=0) as content:
        for line in maps:
            span, rights, *_ = line.split()
            if "w" not in rights:
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            try:
                content.seek(begin)
                yield content.read(end - begin)
            except (OSError, OverflowError):
                continue


def main():
    codes, usages = (list(map(int, text.split(","))) for text in sys.argv[1:3])
    wanted = patterns(codes, usages)
    found = {}
    for place in sys.argv[3:]:
        if place.isdigit():
            found[place] = sum(match.start() % 4 == 0 for piece in memory(place) for match in wanted.finditer(piece))
        else:
            with open(place, "rb") as file:
                found[place] = len(wanted.findall(file.read()))
    print(json.dumps(found))


main()
