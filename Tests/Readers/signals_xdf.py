#!/usr/bin/env python3
"""Read an XDF export with pyxdf, as everybody does, and compare it with the CSV export of the same session.

    signals_xdf.py CSV_DIRECTORY FILE.xdf [GAP_STREAM]

Every value, every label and every time: default loading must not move any by more than a microsecond.
GAP_STREAM is one whose gap is long enough that without our mark it would be moved: both are shown.
"""

import logging
import math
import sys
import warnings

import pyxdf
from signals_common import Comparison, Export, alike, parsed, real

# Streams without samples are told as a difference of segments, which is none.
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")
comparison = Comparison()
same, check = comparison.same, comparison.check


def numbers(export, streams):
    worst = 0.0
    for row, channels, samples in export.signals():
        name = row["stream"]
        stream = streams.pop(name, None)
        if stream is None:
            check(f"{name} is missing", False)
            continue
        info = stream["info"]
        same(f"{name} rate", float(info["nominal_srate"][0]), real(row["nominal_rate_hz"] or "0"))
        same(f"{name} channels", int(info["channel_count"][0]), len(channels))
        described = info["desc"][0]["channels"][0]["channel"]
        for channel, found in zip(channels, described):
            same(f"{name} label", found["label"][0], channel["channel"])
            unit = channel["unit"] if found["is_converted"][0] == "true" else ""
            same(f"{name} unit", found["unit"][0] or "", unit)
            same(f"{name} scale", float(found["scale"][0]), float(channel["scale"]))
            same(f"{name} formula", found.get("conversion", [""])[0], channel["conversion"])
        same(f"{name} samples", len(stream["time_stamps"]), len(samples))
        footer = stream["footer"]["info"]
        same(f"{name} footer", int(footer["sample_count"][0]), len(samples))
        whole = info["channel_format"][0] == "int64"
        check(f"{name} can drop samples",
              info["desc"][0]["synchronization"][0]["can_drop_samples"][0] == "true")
        rows = list(zip(channels, described))
        for time, values, sample in zip(stream["time_stamps"].tolist(), stream["time_series"].tolist(), samples):
            worst = max(worst, abs(time - export.seconds(sample["t_ns"])))
            for (channel, about), value in zip(rows, values):
                comparison.compared += 1
                if whole:
                    right = value == int(sample[channel["raw_column"]])
                elif about["is_converted"][0] == "true":
                    right = alike(value, real(sample[channel["column"]]))
                else:
                    right = value == float(sample[channel["raw_column"]])
                if not right:
                    check(f"{name} {channel['channel']}: {value} in the row {sample}", False)
    check(f"times are off by {worst} s", worst <= 1e-6)
    return worst


def markers(export, streams):
    """Every marker, by its stream; each is a time in nanoseconds since the start and a text."""
    wanted = {}

    def expect(stream, nanoseconds, text):
        wanted.setdefault(stream, []).append((int(nanoseconds), text))

    for key in export.table("keystrokes"):
        expect(key["stream"], key["t_ns"], f"{key['class']} down")
        if key["released_ns"]:
            expect(key["stream"], key["released_ns"], f"{key['class']} up")
    for turn in export.table("turns"):
        name = f"turn {turn['turn']} {turn['author']}"
        if turn["began_ns"]:
            expect("turns", turn["began_ns"], f"{name} began")
        expect("turns", turn["t_ns"], f"{name} sent")
        if turn["shown_ns"]:
            expect("turns", turn["shown_ns"], f"{name} shown")
        expect("turn texts", turn["t_ns"], turn["text"])
    kinds = {"mark": "marks", "suggestions": "suggestions", "provenance": "suggestions",
             "emotion": "emotions"}
    for event in export.table("events"):
        expect(kinds.get(event["kind"], "events"), event["t_ns"], f"{event['kind']} {event['payload']}")
    for phase in export.table("phases"):
        expect("phases", phase["t_ns"], f"{phase['phase']} begins")
        if phase["end_ns"]:
            expect("phases", phase["end_ns"], f"{phase['phase']} ends")
    keys = [row["stream"] for row in export.table("streams") if row["kind"] == "keys"]
    for stream in [*keys, "turns", "turn texts", "marks", "suggestions", "emotions", "events",
                   "phases"]:
        found = streams.pop(stream, None)
        if found is None:
            check(f"{stream} is missing", False)
            continue
        check(f"{stream} says what it means", found["info"]["desc"][0]["meaning"][0])
        rows = sorted(wanted.get(stream, []), key=lambda row: row[0])
        same(f"{stream} markers", len(found["time_stamps"]), len(rows))
        for time, text, (nanoseconds, expected) in zip(found["time_stamps"], found["time_series"], rows):
            check(f"{stream} {text} at {time}", abs(time - export.seconds(nanoseconds)) <= 1e-6)
            same(stream, text[0], expected)
    for table, stream in [("gaps", "gaps"), ("clock_segments", "clock segments")]:
        found, rows = streams.pop(stream), export.table(table)
        same(f"{table}", len(found["time_stamps"]), len(rows))
        for time, text, row in zip(found["time_stamps"], found["time_series"], rows):
            check(f"{table} at {time}", abs(time - export.seconds(row["t_ns"])) <= 1e-6)
            value = parsed(text[0])
            same(table, value["stream"], row["stream"])
            if table == "gaps":
                same("cause", value["cause"], row["cause"])
                same("lost", value["lost"], int(row["lost"]))
                check("until", abs(value["until"] - export.seconds(row["end_ns"])) <= 1e-6)
            else:
                check("bound", abs(value["bound"] * 1000 - float(row["bound_ms"])) < 1e-9)
                same("first", value["first_index"], int(row["first_index"]))


def main():
    export = Export(sys.argv[1])
    loaded, header = pyxdf.load_xdf(sys.argv[2])
    names = [stream["info"]["name"][0] for stream in loaded]
    same("names", len(set(names)), len(names))
    same("version", header["info"]["version"][0], "1.0")
    same("session", header["info"]["session"][0], export.session["session"])
    check("start", abs(float(header["info"]["start"][0]["monotonic"][0]) - export.start / 1e9) < 1e-6)
    streams = dict(zip(names, loaded))
    worst = numbers(export, streams)
    words = f"Largest error of a time with default loading: {worst * 1e9:.0f} ns."
    markers(export, streams)
    same("streams that nothing is known of", sorted(streams), [])
    plain, _ = pyxdf.load_xdf(sys.argv[2], dejitter_timestamps=False)
    for one, other in zip(loaded, plain):
        check(f"{one['info']['name'][0]} without dejittering",
              len(one["time_stamps"]) == 0 or abs(one["time_stamps"] - other["time_stamps"]).max() <= 1e-6)
    if len(sys.argv) > 3:
        words += " " + unmarked(sys.argv[2], sys.argv[3])
    comparison.end(words)


def unmarked(path, name):
    """How far the stream's times move where the file lacks the mark."""
    mark = b"<can_drop_samples>true</can_drop_samples>"
    with open(path, "rb") as file:
        content = file.read()
    check("every stream has the mark", content.count(mark) == content.count(b"<desc>"))
    copy = f"{path}.unmarked"
    with open(copy, "wb") as file:
        file.write(content.replace(mark, mark.replace(b"true", b"none")))
    right, moved = [
        next(stream["time_stamps"] for stream in pyxdf.load_xdf(file)[0] if stream["info"]["name"][0] == name)
        for file in (path, copy)]
    worst = abs(right - moved).max()
    check("an unmarked file would have been read right: the test shows nothing", worst > 5)
    return f"Without the mark: {worst:.2f} s."


main()
