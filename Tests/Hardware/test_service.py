"""The unit as the package installs it: readiness, rights, watchdog."""

import re
import time

from station import PATIENCE, StationTest, long

# What needrestart makes of its configuration: the first pattern that fits a unit decides.
NEEDRESTART = r"""
our %nrconf;
do '/etc/needrestart/conf.d/attune.conf' // die $@;
for my $unit (@ARGV) {
    my @values = map { $nrconf{override_rc}{$_} } grep { $unit =~ /$_/ } keys %{$nrconf{override_rc}};
    print $unit, ' ', (@values && !$values[0] ? 'left' : 'restarted'), "\n";
}
"""


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
        self.assertLessEqual(float(re.search(r"([\d.]+) [A-Z]", verdict)[1]), 2.0)
        for unit in ("attune-chat", "attune-console", "attune-net"):
            verdict = self.guest.run(f"systemd-analyze security --no-pager {unit} | tail -1", PATIENCE)
            self.report(verdict.strip())
            self.assertLessEqual(float(re.search(r"([\d.]+) [A-Z]", verdict)[1]), 3.0)
        # What keeps a recording from being held up.
        self.await_value("memory is locked", lambda: "VmLck:\t       0 kB" not in self.guest.run(
            f"grep VmLck /proc/{process}/status"))
        held = self.guest.run(f"grep -E 'VmLck|VmRSS|VmSize' /proc/{process}/status; "
                              f"cat /proc/{process}/oom_score_adj; "
                              f"grep -h . /proc/{process}/task/*/comm; "
                              f"cut -d' ' -f40,41 /proc/{process}/task/*/stat; "
                              f"grep -E 'core|locked' /proc/{process}/limits")
        self.report(" ".join(held.split()))
        self.assertRegex(held, r"(?m)^-900$")
        names = re.findall(r"(?m)^[a-z]+$", held)
        policies = re.findall(r"(?m)^(\d+) (\d+)$", held)
        reader = dict(zip(names, policies))["acquisition"]
        self.assertEqual(reader, ("10", "1"), "the reader is a SCHED_FIFO thread of priority 10")
        self.assertRegex(held, r"Max core file size\s+0\s+0")
        self.assertRegex(held, r"Max locked memory\s+unlimited")
        # A caller waits at the socket while nobody runs.
        self.guest.run("systemctl stop attuned")
        begun = time.monotonic()
        self.assertEqual(self.attune("status")["sessions"], [])
        self.report(f"started by a caller, and answered, after {time.monotonic() - begun:.1f} s")

    def test_needrestart_leaves_a_station_alone(self):
        (self.guest.share / "ask.pl").write_text(NEEDRESTART)
        said = self.guest.run("cd / && perl /share/ask.pl attuned.service attune-chat.service "
                              "attune-console.service attune-net.service ssh.service")
        self.assertEqual([line.split()[1] for line in said.splitlines()], ["left"] * 4 + ["restarted"])

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
