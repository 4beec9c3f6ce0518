"""Alarms of what is about to go wrong: a low battery, a poor link, a disk that fills."""

import faults


class AlarmsTest(faults.FaultTest):
    def test_battery_link_and_disk(self):
        self.run_script("alarms.py", seconds=120, own_mounts=True)
