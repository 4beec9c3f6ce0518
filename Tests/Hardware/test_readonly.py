"""The file system of the recordings becomes read-only in the middle of a session, as after an error of its disk, and
is writable again later: by the kernel's own emergency remount (Documentation/admin-guide/sysrq.rst, u)."""

import re
import time

import bitalino
from station import PATIENCE, StationTest
from test_serial import CHANNELS, RATE, SETTINGS


class ReadOnlyTest(StationTest):
    def alarms(self):
        return {alarm["code"]: alarm["text"] for alarm in self.attune("status")["alarms"]}

    def recorded(self):
        [told] = self.attune("status")["sessions"]
        return told["samples"]

    def uptime(self, command):
        """The first figure of a command's output, in seconds since the machine was started."""
        return float(re.search(r"\d+\.\d+", self.guest.run(command, PATIENCE)).group())

    def test_nothing_is_lost_while_the_disk_cannot_be_written(self):
        self.start_daemon(SETTINGS)
        device = bitalino.BITalino(self.guest.plug_serial("chest", "BIT0042", "2"), seed=1)
        self.addCleanup(device.close)
        self.await_device("chest", "streaming")
        self.attune("session start pilot P01 --protocol pilot --pilot --device chest")
        self.await_value("2 s are recorded", lambda: self.recorded() > 2 * RATE)
        before = set(self.alarms())
        # Its journal would end with the disk: what is written in memory is kept.
        self.guest.run("journalctl --relinquish-var && echo u >/proc/sysrq-trigger && "
                       "until grep -q ' / ext4 ro' /proc/mounts; do sleep 0.05; done", PATIENCE)
        self.assertNotEqual(self.guest.attempt("touch /var/lib/attune/written")[0], 0, "the disk is read-only")
        told = self.await_value("an alarm is raised", lambda: set(self.alarms()) - before)
        begun = self.uptime("dmesg | grep 'Emergency Remount complete' | tail -1")
        code = sorted(told)[0]
        self.report(f"{code}: {self.alarms()[code]}")
        raised = self.uptime("journalctl --no-pager --output=short-monotonic --unit attuned "
                             f"| grep -F '{self.alarms()[code].splitlines()[0][:60]}' | tail -1")
        self.report(f"{raised - begun:.2f} s after the disk had become read-only")
        self.assertLess(raised - begun, 1)
        mark = self.recorded()
        time.sleep(5)
        self.guest.run("mount -o remount,rw /", PATIENCE)
        self.await_value("the alarm is over", lambda: not set(self.alarms()) - before)
        self.await_value("it records again", lambda: self.recorded() > mark + 2 * RATE)
        path = self.finished_file()
        self.guest.run("systemctl stop attuned.socket attuned")
        _, values = self.samples(path, "chest", CHANNELS)
        [run] = device.runs
        start = run.index(values[0])
        gaps = [gap for gap in self.rows(path, "SELECT cause, lost FROM gaps") if gap[0] != "inferred"]
        self.report(f"{len(values)} samples stored, sent from {start} on in one run; gaps: {gaps}")
        self.assertEqual(values, run[start:start + len(values)], "what was sent, in its order, each once")
        self.assertEqual(gaps, [])
