"""Compares what a session file holds with the logs of the virtual devices that sent it."""

import bisect
import collections

import stored
from station import Failure


class Comparison:
    """Figures of one stream, and what was found wrong with it."""

    def __init__(self, name):
        self.name = name
        self.made = self.sent = self.stored = 0
        self.in_gaps = self.gap_rows = 0
        self.in_reads = self.reads = 0
        self.faults = []

    def fault(self, text):
        self.faults.append(f"{self.name}: {text}")

    def line(self):
        return (f"{self.name}: {self.made} made, {self.sent} sent, {self.stored} stored, "
                f"{self.in_gaps} missing in {self.gap_rows} gaps, {self.in_reads} of them sent and not stolen, "
                f"around {self.reads} kills")


# How long what was sent may wait before a busy machine reads it.
LAG = 400_000_000
# How long, at a kill, what was sent may have waited for a read that was under way and not published yet. Less than
# the daemon's commit interval: a store that loses what was not committed must not pass for it.
READ = 100_000_000
# Bytes that the daemon takes from a serial port in one read(2).
READ_BYTES = 4096


class Kill(collections.namedtuple("Kill", "moment dead stolen reading")):
    """A kill of the daemon: from when it was told to die to when it was gone; whether bytes were then taken away
    that waited; and by the names of devices, when this daemon was seen to have read some of it since its
    start."""

    def read(self, name, written, underway):
        """Whether the killed daemon has certainly read and published what a device wrote at a time. underway: how
        long what may be lost has been written at a kill."""
        return self.reading.get(name, self.moment) <= written <= self.moment - underway


def regular(database, name, frames, numbers, modulus, kills, arrivals, tolerance, size=1, lines=False):
    """Compares a stream of samples.

    frames: all frames of the log from the first stored one on, as a dict from a sample's number to
    the frame. numbers: the numbers of the stored samples, in the file's order.
    modulus: of the device's counter, or None. kills: those of the daemon, in order. arrivals: of the
    stored samples. size: bytes of a frame, at least. lines: whether it sends lines; the first after a
    restart is never taken, since nobody knows whether it is whole.
    """
    result = Comparison(name)
    stream = stored.stream_id(database, name)
    gaps = stored.gaps(database, stream)
    time = stored.times(database, stream)
    result.stored = len(numbers)
    result.gap_rows = len(gaps)
    if not numbers:
        result.fault("nothing is stored")
        return result
    span = [frames[number] for number in range(numbers[0], numbers[-1] + 1) if number in frames]
    result.made = len(span)
    result.sent = sum(1 for frame in span if frame.fate == "sent")
    used = set()
    for index, (before, after) in enumerate(zip(numbers, numbers[1:])):
        if after <= before:
            result.fault(f"sample {index + 1} is number {after} after {before}")
            continue
        missing = after - before - 1
        gap = gaps.get(index)
        if gap is None:
            if missing:
                result.fault(
                    f"{missing} samples are missing after sample {index} (number {before}) and no "
                    f"gap says so; sent at {frames[before + 1].written}")
            continue
        used.add(index)
        result.in_gaps += missing
        for end, at, what in ((gap.start, index, "start"), (gap.end, index + 1, "end")):
            expected = time(at)
            if expected is None or abs(expected - end) > tolerance:
                result.fault(f"the gap after {index}: its {what} {end} is not its neighbour's "
                             f"time {expected}")
        difference = gap.lost - missing
        if abs(difference) > gap.bound:
            if gap.bound or not modulus or difference % modulus:
                result.fault(f"the gap after {index} ({gap.cause}) says {gap.lost} ± {gap.bound} "
                             f"of {missing}")
            else:
                result.fault(f"the gap after {index} ({gap.cause}) is wrong by turns of the "
                             f"counter: {gap.lost} of {missing}")
        lost = [frames[number] for number in range(before + 1, after)
                if frames[number].fate == "sent"]
        if lost:
            # What was sent and is gone was taken away, or in a read when the daemon was killed.
            known = [kill for kill in kills
                     if kill.moment <= arrivals[index + 1] and arrivals[index] <= kill.dead]
            if not known or lost[0].written < arrivals[index] - LAG:
                result.fault(
                    f"{len(lost)} samples that were sent at {lost[0].written} are missing, though "
                    "the daemon ran")
            # What waited for a busy daemon could be stolen, too.
            published = [frame for frame in lost if any(
                kill.read(name, frame.written, LAG if kill.stolen else READ) for kill in known)]
            # The line that is never taken may have waited long.
            if len(published) > lines * len(known):
                result.fault(
                    f"{len(published)} samples, sent from {published[0].written} on, are missing, though the daemon "
                    "had published them before it was killed")
            if known and not any(kill.stolen for kill in known):
                result.reads += len(known)
                result.in_reads += len(lost)
                if len(lost) > (READ_BYTES // size + lines) * len(known):
                    result.fault(f"{len(lost)} samples are missing after {len(known)} kills, which is more than "
                                 "was in one read each")
    for index in gaps:
        if index not in used and -1 < index < len(numbers) - 1:
            result.fault(f"a gap after {index} has no place")
    return result


def keys(database, name, log, begin, end, kills):
    """Compares the presses and releases of a keyboard with its log."""
    result = Comparison(name)
    stream = stored.stream_id(database, name)
    gaps = stored.gaps(database, stream)
    rows = database.execute(
        "SELECT ordinal, pressed_ns, released_ns FROM keystrokes WHERE stream_id = ?"
        " ORDER BY ordinal", (stream,)).fetchall()
    made = {frame.due for frame in log.frames if frame.values[1] == 1}
    # What was pressed while the session certainly recorded; it goes on until its stop has taken effect.
    pressed = sorted(time for time in made if begin < time < end)
    released = {frame.due for frame in log.frames if frame.values[1] == 0}
    result.made = result.sent = len(pressed)
    result.stored = len(rows)
    result.gap_rows = len(gaps)
    if [row[0] for row in rows] != list(range(len(rows))):
        result.fault("its ordinals have holes")
    times = [row[1] for row in rows]
    if times != sorted(times) or len(set(times)) != len(times):
        result.fault("presses are doubled or out of order")
    for row in rows:
        if row[1] not in made:
            result.fault(f"press {row[0]} was never made")
        if row[2] is not None and (row[2] not in released or row[2] < row[1]):
            result.fault(f"the release of press {row[0]} was never made")
    for time in pressed:
        if time in set(times):
            continue
        before = bisect.bisect_left(times, time) - 1
        gap = gaps.get(before)
        if gap is None or not gap.start <= time <= gap.end:
            result.fault(f"the press at {time} is missing, and lies in no gap: {gap}")
            continue
        result.in_gaps += 1
        if gap.cause != "restart":
            result.fault(f"the gap at {gap.start} has the cause {gap.cause}")
        if not any(gap.start <= kill.dead and kill.moment <= gap.end for kill in kills):
            result.fault(f"the press at {time} is missing, though the daemon ran")
        # What still waits at a kill is thrown away, as the kernel does with the keys of a keyboard.
        if any(kill.read(name, time, LAG) for kill in kills):
            result.fault(f"the press at {time} is missing, though the daemon had published it before it was killed")
    return result


def sequences(database, client):
    """The numbers of a linked client's items in all tables, in order of number."""
    found = []
    for table in ("events", "turns", "draft_edits"):
        found += [row[0] for row in database.execute(
            f"SELECT client_sequence FROM {table} WHERE client = ?", (client,))]
    return sorted(found)


def exactly_once(database, client, last=None):
    """Fails unless a client's items 1…last are each stored once."""
    found = sequences(database, client)
    expected = list(range(1, (last if last is not None else len(found)) + 1))
    if found != expected:
        lost = sorted(set(expected) - set(found))
        doubled = sorted({number for number in found if found.count(number) > 1})
        raise Failure(f"{client}: lost {lost[:10]}, doubled {doubled[:10]}, of {len(expected)}")
    return len(found)
