"""The backup place: missing, full, with copies that rot, and the daemon killed while it copies."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import time

import faults
import station


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class BackupTest(faults.FaultTest):
    def place(self, made):
        return pathlib.Path(made.path("place"))

    def made(self):
        """A station whose backup place is not there yet, and that says so after two seconds."""
        made = self.station()
        made.set(f"devices: []\nbackup: {self.place(made)}\nbackup_alarm_s: 2\n")
        return made

    def record(self, made, participant):
        """A finished session."""
        made.attune("session", "start", "study", participant, "--no-devices")
        made.attune("session", "mark", "here")
        return made.attune("session", "stop", "--outcome", "completed", "--wait")

    def copy(self, made, session):
        """Where the copy of a session's file is."""
        return self.place(made) / pathlib.Path(session["file"]).relative_to(made.data)

    def listed(self, made, session):
        return next(one for one in made.attune("session", "list") if one["id"] == session["id"])

    def await_backup(self, made, session, seconds=20):
        """Waits until all of a session is backed up; returns how long that took."""
        begun = time.monotonic()
        station.wait_for(
            f"{session['participant']} to be backed up",
            lambda: (lambda one: one.get("backed_up_utc_ns") and not one.get("backup_waits"))(
                self.listed(made, session)), seconds, step=0.1)
        return time.monotonic() - begun

    def index(self, folder):
        """The study's index in the data directory, or its copy."""
        return sqlite3.connect(f"file:{folder}/study/study.db?mode=ro", uri=True)

    def assert_copied(self, made, session):
        """The copy is there, as the index of the finished session has it, and so is its report."""
        with contextlib.closing(self.index(made.data)) as database:
            sha256, = database.execute("SELECT sha256 FROM sessions WHERE id = ?", (session["id"],)).fetchone()
        copy = self.copy(made, session)
        self.assertEqual(digest(copy), sha256)
        # The report is written a moment after the session is finished.
        station.wait_for("the copy of the report", copy.with_suffix(".quality.html").exists, 15)
        self.assertEqual(digest(copy.with_suffix(".quality.html")),
                         digest(pathlib.Path(session["file"]).with_suffix(".quality.html")))
        self.assertEqual(list(copy.parent.glob(".*.copying")), [])

    def await_index(self, made, copies):
        """The index follows once it is quiet, as one that can be read, with what was noted of the copies."""
        def indexed():
            with contextlib.suppress(sqlite3.Error), contextlib.closing(self.index(self.place(made))) as copy:
                return copy.execute("SELECT count(*) FROM backups").fetchone()[0] == copies \
                    and copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        station.wait_for("the copy of the index", indexed, 15)

    def test_a_place_that_comes_later(self):
        made = self.made()
        made.start()
        session = self.record(made, "P01")
        status = station.wait_for("the alarm", lambda: (lambda told: told if any(
            alarm["code"] == "backup" for alarm in told["alarms"]) else None)(made.attune("status")), 10)
        self.assertEqual(status["backup"]["waiting"], 1)
        self.assertIn("is not there", status["backup"]["problem"])
        self.assertIn("session", self.listed(made, session)["backup_waits"])
        self.place(made).mkdir()
        self.report(f"backed up {self.await_backup(made, session):.1f} s after the place came")
        self.assert_copied(made, session)
        station.wait_for("the alarm to end", lambda: not made.attune("status")["alarms"], 5)
        self.await_index(made, 2)

        # What is added later is copied again, each time.
        review = self.copy(made, session).with_suffix(".review")
        for count in (1, 2):
            made.attune("align", session["file"], "--reason", "once more")
            def aligned():
                with contextlib.suppress(sqlite3.Error), \
                        contextlib.closing(sqlite3.connect(f"file:{review}?mode=ro", uri=True)) as copy:
                    return copy.execute("SELECT count(*) FROM alignments").fetchone()[0] == count
            station.wait_for(f"alignment {count} in the copy", aligned, 15)

        # A disk that is not mounted leaves an empty folder: it is not taken for the place.
        made.stop()
        self.place(made).rename(made.path("away"))
        self.place(made).mkdir()
        made.start()
        problem = station.wait_for("the daemon to miss the place",
                                   lambda: made.attune("status")["backup"].get("problem"), 10)
        self.assertIn("no mark", problem)
        self.assertEqual(list(self.place(made).iterdir()), [])

    def test_a_copy_that_rots_is_found(self):
        made = self.made()
        self.place(made).mkdir()
        made.start()
        session = self.record(made, "P01")
        self.await_backup(made, session)
        self.assertEqual(made.attune("backup", "check")["findings"], [])
        copy = self.copy(made, session)
        content = bytearray(copy.read_bytes())
        content[len(content) // 2] ^= 1
        copy.chmod(0o600)
        copy.write_bytes(content)
        checked = made.attune("backup", "check", check=False)
        self.assertEqual(checked.returncode, 1)
        self.assertIn(str(copy), checked.stdout)
        # Removed, as is said there, it is copied again.
        copy.unlink()
        self.record(made, "P02")
        station.wait_for("the copy to be made again", copy.exists, 15)
        self.await_backup(made, session)
        self.assert_copied(made, session)
        self.assertEqual(made.attune("backup", "check")["findings"], [])
        self.await_index(made, 4)
        # The copies are enough where the station's own disk is gone.
        shutil.rmtree(made.data / "study")
        alone = made.attune("backup", "check", "--place", self.place(made))
        self.assertEqual((alone["checked"], alone["findings"]), (4, []))

    def test_the_copies_of_a_withdrawn_session_go(self):
        made = self.made()
        self.place(made).mkdir()
        made.start()
        sessions = [self.record(made, participant) for participant in ("P01", "P02")]
        for session in sessions:
            self.await_backup(made, session)
        # The place is away while they withdraw: what is there of them is said, and goes when it is back.
        self.place(made).rename(made.path("away"))
        copies = pathlib.Path(made.path("away")) / self.copy(made, sessions[0]).parent.relative_to(self.place(made))
        done = made.attune("participant", "withdraw", "P01", "--study", "study", "--delete-all", "--yes")
        self.assertTrue(done["proven"], done)
        self.assertFalse(pathlib.Path(sessions[0]["file"]).exists())
        self.assertTrue(any(f"the backup place {self.place(made)}" in line for line in done["elsewhere"]), done)
        self.assertEqual([alarm for alarm in made.attune("status")["alarms"] if alarm["code"] != "backup"], [])
        self.assertNotEqual(list(copies.iterdir()), [], "nobody reached them")
        pathlib.Path(made.path("away")).rename(self.place(made))
        folder = self.copy(made, sessions[0]).parent
        station.wait_for("the copies to go, and the folder with their code", lambda: not folder.exists(), 15)
        self.assert_copied(made, sessions[1])
        with contextlib.closing(self.index(made.data)) as index:
            station.wait_for("the notes of them to go", lambda: index.execute(
                "SELECT count(*) FROM backups WHERE session = ?", (sessions[0]["id"],)).fetchone() == (0,), 5)

    def test_killed_while_it_copies(self):
        made = self.made()
        self.place(made).mkdir()
        made.start()
        self.place(made).rename(made.path("away"))
        session = self.record(made, "P01")
        made.stop()
        # A long session: what is in the file is nothing to the one who copies it.
        file = pathlib.Path(session["file"])
        file.chmod(0o640)
        with open(file, "ab") as end:
            for _ in range(96):
                end.write(os.urandom(1 << 20))
        file.chmod(0o440)
        with contextlib.closing(sqlite3.connect(made.data / "study" / "study.db")) as index, index:
            index.execute("UPDATE sessions SET sha256 = ?, size = ?", (digest(file), file.stat().st_size))
        pathlib.Path(made.path("away")).rename(self.place(made))
        copy = self.copy(made, session)
        reached = []
        for _ in range(3):
            made.start()
            def partial():
                with contextlib.suppress(FileNotFoundError):
                    return copy.with_name(f".{copy.name}.copying").stat().st_size
            station.wait_for("the copying to be under way", partial, 20, step=0.005)
            time.sleep(0.05)
            made.kill()
            reached.append(partial() or 0)
            self.assertFalse(copy.exists(), "half a copy has the real name")
        self.report(f"killed after {', '.join(f'{size >> 20}' for size in reached)} of {file.stat().st_size >> 20} MiB")
        made.start()
        begun = time.monotonic()
        self.await_backup(made, session, 60)
        self.report(f"{file.stat().st_size >> 20} MiB copied and read back in {time.monotonic() - begun:.1f} s")
        self.assert_copied(made, session)

    def test_a_full_place(self):
        made = self.made()
        self.place(made).mkdir()
        inside = [shutil.which("unshare"), "-m" if os.getuid() == 0 else "-Urm"]
        enter = ["-m"] if os.getuid() == 0 else ["-U", "-m", "--preserve-credentials"]
        made.daemon = made.spawn(
            *inside, "sh", "-c",
            f'mount -t tmpfs -o size=64k place "{self.place(made)}" && exec "$0" "$@"',
            made.programs / "attuned", "--config", made.config, "--data", made.data, "--runtime", made.runtime,
            log=made.log)
        station.wait_for("the daemon", lambda: station.connects(made.socket))
        session = self.record(made, "P01")
        problem = station.wait_for("the daemon to say that the place is full",
                                   lambda: made.attune("status")["backup"].get("problem"), 10)
        self.assertIn("no room left", problem)
        station.wait_for("the alarm", lambda: any(
            alarm["code"] == "backup" for alarm in made.attune("status")["alarms"]), 10)
        # The daemon's own view of the place, which is not ours.
        seen = pathlib.Path(f"/proc/{made.daemon.pid}/root") / str(self.place(made)).lstrip("/")
        self.assertEqual([one for one in seen.rglob("*") if one.suffix in (".attune", ".copying")], [])
        # Recording does not care.
        second = self.record(made, "P02")
        subprocess.run(["nsenter", "-t", str(made.daemon.pid), *enter, "mount", "-o", "remount,size=64m",
                        str(self.place(made))], check=True)
        took = max(self.await_backup(made, one) for one in (session, second))
        self.report(f"backed up {took:.1f} s after there was room")
        for one in (session, second):
            self.assertEqual(digest(seen / self.copy(made, one).relative_to(self.place(made))), digest(one["file"]))
