"""What all faults share: real programs, a station in a folder of its own, and how long a test may take."""

import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "Integration"), str(HERE.parent / "Readers")]

import station  # noqa: E402  runs the daemon, the command line and virtual devices
import stored  # noqa: E402  reads session files with nothing but SQLite


def long(test):
    """Marks a test that --short leaves out."""
    test.long = True
    return test


class FaultTest(unittest.TestCase):
    """A fault of the world, and what the station makes of it."""

    @property
    def programs(self):
        return pathlib.Path(os.environ["ATTUNE_FAULT_PROGRAMS"])

    @property
    def is_short(self):
        """Whether the short form was asked for: fewer rounds, the same assertions."""
        return os.environ["ATTUNE_FAULT_SHORT"] == "1"

    def run(self, result=None):
        """As unittest does it, and tidies up as well where the run is ended by a signal."""
        try:
            return super().run(result)
        except KeyboardInterrupt:
            self.doCleanups()
            raise

    def run_script(self, script, *arguments, seconds, own_mounts=False):
        """Runs a script of this folder on the programs, and reports its lines; it must end with 0 within so many
        seconds. It ends with the test, whatever happens to that. With own_mounts it may mount what nobody else
        sees."""
        # A new user namespace takes an earlier request for the parent's death back (prctl(2)); hence setpriv.
        namespace = [] if not own_mounts else ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
        process = subprocess.Popen(
            [*namespace, "setpriv", "--pdeathsig", "KILL", sys.executable, str(HERE / script), str(self.programs),
             *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            preexec_fn=station._die_with_parent)
        try:
            output, _ = process.communicate(timeout=seconds)
            wrong = f"{script} ended with {process.returncode}" if process.returncode else None
        except subprocess.TimeoutExpired:
            wrong = f"{script} was not done after {seconds} s"
            output = self._ended(process)
        except BaseException:
            self._ended(process)
            raise
        lines = output.splitlines()
        for line in lines:
            self.report(line)
        # Said once more with the failure: who sees only a report's end would not see why.
        found = [line for line in lines[:-5] if line.startswith(("seed ", "FAILED "))][:10]
        self.assertIsNone(wrong, "\n".join([*found, *lines[-5:]]))

    @staticmethod
    def _ended(process):
        """Ends a script, in good order if it can, so that its folders go too; gives what it said."""
        process.terminate()
        try:
            return process.communicate(timeout=20)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]

    def report(self, text):
        """A line of what was measured."""
        print(f"    {text}", file=sys.stderr, flush=True)

    def station(self, settings=""):
        """A station whose processes and folders go with the test; its logs are shown if it fails."""
        made = station.Station(self.programs, settings)
        self.addCleanup(made.__exit__, None, None, None)
        self.addCleanup(self._show_logs, made)
        return made

    def _show_logs(self, made):
        if self._outcome is None:
            return  # ended by a signal
        outcome = self._outcome.result
        if any(test is self for test, _ in outcome.failures + outcome.errors) or not self._outcome.success:
            made.show_log(25)
