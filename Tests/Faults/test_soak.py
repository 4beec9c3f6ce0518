"""The short form of the soak: that nothing is left open, and that figures come out. Growth takes hours to be
seen: make soak."""

import os
import subprocess
import time
import types

import faults
import soak


class SoakTest(faults.FaultTest):
    def test_nothing_is_left_open(self):
        seconds = 20 if self.is_short else 300
        self.run_script("soak.py", "--hours", seconds / 3600, seconds=seconds + 180)


class WatchTest(faults.FaultTest):
    """A watch over a made-up station."""

    def watch(self, answer, seconds):
        made = types.SimpleNamespace(daemon=types.SimpleNamespace(pid=os.getpid()), attune=answer)
        watch = soak.Watch(made, time.monotonic(), 0.05, None)
        watch.start()
        time.sleep(seconds)
        return watch

    def test_one_that_looks(self):
        watch = self.watch(lambda _: {"storage": {"commits": 1, "commit_ms_median": 1}}, 1)
        self.assertGreater(len(watch.end()), 10)

    def test_one_that_cannot_look_fails(self):
        for failure in (subprocess.TimeoutExpired("attune", 60), ValueError("no JSON"), soak.Failure("attune status")):
            def answer(_, failure=failure):
                raise failure
            with self.subTest(failure), self.assertRaisesRegex(soak.Failure, "could not be looked at"):
                self.watch(answer, 0.1).end()

    def test_one_that_hardly_looks_fails(self):
        def answer(_):
            time.sleep(0.5)
            return {"storage": {"commits": 1, "commit_ms_median": 1}}
        with self.assertRaisesRegex(soak.Failure, "looks in"):
            self.watch(answer, 1).end()
