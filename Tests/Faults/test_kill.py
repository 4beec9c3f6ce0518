"""kill -9 of the daemon at random instants, under all kinds of load; recoveries that break off."""

import faults


class KillTest(faults.FaultTest):
    def test_killed_at_random_instants(self):
        kills = 30 if self.is_short else 200
        self.run_script("kill.py", "--kills", kills, seconds=120 + 6 * kills)

    def test_a_recovery_that_breaks_off_is_not_repeated(self):
        self.run_script("recovery.py", seconds=180)
