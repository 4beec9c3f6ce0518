"""What a withdrawal proves, and that it survives what comes in between: crashes, others who record, copies."""

import json
import pathlib
import shutil
import sqlite3
import threading
import time
import uuid

import stored
import withdrawals
from station import wait_for
from withdrawals import Caller

OPENING = "Good morning. I am told that I should talk to you about my sleep."
RULE = "I would rather not say anything more about that today, if you please."


class WithdrawalProofTest(withdrawals.WithdrawalTest):
    def withdraw(self, station, participant, *how, check=True):
        """What `participant withdraw` tells; without check its exit code too."""
        done = station.attune("participant", "withdraw", participant, "--study", "trail", "--yes",
                              *(how or ["--delete-all"]), check=check)
        return done if check else (json.loads(done.stdout), done.returncode)

    def locks(self, station, path):
        """Locks that the daemon holds on a file, by what it has open.

        /proc/locks is no way to learn it: it is handed out a page at a time, and a lock that anybody else takes or
        gives up between two pages makes it tell one twice or not at all.
        """
        process = pathlib.Path(f"/proc/{station.daemon.pid}")
        held = set()
        for descriptor in (process / "fd").iterdir():
            try:
                if not descriptor.samefile(path):
                    continue
                lines = (process / "fdinfo" / descriptor.name).read_text().splitlines()
            except FileNotFoundError:
                continue  # It was closed meanwhile, or is no file.
            held |= {line.split(maxsplit=2)[2] for line in lines if line.startswith("lock:")}
        return held

    def alarms(self, station, kind="removal"):
        return [alarm for alarm in station.attune("status")["alarms"] if alarm["code"].startswith(f"{kind}:")]

    def change(self, path, *statements):
        """Changes a session file as nobody does who is honest."""
        path.chmod(0o640)
        with sqlite3.connect(path) as database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                database.execute(*statement)
        database.close()
        path.chmod(0o440)

    def test_what_a_script_says_is_nobodys(self):
        """Two participants hear the same lines and send the same suggestion; another one records meanwhile."""
        station = self.begin()
        shared = "That sounds as if it had been a hard time for you."
        said = {}
        for participant in ("P01", "P02"):
            said[participant] = [f"what nobody but {participant} has ever said", shared]
            _, file = self.recorded(station, participant, said[participant], scripted=[OPENING, RULE],
                                    suggested=[shared], seconds=0.3)
            self.assertEqual(stored.connect(file).execute(
                "SELECT count(*) FROM turns WHERE author = 'client'").fetchone(), (2,))
        running = station.attune("session", "start", "trail", "P03", "--protocol", "pilot", "--kind", "chat")
        before = self.locks(station, pathlib.Path(running["file"]))
        self.assertTrue(before, "a recording is locked by who writes it")
        told = self.withdraw(station, "P01")
        self.assertEqual(told["found"], [])
        self.assertTrue(told["proven"], told)
        self.assertEqual(told["searched_texts"], 1, "what only they said, and no line of a script")
        self.assertEqual(told["searched_ids"], 2)
        self.assertEqual(self.alarms(station), [])
        self.assertEqual(self.locks(station, pathlib.Path(running["file"])), before,
                         "the search takes no lock away from a recording")
        self.report(f"{told['searched_texts']} text of {len(said['P01'])} was looked for; {len(before)} locks are kept")
        station.attune("session", "stop")

    def test_keys_are_proven_where_they_were(self):
        station = self.begin()
        _, file = self.recorded(station, "P01", ["some words of theirs"], seconds=0.3)
        told = self.withdraw(station, "P01", "--delete-tier", "key-timing")
        self.assertTrue(told["proven"], told)
        self.assertEqual((told["searched_texts"], told["searched_sequences"], told["checked_files"]), (0, 0, 1))
        told = self.withdraw(station, "P01", "--delete-tier", "model-endpoint")
        self.assertTrue(told["proven"], told)
        self.assertEqual(told["unsearched"], ["model-requests"], "what a model was asked holds no words but of turns")
        self.assert_whole(station, file)

    def test_samples_are_found_whatever_they_are_called(self):
        """A copy under another's name, with other ids and other words, is told by its samples."""
        station = self.begin()
        session, file = self.recorded(station, "P01", ["what only they ever said to anybody"], ["draft"])
        planted = station.data / "trail" / "P02" / "20260101T000000Z-chat.attune"
        planted.parent.mkdir(exist_ok=True)
        shutil.copy(file, planted)
        other = str(uuid.uuid4())
        self.change(
            planted, ("UPDATE session SET id = ?, participant = 'P02'", (other,)),
            ("UPDATE turns SET text = 'something else'",), ("UPDATE events SET payload = '{}'",),
            ("UPDATE audit SET detail = '{}'",), ("UPDATE audit_head SET subject = ?", (f"session:{other}",)))
        self.assertNotIn(session, planted.read_bytes().decode("latin1"))
        told, code = self.withdraw(station, "P01", check=False)
        self.assertEqual((code, told["proven"]), (1, False))
        self.assertEqual([line.split("trail/")[1] for line in told["found"]],
                         ["P02/20260101T000000Z-chat.attune holds samples of theirs"])
        [alarm] = self.alarms(station)
        self.assertIn("withdraw once more", alarm["text"])
        planted.unlink()
        self.assertTrue(self.withdraw(station, "P01")["proven"])
        self.assertEqual(self.alarms(station), [], "a proof lowers the alarm")

    def test_an_older_copy_of_what_was_taken_out_is_refused(self):
        station = self.begin()
        secret = "this was said, and is to be forgotten"
        _, file = self.recorded(station, "P01", [secret], seconds=0.3)
        copy = station.folder / file.name
        shutil.copy(file, copy)
        told = self.withdraw(station, "P01", "--delete-tier", "conversation")
        self.assertEqual((told["proven"], told["searched_texts"], told["checked_files"]), (True, 1, 1), told)
        file.unlink()
        shutil.copy(copy, file)
        checked = station.attune("check", file, check=False)
        self.assertEqual(checked.returncode, 1, checked.stdout)
        self.assertIn("before 'conversation' was taken out", checked.stdout)
        exported = station.attune(
            "export", file, "--out", station.folder / "export", json_output=False, check=False)
        self.assertNotEqual(exported.returncode, 0)
        self.assertFalse((station.folder / "export").exists())
        self.assertIn("withdrawn", exported.stdout + exported.stderr)

    def test_what_looks_back_and_what_was_reviewed_goes_too(self):
        station = self.begin()
        session, file = self.recorded(station, "P01", ["what they said of it all"], seconds=0.3)
        station.attune("emotions", "correct", file, "--turn", "1", "--category", "sadness", "--note",
                       "a note that a researcher made")
        review = file.with_suffix(".review")
        self.assertTrue(review.exists())
        station.attune("consent", "set", "P01", "audio", "yes", "--study", "trail")
        commentary = station.attune("session", "start", "trail", "P01", "--kind", "commentary", "--parent", session)
        time.sleep(0.3)
        station.attune("session", "stop", "--wait")
        theirs = [file, review, pathlib.Path(commentary["file"])]
        told = self.withdraw(station, "P01", "--delete-all", "--actor", "Dr. Grey")
        self.assertTrue(told["proven"], told)
        self.assertEqual(set(told["sessions"]), {session, commentary["id"]})
        self.assertEqual([path for path in theirs if path.exists()], [])
        self.assertEqual(self.left(station, "a note that a researcher made"), [])
        self.assertEqual({name for name, _ in self.left(station, session, commentary["id"])}, {"study.db"})
        study = sqlite3.connect(f"file:{station.data}/trail/study.db?mode=ro", uri=True)
        actors = {row[0] for row in study.execute("SELECT actor FROM audit WHERE action IN ('withdraw', 'remove')")}
        self.assertEqual(len(actors), 1)
        self.assertRegex(actors.pop(), r"^Dr\. Grey \(uid \d+\)$", "who is named stands beside who called")

    def test_notes_on_alarms_go_too(self):
        station = self.begin()
        session, _ = self.recorded(station, "P01", ["what they said of it all"], seconds=0.3, alarm=True)
        other, _ = self.recorded(station, "P02", ["what another one said"], seconds=0.3, alarm=True)
        for one in (session, other):
            station.attune("session", "acknowledge", "a1", "--session", one, "--note", f"{one} was called")
        record = station.data / ".alarms-acknowledged.jsonl"
        self.assertEqual(len(record.read_text().splitlines()), 2)
        # A copy that somebody made of the record is found.
        shutil.copy(record, station.data / "alarms.old")
        told, code = self.withdraw(station, "P01", check=False)
        self.assertEqual(code, 1)
        self.assertEqual([line.split("data/")[1] for line in told["found"]], ["alarms.old names a session of theirs"])
        [line] = record.read_text().splitlines()
        self.assertEqual(json.loads(line)["session"], other)

    def test_what_cannot_be_finished_is_deleted_all_the_same(self):
        station = self.begin()
        session = station.attune("session", "start", "trail", "P01", "--protocol", "pilot")
        time.sleep(1.5)
        station.stop()
        with sqlite3.connect(session["file"]) as database:
            self.assertGreater(database.execute("UPDATE chunks SET data = x'00'").rowcount, 0)
        database.close()
        station.start()
        wait_for("the alarm", lambda: self.alarms(station, "finish"), 30)
        told = self.withdraw(station, "P01")
        self.assertTrue(told["proven"], told)
        self.assertFalse(pathlib.Path(session["file"]).exists())
        self.assertEqual(self.alarms(station, "finish"), [], "nothing is left to be finished")

    def begun(self, station, participant):
        """A session that cannot be stopped at once: a client with sound is waited for."""
        station.attune("study", "add", "trail", participant, check=False)
        station.attune("consent", "set", participant, "audio", "yes", "--study", "trail")
        session = station.attune("session", "start", "trail", participant, "--protocol", "pilot", "--kind", "chat")
        link = Caller(station.socket)
        self.addCleanup(link.socket.close)
        link.call("io.attune.Link.Register", session=session["id"], client="voice", title="Voice", clock="station",
                  streams=[{"name": "voice", "kind": "audio", "rate_hz": 16000, "clock": "counter", "channels": [
                      {"name": "sound", "unit": "", "type": "i16", "scale": 1, "offset": 0}]}])
        return session

    def cut_off(self, station, participant, query, *how):
        """Kills the daemon right after a withdrawal was written down."""
        study = sqlite3.connect(f"file:{station.data}/trail/study.db?mode=ro", uri=True)
        study.execute("PRAGMA busy_timeout = 5000")
        asking = threading.Thread(target=station.attune, args=(
            "participant", "withdraw", participant, "--study", "trail", *how), kwargs={"check": False})
        asking.start()
        wait_for("the withdrawal to be written down",
                 lambda: study.execute(query, (participant,)).fetchone()[0], step=0.0005)
        station.kill()
        asking.join()
        study.close()

    def state(self, session):
        database = stored.connect(session["file"])
        try:
            return database.execute("SELECT state FROM session").fetchone()[0]
        finally:
            database.close()

    def test_a_withdrawal_while_recording_survives_a_crash(self):
        station = self.begin()
        removal = "SELECT count(*) FROM removals WHERE participant = ?"
        status = "SELECT count(*) FROM statuses WHERE participant = ? AND status = 'withdrawn'"

        # The session is taken up, and stopped and deleted.
        session = self.begun(station, "P01")
        self.cut_off(station, "P01", removal, "--delete-all", "--yes")
        self.assertEqual(self.state(session), "recording", "it was killed before the session had stopped")
        station.start()
        wait_for("the session to go", lambda: not pathlib.Path(session["file"]).parent.exists(), 30)
        self.assertEqual([one["id"] for one in station.attune("session", "list")], [])

        # What may be kept is kept, and ends.
        session = self.begun(station, "P02")
        self.cut_off(station, "P02", status, "--keep")
        self.assertEqual(self.state(session), "recording")
        station.start()
        wait_for("the session to be stopped", lambda: [one["state"] for one in station.attune("session", "list")]
                 == ["withdrawn"], 30)
        self.assertEqual(stored.connect(session["file"]).execute("SELECT outcome FROM session").fetchone(),
                         ("withdrawn",))

        # Nothing is continued, where the daemon was away for long.
        session = self.begun(station, "P03")
        self.cut_off(station, "P03", removal, "--delete-all", "--yes")
        station.set(withdrawals.SETTINGS % station.path("six") + "resume_limit_s: 0\n")
        time.sleep(1.5)
        station.start()
        wait_for("the session to go", lambda: not pathlib.Path(session["file"]).exists(), 30)
        self.assertEqual({one["participant"] for one in station.attune("session", "list")}, {"P02"},
                         "no continuation of it records")
        self.assertFalse(pathlib.Path(session["file"]).parent.exists())
