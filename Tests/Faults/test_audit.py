"""The audit trail: chained rows that outlive kill -9 and finishing, anchors outside, and what shows."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess

import faults
import audit_trail
from station import wait_for

JOURNAL = pathlib.Path("/run/systemd/journal")
MESSAGE = "MESSAGE_ID=6f3d1c9b7a4e4f0d9c1e5b2a80d7463c"


class AuditTest(faults.FaultTest):
    def hide_journal(self, station):
        """Where the machine has a journal, the daemon does not see it: its lines come to the log, and the
        tester's journal gets none of them. Whoever may not mount anything finds them in the journal."""
        if not (JOURNAL / "socket").exists():
            return
        hide = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]),
                "--mount", "sh", "-c", f'mount -t tmpfs tmpfs {JOURNAL} && exec "$@"', "sh"]
        if subprocess.run([*hide, "true"], capture_output=True).returncode:
            self.report("this user may hide the journal from no program: the test writes into it")
            return
        programs = station.folder / "programs"
        programs.mkdir()
        (programs / "attune").symlink_to(station.programs / "attune")
        command = " ".join(f"'{word}'" for word in [*hide, str(station.programs / "attuned")])
        (programs / "attuned").write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (programs / "attuned").chmod(0o755)
        station.programs = programs

    def finished(self, station, session):
        station.attune("session", "stop", "--session", session, "--wait")
        return wait_for("the session to be finished", lambda: next(
            (entry["file"] for entry in station.attune("session", "list")
             if entry["id"] == session and entry["state"] in ("finished", "withdrawn")), None), 60)

    def check(self, station, *arguments):
        done = station.attune("check", *arguments, check=False)
        return done.returncode, json.loads(done.stdout)

    def journal(self, station, path):
        """What journalctl -o json would export: made of the lines that the daemon wrote where it saw no
        journal, else the journal's own."""
        lines = [line for line in station.log.read_text().splitlines() if line.startswith("audit trail of ")]
        entries = [{"MESSAGE": line, "_UID": "0", "__REALTIME_TIMESTAMP": "1"} for line in lines]
        if not lines:
            told = subprocess.run(
                ["journalctl", "--system", "--quiet", "--output=json", MESSAGE, f"ATTUNE_DATA={station.data}",
                 "+", MESSAGE, f"_PID={station.daemon.pid}"], check=True, capture_output=True, text=True).stdout
            entries = [json.loads(line) for line in told.splitlines()]
            lines = [entry["MESSAGE"] for entry in entries]
        path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        return lines

    def alter(self, original, changed, script):
        shutil.copy(original, changed)
        changed.chmod(0o600)
        database = sqlite3.connect(changed)
        database.executescript(script)
        database.close()
        return changed

    def test_each_action_is_chained_through_a_kill_and_anchored(self):
        station = self.station("station: test\n")
        self.hide_journal(station)
        station.start()
        session = station.attune("session", "start", "trail", "P01", "--protocol", "pilot", "--pilot")["id"]
        station.attune("session", "phase", "chat", "--session", session, "--reason", "a test")
        for _ in range(3):
            station.attune("session", "mark", "here", "--session", session)
        station.kill()
        station.start()
        station.attune("session", "pause", "--session", session, "--reason", "a break")
        station.attune("session", "resume", "--session", session)
        station.attune("session", "mark", "again", "--session", session)
        path = self.finished(station, session)
        file = station.folder / "file.attune"
        shutil.copy(path, file)
        subject, count, head = audit_trail.verify(file, session)
        actions = [row[0] for row in sqlite3.connect(file).execute("SELECT action FROM audit ORDER BY id")]
        self.report(f"{count} rows: {', '.join(actions)}")
        for action in ("session start", "phase", "mark", "resume", "paused", "resumed", "session stop", "align"):
            self.assertIn(action, actions)
        self.assertEqual(actions.count("mark"), 4)

        study = next(station.data.glob("*/study.db"))
        wait_for("the study's trail", lambda: "session finish" in [row[0] for row in sqlite3.connect(
            f"file:{study}?mode=ro", uri=True).execute("SELECT action FROM audit")])
        for trail in (study, station.data / "station.audit"):
            self.assertEqual(self.check(station, trail)[0], 0)
            audit_trail.verify(trail)
        self.assertEqual(station.stop(), 0)
        for trail in (study, station.data / "station.audit"):
            self.report(f"{trail.name}: {audit_trail.verify(trail)[1]} rows")

        anchored = station.folder / "journal.json"
        lines = self.journal(station, anchored)
        self.assertTrue(any(head in line for line in lines), "the last head is anchored")
        self.report(f"{len(lines)} anchors")
        code, report = self.check(station, file, "--journal", anchored)
        self.assertEqual((code, report["result"], report["journal"]), (0, "ok", str(anchored)), report)
        for trail in (study, station.data / "station.audit"):
            self.assertEqual(self.check(station, trail, "--journal", anchored)[0], 0)

        alone = subprocess.run([str(self.programs / "attune"), "check", file], capture_output=True, text=True)
        self.assertEqual(alone.returncode, 0, alone.stdout)
        self.assertIn("not compared with the journal", alone.stdout)
        missing = station.attune("check", file, "--journal", "/nowhere", check=False)
        self.assertNotIn(missing.returncode, (0, 1), "a journal that is not there is no comparison")

        changed = station.folder / "changed.attune"
        plain = {
            "a changed row": "UPDATE audit SET actor = 'uid 4711' WHERE id = 3",
            "rows cut off": "DELETE FROM audit WHERE id > 5; DELETE FROM audit_chain WHERE audit_id > 5",
            "a swapped order":
                "UPDATE audit SET id = 99 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3;"
                "UPDATE audit SET id = 3 WHERE id = 99",
        }
        for name, script in plain.items():
            self.alter(file, changed, script)
            code, report = self.check(station, changed)
            self.assertEqual(code, 1, name)
            self.assertTrue([entry for entry in report["findings"] if entry["subject"] == "audit"], name)
            with self.assertRaises(AssertionError, msg=name):
                audit_trail.verify(changed, session)
        self.alter(file, changed, "UPDATE audit SET actor = 'uid 4711' WHERE id = 3")
        audit_trail.chain_anew(changed)
        audit_trail.verify(changed, session)
        self.assertEqual(self.check(station, changed)[0], 0, "a chain made anew holds by itself")
        code, report = self.check(station, changed, "--journal", anchored)
        self.assertEqual(code, 1, "the journal tells that it was made anew")
        self.report(next(entry["message"] for entry in report["findings"] if entry["severity"] == "error"))

        # Who takes the chain away is told, by the file alone and by the journal, and so is who begins one anew
        # in the place of a study's.
        self.alter(file, changed, "DROP TABLE audit_chain; DROP TABLE audit_head;"
                   "UPDATE audit SET actor = 'uid 4711' WHERE id = 3")
        self.assertEqual(self.check(station, changed)[0], 1, "the chain is gone")
        self.alter(changed, station.folder / "older.attune", "UPDATE session SET software_version = '0.1.0'")
        self.assertEqual(self.check(station, station.folder / "older.attune")[0], 0)
        code, report = self.check(station, station.folder / "older.attune", "--journal", anchored)
        self.assertEqual(code, 1, "the journal knows rows of it")
        self.report(next(entry["message"] for entry in report["findings"] if entry["severity"] == "error"))
        for trail in (study, station.data / "station.audit"):
            kept = station.folder / "kept"
            shutil.copy(trail, kept)
            database = sqlite3.connect(trail)
            database.execute("UPDATE audit SET actor = 'uid 4711' WHERE id = 1")
            database.commit()
            database.close()
            audit_trail.chain_anew(trail, f"{trail.stem}:" + "ab" * 16)
            self.assertEqual(self.check(station, trail)[0], 0, "another chain holds by itself")
            code, report = self.check(station, trail, "--journal", anchored)
            self.assertEqual(code, 1, "the journal knows another trail of that name")
            self.report(next(entry["message"] for entry in report["findings"] if entry["severity"] == "error"))
            shutil.copy(kept, trail)
            self.assertEqual(self.check(station, trail, "--journal", anchored)[0], 0)
