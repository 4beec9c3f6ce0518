"""A daemon that stands still for longer than a port can hold: what the device had to drop is told where it is
missing, and with its number, though all that was kept comes at once.

Two BITalinos of six channels at 1 kHz, whose counters turn every 16 samples.
"""

import signal
import time

import faults
import disk_station


# The samples after which the counter begins anew.
TURN = 16


class OverrunTest(faults.FaultTest):
    def test_what_a_full_port_dropped_is_told_where_it_is_missing(self):
        made = self.station()
        devices = disk_station.prepare(made, ("one", "two"))
        made.start()
        for name in devices:
            made.wait_for_device(name)
        session = made.attune("session", "start", "overrun", "p01", "--protocol", "pilot")
        time.sleep(8)
        # The kernel holds some 2.6 s of it; a busy machine may be some tenths of a second late with both signals.
        made.daemon.send_signal(signal.SIGSTOP)
        time.sleep(3.5)
        made.daemon.send_signal(signal.SIGCONT)
        time.sleep(8)
        self.compare(session["file"], devices, "while it records")
        made.attune("session", "stop", "--wait", seconds=120)
        dropped = {name: made.end(device)["overrun"] for name, device in devices.items()}
        made.stop()
        holes = self.compare(session["file"], devices, "in the finished file")
        for name, hole in holes.items():
            self.assertGreater(sum(hole.values()), 200, "hardly anything was dropped")
            # What it dropped behind its last sample nobody can see.
            self.assertLessEqual(sum(hole.values()), dropped[name])

    def compare(self, file, devices, when):
        """Each hole that the numbers show has its gap, and each gap its hole or a bound that allows for none; gives
        the holes."""
        found = {}
        for name in devices:
            numbers, holes, gaps = disk_station.losses(file, name)
            gaps = {after: gap for after, gap in gaps.items() if 0 <= after < len(numbers) - 1}
            self.report(f"{name}, {when}: missing {holes}, told "
                        f"{ {after: (gap.lost, gap.bound) for after, gap in gaps.items()} }")
            what = f"{name}, {when}: missing {holes}, told {gaps}"
            shown = {after: hole for after, hole in holes.items() if hole % TURN}
            for after, gap in gaps.items():
                self.assertLessEqual(abs(gap.lost - holes.get(after, 0)), gap.bound, what)
            self.assertLessEqual(set(shown), set(gaps), what)
            # Whole turns of the counter show nowhere in its numbers, but in what is missing altogether.
            self.assertEqual(sum(gap.lost for gap in gaps.values()), sum(holes.values()), what)
            for after in set(holes) - set(shown) - set(gaps):
                self.assertLess(min(gaps), after, what)
                self.assertGreater(max(gaps), after, what)
            # The place is certain, and the bound none, where there is one hole alone that shows, and all is there.
            if len(shown) == len(holes) == 1 and when == "in the finished file":
                self.assertEqual({after: gap.bound for after, gap in gaps.items()}, dict.fromkeys(holes, 0), what)
            found[name] = holes
        return found
