"""What compares a session file with the devices' logs sees what a store loses: made-up stores that forget what they
had published when they are killed."""

import collections
import sqlite3
import unittest

import faults  # noqa: F401  says where the others are
import compare
from device_log import Frame

MILLISECOND = 1_000_000
SECOND = 1000 * MILLISECOND
KILLED = (4 * SECOND, 8 * SECOND)
RESTART = 100 * MILLISECOND  # from a kill to the first read of the next daemon
LENGTH = 12 * SECOND
SIZE = 8  # bytes of a frame
DESCRIPTION = """
CREATE TABLE streams(id, name);
CREATE TABLE gaps(stream_id, cause, after_index, start_ns, end_ns, lost, lost_bound);
CREATE TABLE clock_segments(stream_id, first_index, last_index, origin_ns, period_ns);
CREATE TABLE keystrokes(stream_id, ordinal, pressed_ns, released_ns);
INSERT INTO streams VALUES (1, 'made-up');
"""


class CompareTest(unittest.TestCase):
    def kills(self, seen=True):
        """seen: whether each daemon was seen to read before it was killed."""
        return [compare.Kill(moment, moment + MILLISECOND, False, {"made-up": moment - 3 * SECOND} if seen else {})
                for moment in KILLED]

    def samples(self, loses, seen=True, after=0):
        """What is found where a store of a device of 1 kHz loses, of each daemon's time, the last nanoseconds; or
        the first ones `after` its death, which waited for the next daemon."""
        frames = {n: Frame(n, "sent", n * MILLISECOND, n * MILLISECOND, (n,)) for n in range(LENGTH // MILLISECOND)}
        kept = [n for n in frames if not any(
            moment - loses <= frames[n].written < moment + after for moment in KILLED)]
        arrivals = [max([frames[n].written + 2 * MILLISECOND] + [
            moment + RESTART for moment in KILLED if 0 <= frames[n].written - moment < RESTART]) for n in kept]
        database = sqlite3.connect(":memory:")
        database.executescript(DESCRIPTION)
        first = 0
        for index, (before, after_it) in enumerate(zip(kept, kept[1:] + [None])):
            if after_it == before + 1:
                continue
            database.execute("INSERT INTO clock_segments VALUES (1, ?, ?, ?, ?)",
                             (first, index, kept[first] * MILLISECOND, MILLISECOND))
            first = index + 1
            if after_it:
                database.execute("INSERT INTO gaps VALUES (1, 'restart', ?, ?, ?, ?, 0)", (
                    index, before * MILLISECOND, after_it * MILLISECOND, after_it - before - 1))
        return compare.regular(database, "made-up", frames, kept, 16, self.kills(seen), arrivals,
                               tolerance=MILLISECOND, size=SIZE)

    def presses(self, loses):
        """The same of a keyboard, ten presses a second; what is pressed while no daemon runs is nobody's."""
        made = range(0, LENGTH, SECOND // 10)
        database = sqlite3.connect(":memory:")
        database.executescript(DESCRIPTION)
        kept = [time for time in made if not any(moment - loses <= time < moment + RESTART for moment in KILLED)]
        database.executemany("INSERT INTO keystrokes VALUES (1, ?, ?, NULL)", enumerate(kept))
        for index, (before, after) in enumerate(zip(kept, kept[1:])):
            if after - before > SECOND // 10:
                database.execute("INSERT INTO gaps VALUES (1, 'restart', ?, ?, ?, 0, 0)", (index, before, after))
        log = collections.namedtuple("Log", "frames")([Frame(n, "sent", time, time, (30, 1)) for n, time in
                                                       enumerate(made)])
        return compare.keys(database, "made-up", log, 0, LENGTH, self.kills())

    def test_nothing_is_lost(self):
        result = self.samples(0)
        self.assertEqual((result.faults, result.gap_rows), ([], 0))
        self.assertEqual(self.presses(0).faults, [])

    def test_a_read_under_way_may_be_lost(self):
        result = self.samples(8 * MILLISECOND)
        self.assertEqual((result.faults, result.in_reads, result.reads), ([], 16, 2))

    def test_what_was_published_may_not(self):
        for loses in (150 * MILLISECOND, 250 * MILLISECOND, 2500 * MILLISECOND):
            with self.subTest(milliseconds=loses // MILLISECOND):
                found = self.samples(loses).faults
                self.assertEqual(len([fault for fault in found if "had published" in fault]), 2, found)
        # Of a keyboard, what a busy machine has not read yet is gone at a kill.
        self.assertEqual(self.presses(compare.LAG - 50 * MILLISECOND).faults, [])
        for loses in (550 * MILLISECOND, 2500 * MILLISECOND):
            self.assertIn("had published", " ".join(self.presses(loses).faults))

    def test_of_what_waited_a_read_may_be_lost_and_no_more(self):
        """A daemon that was killed at its first read; its terminal had filled up."""
        self.assertEqual(self.samples(450 * MILLISECOND, seen=False, after=50 * MILLISECOND).faults, [])
        found = self.samples(550 * MILLISECOND, seen=False, after=50 * MILLISECOND).faults
        self.assertIn("600 samples are missing after 1 kills", " ".join(found))
