"""A source that falls silent: the alarm comes within its limit, names it, and ends with it."""

import signal
import time

import faults
import lateness
import stored
from station import wait_for

LIMIT = 2_000_000_000  # nanoseconds, where a profile says nothing else
# From the limit to the alarm three threads are woken one after another.
PROMPT, WOKEN = 100_000_000, 3


class SilenceTest(faults.FaultTest):
    def alarms(self, station):
        return {alarm["code"]: alarm for alarm in station.attune("status")["alarms"]}

    def await_alarm(self, station, code, present=True, seconds=20):
        return wait_for(f"the alarm {code}" + ("" if present else " to end"),
                        lambda: (code in self.alarms(station)) == present, seconds, step=0.01)

    def test_the_alarm_comes_within_the_limit(self):
        station = self.station()
        station.set(f"devices:\n  - {{profile: line-sketch, path: {station.path('sketch')}, name: skin}}\n")
        with open(station.path("plain.csv"), "w") as rows:
            rows.write("n\n" + "".join(f"{number}\n" for number in range(100_000)))
        device = station.simulate(
            "lines", "--rate", 4, "--link", station.path("sketch"), "--csv", station.path("plain.csv"),
            "--stay", "--autostart")
        station.start()
        station.wait_for_device("skin")
        session = station.attune("session", "start", "silence", "p1", "--protocol", "pilot")
        meter = lateness.Lateness()
        self.addCleanup(meter.end)
        meter.start()
        since = []
        for _ in range(2 if self.is_short else 10):
            time.sleep(1)
            self.assertNotIn("silent:skin", self.alarms(station))
            device.send_signal(signal.SIGSTOP)
            self.await_alarm(station, "silent:skin")
            alarm = self.alarms(station)["silent:skin"]
            since.append(alarm["since_ns"])
            self.assertEqual(alarm["session"], session["id"])
            device.send_signal(signal.SIGCONT)
            self.await_alarm(station, "silent:skin", present=False)
        # It stands in the journal too.
        self.assertIn("skin is silent", station.log.read_text())
        session = station.attune("session", "stop", "--wait", "--session", session["id"])
        station.end(device)
        station.stop()
        meter.end()
        # Both by the daemon's clock: when the last sample came, as it is stored, and since when the alarm stands.
        database = stored.connect(session["file"])
        _, arrivals = stored.samples(database, stored.stream_id(database, "skin"))
        database.close()
        for alarm in since:
            last = max(arrival for arrival in arrivals if arrival < alarm)
            late = meter.worst(last + LIMIT, alarm)
            self.report(f"the alarm came {(alarm - last) / 1e9:.3f} s after the last sample; this machine woke a thread "
                        f"{late / 1e6:.0f} ms too late then")
            self.assertGreater(alarm - last, LIMIT)
            self.assertLess(alarm - last, LIMIT + PROMPT + WOKEN * late)
