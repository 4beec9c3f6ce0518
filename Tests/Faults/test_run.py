"""The run of these tests itself: however it is ended, nothing that it started goes on."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import faults
from station import wait_for


class RunTest(faults.FaultTest):
    def processes(self, folder):
        """The command lines of the processes that name a folder."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_text().replace("\0", " ")
                if folder in words:
                    found.append(words)
            except OSError:
                continue  # it has ended meanwhile
        return found

    def ended(self, number, test):
        """Runs a test, ends the run with a signal while a daemon runs in it; gives the folders that are left."""
        folder = tempfile.mkdtemp(prefix="attune-run.")
        self.addCleanup(shutil.rmtree, folder)
        run = subprocess.Popen(
            [sys.executable, faults.HERE / "run.py", self.programs, "--short", test], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": folder},
            preexec_fn=faults.station._die_with_parent)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        # Its rings are in a folder of another place.
        [rings] = wait_for("its daemon", lambda: set(re.findall(
            r"attuned .*--runtime (\S+)", "\n".join(self.processes(folder + "/")))), 60)
        self.addCleanup(shutil.rmtree, rings, True)
        time.sleep(0.5)
        begun = time.monotonic()
        run.send_signal(number)
        self.assertNotEqual(run.wait(60), 0)
        wait_for("all processes to end", lambda: not self.processes(folder + "/"), 10)
        self.report(f"{signal.Signals(number).name}: {test} was ended in {time.monotonic() - begun:.1f} s")
        return os.listdir(folder) + [rings] * os.path.exists(rings)

    def test_ended_by_a_signal_it_tidies_up(self):
        for test in ("test_the_alarm_comes_within", "test_nothing_is_left_open"):
            with self.subTest(test):
                self.assertEqual(self.ended(signal.SIGTERM, test), [])

    def test_killed_it_leaves_no_process(self):
        # A script that says nothing for long, and so does not notice by itself that nobody listens.
        self.ended(signal.SIGKILL, "test_nothing_is_left_open")
