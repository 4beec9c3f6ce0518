"""attune doctor on a real machine: something is broken, it says so, and the command that it names mends it."""

import json
import re

from station import PATIENCE, StationTest

SETTINGS = """devices:
  - {profile: heart-rate, address: "A0:9E:1A:00:00:01"}
"""


class DoctorTest(StationTest):
    def doctor(self, check):
        """What one check finds, as the operator sees it."""
        status, output = self.guest.attempt("runuser -u experimenter -- attune doctor --json", PATIENCE)
        told = json.loads(output)
        self.assertEqual(status, 1 if told["verdict"] == "missing" else 0)
        return [one for one in told["checks"] if one["check"] == check]

    def expect_broken(self, check, verdict="missing"):
        """One thing is found; returns the command that mends it."""
        found = [one for one in self.doctor(check) if one["verdict"] == verdict]
        self.assertTrue(found, f"{check} finds nothing")
        self.report(f"{check}: {found[0]['seen']} → {found[0]['mend']}")
        return found[0]["mend"]

    def mend(self, check, command):
        """Runs what was named, as root has it, and looks again."""
        self.guest.run(re.sub(r", then .*", "", command).replace("sudo ", ""), PATIENCE)
        self.assertNotIn("missing", [one["verdict"] for one in self.doctor(check)])

    def test_what_is_broken_is_named_and_mended(self):
        self.start_daemon(SETTINGS)
        self.assertNotIn("missing", [one["verdict"] for one in self.doctor("services") + self.doctor("groups")])

        self.guest.run("usermod --groups attune experimenter")
        command = self.expect_broken("groups")
        self.assertEqual(command, "sudo usermod -aG attune-operators experimenter, then sign out and in again")
        self.mend("groups", command)

        self.guest.run("systemctl disable --now bluetooth")
        self.mend("bluez", self.expect_broken("bluez"))

        self.guest.run("systemctl disable --now attuned.socket 2>/dev/null; systemctl disable --now attuned")
        self.mend("services", self.expect_broken("services"))

        self.guest.run("echo 'lisen: here' >>/etc/attune/chat.yaml")
        self.expect_broken("settings")
        self.guest.run("sed -i /lisen/d /etc/attune/chat.yaml")
        self.assertNotIn("missing", [one["verdict"] for one in self.doctor("settings")])

        self.guest.run("fallocate -l $(( $(df --output=avail -B1 /var/lib/attune | tail -1) - 200000000 )) /filler")
        self.expect_broken("disk")
        self.guest.run("rm /filler")

    def test_a_backup_place_is_opened_by_the_commands_that_it_names(self):
        self.guest.run("install -d /media/disk && mount -t tmpfs -o size=64m disk /media/disk")
        self.start_daemon("devices: []\nbackup: /media/disk/attune\n")
        self.mend_all("backup")
        session = self.attune("session start pilot P01 --pilot --no-devices")
        self.attune("session stop --outcome completed --wait")
        self.await_value("the session is backed up", lambda: next(
            (one.get("backed_up_utc_ns") and not one.get("backup_waits") for one in self.attune("session list")
             if one["id"] == session["id"]), None))
        self.report(self.guest.run("runuser -u experimenter -- attune backup check", PATIENCE).strip())
        self.assertEqual(self.doctor("backup")[0]["verdict"], "ok")
        # Another disk, mounted while the service runs, and marked as a place.
        self.guest.run("umount /media/disk && mount -t tmpfs -o size=64m disk /media/disk && "
                       "install -d -o attune -g attune -m 0750 /media/disk/attune && "
                       "install -o attune -m 640 /dev/null /media/disk/attune/.attune-backup")
        self.guest.wait_until("test -s /media/disk/attune/pilot/study.db && ls /media/disk/attune/pilot/P01/*.attune",
                              "everything is copied to the other disk", 180)

    def mend_all(self, check):
        """Runs one command after another until nothing is missing."""
        for _ in range(6):
            missing = [one for one in self.doctor(check) if one["verdict"] == "missing"]
            if not missing:
                return
            self.report(f"{check}: {missing[0]['seen']} → {missing[0]['mend']}")
            command = missing[0]["mend"]
            self.guest.run(re.sub(r"^mount its disk, or: ", "", command).replace("sudo ", ""), PATIENCE)
        self.fail("the commands do not mend it")
