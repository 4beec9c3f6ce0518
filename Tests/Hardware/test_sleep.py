"""The machine is suspended in the middle of a session: all the way down to its core, and woken by the kernel's
own test of that after five seconds (Documentation/power/basic-pm-debugging.rst)."""

import json

import bitalino
from station import PATIENCE, StationTest
from test_serial import RATE, SETTINGS

# The share's driver knows no suspend: it is taken away and put back.
SUSPEND = """
umount /share
cd /sys/bus/virtio/drivers/9pnet_virtio
share=$(ls -d virtio*)
echo "$share" >unbind
echo deep >/sys/power/mem_sleep
echo core >/sys/power/pm_test
echo mem >/sys/power/state
echo none >/sys/power/pm_test
echo "$share" >bind
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /share
"""


class SleepTest(StationTest):
    def test_a_session_goes_on_after_the_machine_slept(self):
        self.start_daemon(SETTINGS)
        device = bitalino.BITalino(self.guest.plug_serial("chest", "BIT0042", "2"), seed=1)
        self.addCleanup(device.close)
        self.await_device("chest", "streaming")
        session = self.attune("session start pilot P01 --protocol pilot --pilot --device chest")

        def recorded():
            [told] = self.attune("status")["sessions"]
            return told["samples"]

        self.await_value("2 s are recorded", lambda: recorded() > 2 * RATE)
        self.assertTrue(self.attune("status")["clock"]["inhibits_sleep"], "sleep is held off while it records")
        status, said = self.guest.attempt("systemctl suspend --check-inhibitors=yes")
        self.report(f"systemctl suspend ends with {status}: {said.strip()}")
        self.assertNotEqual(status, 0, "who asks for sleep is refused")
        # Only who insists gets it.
        self.guest.run(SUSPEND, PATIENCE)
        self.await_device("chest", "streaming")
        begun = recorded()
        self.await_value("2 s more are recorded", lambda: recorded() > begun + 2 * RATE)
        told = self.attune("status")
        self.assertEqual([entry["id"] for entry in told["sessions"]], [session["id"]], "the same session goes on")
        path = self.finished_file()

        [payload] = self.rows(path, "SELECT payload FROM events WHERE kind = 'sleep'")
        slept = json.loads(payload[0])["milliseconds"]
        times, values = self.samples(path, "chest", ["a1"])
        gaps = self.rows(path, "SELECT cause, after_index, lost, lost_bound, end_ns - start_ns FROM gaps")
        self.report(f"slept for {slept} ms; {len(values)} samples; gaps {gaps}; status: {told['clock']}")
        # The clock that counts on is read to a second by some hardware.
        self.assertTrue(3000 <= slept <= 60_000, slept)
        self.assertEqual(told["clock"]["sleeps"], 1)
        self.assertTrue(all(a < b for a, b in zip(times, times[1:])), "times grow")
        asleep = [gap for gap in gaps if gap[0] == "sleep"]
        self.assertEqual(len(asleep), 1, gaps)
        _, _, lost, bound, length = asleep[0]
        meanwhile = slept / 1e3 * RATE
        self.assertLessEqual(abs(lost - length / 1e9 * RATE - meanwhile), 3, "the samples of all that time")
        self.assertGreaterEqual(bound, meanwhile - 1, "whether the device sent all the while, nobody knows")
        # No time moved by it: on both sides samples lie where they arrived.
        for first, count, arrival in self.rows(
                path, "SELECT first_index, sample_count, last_arrival_ns FROM chunks"):
            self.assertLess(abs(times[first + count - 1] - arrival) / 1e9, 2, f"at sample {first + count - 1}")
