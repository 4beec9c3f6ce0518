"""systemd's store of descriptors: a USB-serial BITalino and a USB keyboard go on while the daemon is killed."""

import os
import time

import bitalino
from station import PATIENCE, StationTest

CHANNELS = ["a1", "ecg", "eda", "a4", "a5", "a6"]
# So few that a port's buffer holds what is sent until an emulated processor has started the daemon.
RATE = 10 if os.environ.get("ATTUNE_VM_DEBUG") else 100
SETTINGS = f"""
devices:
  - profile: bitalino
    serial: "BIT0042"
    name: chest
    options: {{rate: {RATE}, channels: [A1, A2, A3, A4, A5, A6]}}
keyboards:
  - {{match: "QEMU", name: keys, only_with_focus: false}}
"""
KILLS = 3


class KeptOpenTest(StationTest):
    def recorded(self):
        [session] = self.attune("status")["sessions"]
        return session["samples"]

    def press(self, code):
        self.guest.key(code, True)
        time.sleep(0.05)
        self.guest.key(code, False)
        time.sleep(0.05)

    def stored_descriptors(self):
        return int(self.guest.run("systemctl show attuned -p NFileDescriptorStore --value"))

    def test_nothing_is_lost_while_systemd_starts_the_daemon_again(self):
        self.start_daemon(SETTINGS)
        device = bitalino.BITalino(self.guest.plug_serial("chest", "BIT0042", "2"), seed=1)
        self.addCleanup(device.close)
        self.await_device("chest", "streaming")
        self.attune("session start pilot P01 --protocol pilot --pilot")
        self.attune("session phase chat")
        self.await_device("keys", "streaming")
        self.press("spc")
        self.await_value("2 s are recorded", lambda: self.recorded() > 2 * RATE)
        self.assertEqual(self.stored_descriptors(), 2)
        presses = 1
        for number in range(1, KILLS + 1):
            before = self.recorded()
            self.guest.run("systemctl kill --signal=KILL attuned")
            # Typed while no daemon runs, or while it starts.
            for code in ("a", "b", "spc"):
                self.press(code)
                presses += 1
            self.guest.wait_until(
                f'test "$(systemctl show attuned -p NRestarts --value)" = {number} && systemctl is-active attuned',
                "the daemon is up again", PATIENCE)
            self.await_value("it records again", lambda: self.recorded() > before + RATE)
            self.assertEqual(self.stored_descriptors(), 2)
        said = self.guest.run("journalctl --no-pager --unit attuned")
        self.report(f"'chest stayed open' {said.count('chest stayed open: nothing was lost')} times, "
                    f"'keys stayed open' {said.count('keys stayed open')} times")
        self.assertEqual(said.count("chest stayed open: nothing was lost"), KILLS)
        path = self.finished_file()
        self.guest.run("systemctl stop attuned.socket attuned")
        self.assertEqual(self.stored_descriptors(), 0)
        _, values = self.samples(path, "chest", CHANNELS)
        [run] = device.runs
        start = run.index(values[0])
        gaps = self.rows(path, "SELECT cause, lost FROM gaps")
        keys = self.rows(path, "SELECT pressed_ns, released_ns FROM keystrokes ORDER BY ordinal")
        self.report(f"{KILLS} kills: {len(values)} samples stored, sent from {start} on in one run; "
                    f"{len(keys)} presses of {presses}; gaps: {gaps}")
        self.assertEqual(values, run[start:start + len(values)], "samples")
        self.assertEqual([gap for gap in gaps if gap[0] not in ("inferred", "pause")], [])
        self.assertEqual(len(keys), presses)
        self.assertTrue(all(up is not None for _, up in keys), "every press has its release")
