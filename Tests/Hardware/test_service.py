"""The unit as the package installs it: readiness, rights, watchdog."""

import re
import time

from station import PATIENCE, StationTest, long


class ServiceTest(StationTest):
    def show(self, *properties):
        """Properties of the service, by name."""
        output = self.guest.run(f"systemctl show attuned -p {','.join(properties)}")
        return dict(line.split("=", 1) for line in output.splitlines())

    def test_service_is_ready_when_it_says_so_and_shut_in(self):
        self.start_daemon("devices: []\n")
        facts = self.show("ActiveState", "SubState", "Type", "User", "NRestarts", "MainPID", "StatusText")
        self.report(f"{facts}")
        self.assertEqual((facts["ActiveState"], facts["SubState"]), ("active", "running"))
        self.assertEqual((facts["Type"], facts["User"], facts["NRestarts"]), ("notify", "attune", "0"))
        # systemd said that it started only when the daemon answered: no waiting here.
        status = self.attune("status")
        self.assertEqual(status["sessions"], [])
        self.assertEqual(status["data"], "/var/lib/attune")
        # A user of neither group is refused.
        refused, output = self.guest.attempt("runuser -u nobody -- attune status")
        self.assertNotEqual(refused, 0, output)
        process = facts["MainPID"]
        owner = self.guest.run(f"stat -c %U /proc/{process}; grep -E 'CapEff|NoNewPrivs|Seccomp:' "
                               f"/proc/{process}/status")
        self.assertRegex(owner, r"(?s)^attune\nCapEff:\s+0+\nNoNewPrivs:\s+1\nSeccomp:\s+2")
        verdict = self.guest.run("systemd-analyze security --no-pager attuned | tail -1", PATIENCE)
        self.report(verdict.strip())
        self.assertLess(float(re.search(r"([\d.]+) [A-Z]", verdict)[1]), 2.0)

    @long
    def test_watchdog_restarts_a_hung_daemon_and_the_session_goes_on(self):
        self.start_daemon("devices: []\n")
        session = self.attune("session start pilot P03 --protocol pilot --pilot")["id"]
        facts = self.show("MainPID", "WatchdogUSec")
        self.guest.run(f"kill -STOP {facts['MainPID']}")
        hung = time.monotonic()
        self.guest.wait_until(
            'test "$(systemctl show attuned -p NRestarts --value)" -ge 1 && systemctl is-active attuned',
            "the watchdog has restarted the daemon", seconds=300)
        self.report(f"again active {time.monotonic() - hung:.1f} s after it hung (WatchdogSec {facts['WatchdogUSec']})")
        self.assertIn("Watchdog timeout", self.guest.run("journalctl --no-pager --unit attuned"))
        again = self.attune("status")
        self.assertEqual([(entry["id"], entry["state"]) for entry in again["sessions"]],
                         [(session, "recording")])
        self.finished_file()
