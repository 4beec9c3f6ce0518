"""The machine's wall clock is set by hours in the middle of a session."""

import bitalino
from station import PATIENCE, StationTest
from test_serial import RATE, SETTINGS

HOURS = 5


class ClockTest(StationTest):
    def test_setting_the_wall_clock_moves_no_time(self):
        self.start_daemon(SETTINGS)
        device = bitalino.BITalino(self.guest.plug_serial("chest", "BIT0042", "2"), seed=1)
        self.addCleanup(device.close)
        self.await_device("chest", "streaming")
        self.attune("session start pilot P01 --protocol pilot --pilot --device chest")

        def recorded():
            [session] = self.attune("status")["sessions"]
            return session["samples"]

        for sign in ("+", "-"):
            begun = recorded()
            self.await_value("2 s are recorded", lambda: recorded() > begun + 2 * RATE)
            self.guest.run(f'date --set="{sign}{HOURS} hours"')
            begun = recorded()
            self.await_value("2 s more are recorded", lambda: recorded() > begun + 2 * RATE)
        health = self.attune("status")["clock"]
        path = self.finished_file()
        times, values = self.samples(path, "chest", ["a1"])
        longest = max(b - a for a, b in zip(times, times[1:])) / 1e9
        causes = [cause for cause, in self.rows(path, "SELECT cause FROM time_triples")]
        events = self.rows(path, "SELECT kind, payload FROM events WHERE kind IN ('clock_step', 'sleep')")
        self.report(f"{len(values)} samples, at most {longest * 1000:.0f} ms apart; clocks read because of "
                    f"{causes}; events {events}; status: {health}")
        self.assertTrue(all(a < b for a, b in zip(times, times[1:])), "times grow")
        self.assertLess(longest, 60)
        self.assertEqual(causes.count("step"), 2)
        self.assertEqual([kind for kind, _ in events], ["clock_step"] * 2)
        self.assertEqual(health["steps"], 2)
        # Whether a time service keeps the clock is known without one that leaves a mark (adjtimex).
        self.assertIsNotNone(health.get("synchronised"))
