"""What becomes of the programs that the daemon starts where memory runs out."""

import os
import pathlib
import subprocess
import threading
import time

import faults
from station import wait_for


def score(process):
    return int(pathlib.Path(f"/proc/{process}/oom_score_adj").read_text())


def children(process):
    """The processes that any of a process's threads has started."""
    found = set()
    for thread in pathlib.Path(f"/proc/{process}/task").iterdir():
        try:
            found.update(map(int, (thread / "children").read_text().split()))
        except OSError:
            continue  # the thread has ended
    return found


class ChildrenTest(faults.FaultTest):
    def prepare(self, station):
        """Starts the daemon as its unit does (OOMScoreAdjust=-900), where this user may. Where not, a fake: its score
        is 500, which children inherit, and its own file is covered by one that tells -900.

        Returns the score that children would inherit."""
        programs = station.folder / "programs"
        programs.mkdir()
        (programs / "attune").symlink_to(station.programs / "attune")
        told = station.folder / "score"
        told.write_text("-900\n")
        real = station.programs / "attuned"
        lower = "echo -900 > /proc/self/oom_score_adj"
        may = subprocess.run(["sh", "-c", lower], capture_output=True).returncode == 0
        script = f'{lower} && exec "{real}" "$@"'
        if not may:
            self.report("this user may lower no score: a fake file tells the daemon that its own is lower")
            namespace = "-m" if os.geteuid() == 0 else "-Urm"
            script = (f"exec unshare {namespace} sh -c 'echo 500 > /proc/$$/oom_score_adj &&"
                      f' mount --bind "{told}" /proc/$$/oom_score_adj && exec "{real}" "$@"\' sh "$@"')
        (programs / "attuned").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "attuned").chmod(0o755)
        station.programs = programs
        return -900 if may else 500

    def test_programs_that_it_starts_are_not_spared(self):
        station = self.station("station: test\n")
        inherited = self.prepare(station)
        station.start()
        daemon = station.daemon.pid
        self.assertEqual(score(daemon), inherited)
        seen, ended = {}, threading.Event()

        def watch():
            while not ended.is_set():
                for child in children(daemon):
                    try:
                        seen.setdefault(child, []).append(
                            (score(child), pathlib.Path(f"/proc/{child}/comm").read_text().strip()))
                    except OSError:
                        continue  # it has ended
                time.sleep(0.001)
        watcher = threading.Thread(target=watch)
        watcher.start()
        self.addCleanup(ended.set)
        session = station.attune("session", "start", "children", "P01", "--no-devices")
        session = station.attune("session", "stop", "--wait")
        # The report beside a finished session is written by a program of its own.
        wait_for("the report", pathlib.Path(session["file"]).with_suffix(".quality.html").exists, 30)
        ended.set()
        watcher.join()
        self.assertTrue(seen, "no program was started")
        for looks in seen.values():
            self.report(f"{looks[-1][1]}: {looks[0][0]}, then {looks[-1][0]} ({len(looks)} looks)")
            self.assertEqual(looks[-1][0], 0, looks)
        self.assertEqual(score(daemon), inherited)
        self.assertEqual(station.stop(), 0)
