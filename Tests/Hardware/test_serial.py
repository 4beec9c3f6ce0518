"""A BITalino behind a USB-serial bridge: plugged in, recorded, pulled out, plugged in elsewhere."""

import os
import time

import bitalino
from station import StationTest

CHANNELS = ["a1", "ecg", "eda", "a4", "a5", "a6"]
# Programs for debugging take a thousand samples a second on real processors only.
RATE = 100 if os.environ.get("ATTUNE_VM_DEBUG") else 1000
SETTINGS = f"""
devices:
  - profile: bitalino
    serial: "BIT0042"
    name: chest
    options: {{rate: {RATE}, channels: [A1, A2, A3, A4, A5, A6]}}
"""


class SerialTest(StationTest):
    def plug(self, name, serial_number, port, seed):
        """Plugs a BITalino in."""
        device = bitalino.BITalino(self.guest.plug_serial(name, serial_number, port), seed)
        self.addCleanup(device.close)
        return device

    def stored(self):
        """Samples of the running session so far."""
        [session] = self.attune("status")["sessions"]
        return session["samples"]

    def test_bitalino_is_plugged_in_recorded_pulled_out_and_taken_up_again(self):
        self.start_daemon(SETTINGS)
        self.assertEqual(self.device("chest")["state"], "absent")
        # Another bridge of the same kind is none of ours, and is not opened.
        stranger = self.plug("stranger", "OTHER1", "4", seed=3)

        first = self.plug("first", "BIT0042", "2", seed=1)
        begun = time.monotonic()
        self.await_value("the bridge is known", lambda: self.device("chest")["state"] != "absent")
        self.report(f"known {time.monotonic() - begun:.1f} s after it was plugged in: {self.device('chest')}")

        self.attune("session start pilot P01 --protocol pilot --pilot --device chest")
        self.await_value("4 s are recorded", lambda: self.stored() > 4 * RATE)
        before = self.device("chest")
        self.guest.unplug("first", chardev=True)
        gone = time.monotonic()
        self.await_device("chest", "absent")
        self.report(f"absent {time.monotonic() - gone:.1f} s after it was pulled out")
        stored_first = self.stored()

        second = self.plug("second", "BIT0042", "3", seed=2)
        plugged = time.monotonic()
        self.await_value("it records again", lambda: self.stored() > stored_first)
        self.report(f"recorded again at most {time.monotonic() - plugged:.1f} s after it was plugged in")
        after = self.device("chest")
        self.assertEqual(before["identity"], after["identity"])
        self.await_value("4 s more are recorded", lambda: self.stored() > stored_first + 4 * RATE)
        path = self.finished_file()
        self.guest.run("systemctl stop attuned.socket attuned")
        self.await_value("the device was told to stop", lambda: second.commands[-1] == 0x00)
        self.assertEqual(stranger.commands, [], "the stranger was spoken to")

        times, values = self.samples(path, "chest", CHANNELS)
        [run_1], [run_2] = first.runs, second.runs
        # The device sends before the session starts: its first sample is somewhere in the run.
        start = run_1.index(values[0])
        count_1 = stored_first
        rest = values[count_1:]
        self.report(f"{count_1} samples stored of those from {start} on of {len(run_1)} sent, "
                    f"then {len(rest)} of {len(run_2)}")
        self.assertEqual(values[:count_1], run_1[start:start + count_1], "the first run")
        self.assertEqual(rest, run_2[:len(rest)], "the second run")
        # What was under way when the plug was pulled is lost, and only that.
        self.assertGreater(start + count_1, len(run_1) - 2 * RATE)

        gaps = self.rows(path, "SELECT after_index, cause, start_ns, end_ns, lost, lost_bound FROM gaps")
        self.report(f"gaps: {gaps}")
        # Where the emulation stands still for a moment, the daemon may infer a loss from the late arrival
        # (16 frames lost do not show in a counter of 4 bits). The one loss that there is stands out.
        gaps = [gap for gap in gaps if gap[1] != "inferred"]
        self.assertEqual(len(gaps), 1)
        after_index, cause, begins, ends, lost, bound = gaps[0]
        self.assertEqual((after_index, cause), (count_1 - 1, "disconnect"))
        self.assertEqual((begins, ends), (times[count_1 - 1], times[count_1]))
        self.assertLessEqual(abs(lost - ((ends - begins) / 1e9 * RATE - 1)), bound + 1, "samples of the gap")
        attached = float(self.guest.run("dmesg | grep 'now attached' | tail -1").split("[")[1].split("]")[0])
        self.report(f"first sample {ends / 1e9 - attached:.2f} s after the kernel had its port")
        self.assertTrue(all(a < b for a, b in zip(times, times[1:])), "times grow")
