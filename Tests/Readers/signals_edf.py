#!/usr/bin/env python3
"""Read an EDF+ (or BDF+) export with pyEDFlib and MNE and compare it with the CSV export of the same session.

    signals_edf.py CSV_DIRECTORY FILE.edf|FILE.bdf

Every point of every signal is held against the samples: a value must be that of the sample nearest in time
(or, of an irregular stream, of the last sample), and a point without one must be at a place where none is.
"""

import bisect
import csv
import datetime
import math
import sys
import warnings

import mne
import numpy as np
import pyedflib
from signals_common import Comparison, Export, real

warnings.simplefilter("ignore")
mne.set_log_level("ERROR")
comparison = Comparison()
same, check = comparison.same, comparison.check


def signal(name, digital, physical, rate, origin, samples, channel, about, holes):
    """One signal; returns its points without a value, as booleans."""
    times = [int(sample["t_ns"]) - origin for sample in samples]
    stored = [sample[channel["raw_column"] or channel["column"]] for sample in samples]
    known = channel["conversion"] in ("", "grove-gsr")
    values = [real(sample[channel["column"]] if known else sample[channel["raw_column"]]) for sample in samples]
    missing_digit = int(about["missing_digit"])
    exact = about["digits"].startswith("digit =")
    sign, shift = (-1 if "-raw" in about["digits"] else 1), int(about["digits"].rsplit(" ", 1)[-1]) if exact else 0
    bound, largest = float(about["largest_error_ms"]) * 1e6, 0
    period = 1e9 / rate
    width = max((times[-1] - times[0]) / max(len(times) - 1, 1), period)
    tolerance = float(about["value_error"]) * 1.001 + 1e-9 * max(1, abs(float(about["missing_value"])))
    seen, used = np.zeros(len(digital), bool), set()
    for point, digit in enumerate(digital):
        time = round(point * period)
        if about["rule"] == "nearest":
            place = bisect.bisect_left(times, time)
            near = min((p for p in (place - 1, place) if 0 <= p < len(times)),
                       key=lambda p: abs(times[p] - time))
            inside = abs(times[near] - time) <= 0.505 * max(period, 1e9 / float(about["rate_hz"])) + 1
        else:
            near = bisect.bisect_right(times, time + int(period / 2)) - 1
            inside = near >= 0 and (near < len(times) - 1 or near not in used)
            # A value stands until the next sample's, but not across a gap.
            hole = next((begin for begin, end in holes if near >= 0 and end > times[near]), None)
            inside = inside and not (near in used and hole is not None and hole < time)
        comparison.compared += 1
        if not inside:
            if digit != missing_digit:
                check(f"{name}: point {point} has {digit} where there is no sample", False)
            seen[point] = True
            continue
        if near not in used or about["rule"] == "nearest":
            largest = max(largest, abs(times[near] - time))
        used.add(near)
        value = values[near]
        if not exact and not abs(value) <= 1e300:
            right = digit == missing_digit
        else:
            right = digit != missing_digit and (not exact or digit == sign * int(stored[near]) - shift) \
                and (math.isnan(value) or abs(physical[point] - value) <= tolerance)
        if not right:
            check(f"{name}: point {point} is {digit} ({physical[point]}), not {stored[near]} ({value})", False)
    check(f"{name}: largest error {largest} ns, told as {bound}", largest <= bound + 1 <= largest + 3)
    same(f"{name}: samples without a point", len(times) - len(used), int(about["left_out"]))
    check(f"{name}: error within half a period", bound <= 0.506 * max(period, width))
    return seen


def stretches(missing, period):
    edges = np.flatnonzero(np.diff(np.concatenate(([0], missing.astype(int), [0]))))
    return [(round(begin * period / 1e5), round(end * period / 1e5)) for begin, end in edges.reshape(-1, 2)]


def main():
    export = Export(sys.argv[1])
    with open(sys.argv[2].rsplit(".", 1)[0] + "_signals.csv", newline="", encoding="utf-8") as file:
        described = list(csv.DictReader(file))
    reader = pyedflib.EdfReader(sys.argv[2])
    labels = reader.getSignalLabels()
    same("labels", labels, [row["label"] for row in described])
    same("unique labels", len({label.lower() for label in labels}), len(labels))
    same("patient", reader.getPatientCode(), export.session["participant"].replace("_", " "))
    same("birthdate, sex and name", (reader.getBirthdate(), reader.getSex(), reader.getPatientName()), ("", "", "X"))
    # The file's start as nanoseconds of the session: UTC of both is known.
    start = reader.getStartdatetime().replace(tzinfo=datetime.timezone.utc)
    first = datetime.datetime.fromisoformat(export.session["t_start_utc"].replace("Z", "+00:00"))
    if start.year > 1985:
        real_start = int(export.session["realtime_start_ns"])
        origin = int(start.timestamp()) * 10**9 - real_start
        check(f"the file begins {origin / 1e9} s from the session", -2e9 < origin <= 0)
        check("start", abs((first - start).total_seconds()) < 2)
    gaps, whole = [], {}
    streams = {stream["stream"]: (channels, samples) for stream, channels, samples in export.signals()}
    for number, about in enumerate(described):
        channels, samples = streams[about["stream"]]
        channel = next(row for row in channels if row["channel"] == about["channel"])
        name, rate = about["label"], float(about["rate_hz"])
        check(f"{name} unit", len(reader.getPhysicalDimension(number)) <= 8)
        same(f"{name} unit", reader.getPhysicalDimension(number),
             channel["unit"].replace("µ", "u").replace("°", "deg") if channel["conversion"] in ("", "grove-gsr") else "")
        check(f"{name} rate", abs(reader.getSampleFrequency(number) - rate) < 1e-6)
        digital = reader.readSignal(number, digital=True)
        physical = reader.readSignal(number)
        holes = [(int(gap["t_ns"]) - origin, int(gap["end_ns"]) - origin)
                 for gap in export.table("gaps") if gap["stream"] == about["stream"]]
        missing = signal(name, digital, physical, rate, origin, samples, channel, about, holes)
        whole[name] = (physical, rate)
        alone = len({row["stream"] for row in described}) == 1
        if not alone or not gaps:
            gaps += [(begin, end - begin, "BAD_gap" + ("" if alone else f"@@{name}"))
                     for begin, end in stretches(missing, 1e9 / rate)]
    annotations(export, reader, origin, gaps)
    reader.close()
    with_mne(sys.argv[2], whole, gaps)
    comparison.end(f"{len(gaps)} gaps.")


def annotations(export, reader, origin, gaps):
    def onset(nanoseconds):
        return (int(nanoseconds) - origin + 50_000) // 100_000

    def cut(text):
        text = "".join(" " if ord(c) < 32 else c for c in text).strip()
        while len(text.encode()) > 40:
            text = text[:-1]
        return text

    wanted = list(gaps)
    for turn in export.table("turns"):
        wanted.append((onset(turn["t_ns"]), -1, f"turn {turn['turn']}"))
    for phase in export.table("phases"):
        length = (int(phase["end_ns"]) - int(phase["t_ns"]) + 50_000) // 100_000
        wanted.append((onset(phase["t_ns"]), length, cut(f"phase {phase['phase']}")))
    import json
    for event in export.table("events"):
        label = json.loads(event["payload"]).get("label", "") if event["kind"] == "mark" else ""
        wanted.append((onset(event["t_ns"]), -1, cut(f"{event['kind']} {label}")))
    onsets, lengths, texts = reader.readAnnotations()
    found = [(round(float(a) * 1e4), round(float(b) * 1e4) if float(b) >= 0 else -1, str(c))
             for a, b, c in zip(onsets, lengths, texts)]
    same("annotations", len(found), len(wanted))
    # A gap's place is told in whole nanoseconds, of which two ways of rounding may differ by one unit.
    for one, other in zip(sorted(found, key=lambda row: (row[2], row[0])),
                          sorted(wanted, key=lambda row: (row[2], row[0]))):
        check(f"annotation {one} instead of {other}", one[2] == other[2] and abs(one[0] - other[0]) <= 1
              and abs(one[1] - other[1]) <= 2)


def with_mne(path, whole, gaps):
    """MNE reads the signals of one rate together, and leaves out what is bad."""
    read = mne.io.read_raw_bdf if path.endswith(".bdf") else mne.io.read_raw_edf
    rate = max(rate for _, rate in whole.values())
    names = [name for name, entry in whole.items() if entry[1] == rate]
    raw = read(path, include=names, preload=True)
    same("mne channels", raw.ch_names, names)
    check("mne rate", abs(raw.info["sfreq"] - rate) < 1e-6)
    scales = {"mV": 1e-3, "uV": 1e-6, "V": 1}
    for name, data in zip(names, raw.get_data()):
        unit = raw._orig_units[name]
        expected = whole[name][0] * scales.get(unit, 1)
        check(f"mne {name} ({unit}): {np.abs(data - expected).max()} of {np.ptp(expected)}", np.allclose(data, expected, rtol=1e-9, atol=1e-8 * (1 + np.ptp(expected))))
    # Gaps of several of the channels at the same moment are one annotation of MNE's, with their names.
    own = {(onset, duration) for onset, duration, text in gaps if text.split("@@")[-1] in [*names, "BAD_gap"]}
    same("mne annotations called BAD_gap", sum(text == "BAD_gap" for text in raw.annotations.description), len(own))
    kept = raw.get_data(reject_by_annotation="omit").shape[1]
    bad = np.zeros(raw.n_times, bool)
    for onset, duration, _ in gaps:
        bad[max(0, math.ceil(onset / 1e4 * rate - 1e-3)):math.ceil((onset + duration) / 1e4 * rate - 1e-3)] = True
    check(f"mne keeps {kept} of {raw.n_times} points, {raw.n_times - bad.sum()} are good",
          abs(kept - (raw.n_times - bad.sum())) <= 2 * len(gaps) + 2)


main()
