"""Participants who withdraw, and names that have to go: nothing is left, also where the daemon is killed
in the middle; and what remains is whole."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import tempfile
import threading
import time
import unicodedata

import faults
import chat_page
import chat_room
import fake_disk
import stored
import withdrawals
from station import wait_for


class WithdrawnTest(withdrawals.WithdrawalTest):
    def test_nothing_is_left_of_who_withdraws(self):
        station = self.begin()
        secret = "Grüße von der Brücke über den Fluss"
        session, file = self.recorded(station, "P01", [secret, "something else that only they said"])
        other, kept = self.recorded(station, "P02", ["what another one said at that time"])
        copy = station.folder / file.name
        shutil.copy(file, copy)
        self.assertTrue(self.left(station, secret, session))

        trial = station.attune("participant", "withdraw", "P01", "--study", "trail", "--delete-all", "--dry-run")
        self.assertTrue(trial["trial"] and str(file) in trial["files"], trial)
        self.assertTrue(file.exists(), "a dry run deletes nothing")
        refused = station.attune(
            "participant", "withdraw", "P01", "--study", "trail", "--delete-all", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertTrue(file.exists(), "nobody was asked, so nothing is deleted")

        done = station.attune("participant", "withdraw", "P01", "--study", "trail", "--delete-all", "--yes")
        self.assertTrue(done["proven"], done)
        self.assertEqual(done["found"], [])
        self.assertFalse(file.parent.exists())
        self.report(f"{len(done['files'])} files deleted, {done['searched_files']} files with "
                    f"{done['searched_chunks']} chunks searched for {done['searched_texts']} texts and "
                    f"{done['searched_sequences']} stretches of samples")
        self.assertGreaterEqual(done["searched_texts"], 2)
        self.assertGreaterEqual(done["searched_sequences"], 1)
        self.assertEqual(self.left(station, secret, "something else that only they said"), [])
        named = {name for name, _ in self.left(station, session)}
        self.assertEqual(named, {"study.db"}, "only the tombstone and the audit trail name the session")
        self.assertTrue(any("language model" in line or "model" in line for line in done["beyond"]), done)
        study = sqlite3.connect(f"file:{station.data}/trail/study.db?mode=ro", uri=True)
        self.assertEqual(study.execute("SELECT count(*) FROM consent WHERE participant = 'P01'").fetchone(), (0,))
        self.assertEqual(study.execute("SELECT scope FROM tombstones WHERE session = ?", (session,)).fetchall(),
                         [("all",)])
        self.assert_whole(station, kept)

        # What the chat still has of them goes when it next looks, also what it was left with by a crash.
        state = station.folder / "chat-state"
        state.mkdir(mode=0o700)
        theirs = [state / f"room-{session}.{end}" for end in ("journal", "chat.outbox", "page-1.outbox")]
        others = state / f"room-{other}.journal"
        for path in (*theirs, others):
            path.write_text("")
        chat = chat_page.ChatProgram(station)
        wait_for("the chat to delete what it has of them", lambda: not any(path.exists() for path in theirs), 30)
        self.assertTrue(others.exists())
        chat.process.terminate()
        chat.process.wait()

        # A copy that comes back is told, and used by nobody.
        file.parent.mkdir()
        shutil.copy(copy, file)
        checked = station.attune("check", file, check=False)
        self.assertEqual(checked.returncode, 1, checked.stdout)
        self.assertIn("was deleted", checked.stdout)
        exported = station.attune(
            "export", file, "--out", station.folder / "export", json_output=False, check=False)
        self.assertNotEqual(exported.returncode, 0, exported.stdout)
        self.assertIn("withdrawn", exported.stdout + exported.stderr)
        # Who looks for it finds it: the proof is no empty word.
        copied = station.data / "trail" / "P02" / "copy.attune"
        shutil.copy(copy, copied)
        again = station.attune("participant", "withdraw", "P01", "--study", "trail", "--delete-all", "--yes",
                               check=False)
        self.assertEqual(again.returncode, 1, "a copy somewhere else is found")
        self.report("; ".join(json.loads(again.stdout)["found"])[:200])

    def test_a_daemon_that_is_killed_goes_on(self):
        station = self.begin()
        cut = 0
        for number in range(2 if self.is_short else 12):
            participant = f"Q{number}"
            secret = f"only {participant} would ever have said this"
            session, file = self.recorded(station, participant, [secret], seconds=0.3)
            study = sqlite3.connect(f"file:{station.data}/trail/study.db?mode=ro", uri=True)
            study.execute("PRAGMA busy_timeout = 5000")
            asking = threading.Thread(target=station.attune, args=(
                "participant", "withdraw", participant, "--study", "trail", "--delete-all", "--yes"),
                kwargs={"check": False})
            asking.start()
            query = "SELECT count(*) FROM removals WHERE participant = ?"
            wait_for("the intent", lambda: study.execute(query, (participant,)).fetchone()[0], step=0.0005)
            time.sleep(0.003 * number)
            station.kill()
            asking.join()
            query += " AND done_realtime_ns IS NULL"
            cut += study.execute(query, (participant,)).fetchone()[0]
            station.start()
            wait_for("the removal to be done",
                     lambda: study.execute(query, (participant,)).fetchone() == (0,), 30)
            study.close()
            self.assertFalse(file.parent.exists())
            self.assertEqual(self.left(station, secret), [])
            self.assertEqual({name for name, _ in self.left(station, session)}, {"study.db"})
            self.assertEqual(station.attune("check", station.data / "trail" / "study.db", check=False).returncode, 0)
        self.report(f"{cut} removals were cut off")
        self.assertGreater(cut, 0, "no removal was cut off: kill earlier")

    def test_one_tier_goes_and_the_rest_stays(self):
        station = self.begin()
        secret = "this text is to be forgotten by all"
        session, file = self.recorded(station, "P01", [secret], ["draft"])
        before = stored.connect(file)
        samples = before.execute("SELECT sum(sample_count) FROM chunks").fetchone()
        before.close()
        done = station.attune(
            "participant", "withdraw", "P01", "--study", "trail", "--delete-tier", "conversation", "--yes")
        self.assertTrue(done["proven"], done)
        self.report(f"rows: {done['rows']}")
        after = stored.connect(file)
        self.assertEqual(after.execute("SELECT sum(sample_count) FROM chunks").fetchone(), samples)
        for table in ("turns", "draft_edits"):
            self.assertEqual(after.execute(f"SELECT count(*) FROM {table}").fetchone(), (0,))
        self.assertEqual(self.left(station, secret), [])
        self.assert_whole(station, file)
        done = station.attune(
            "participant", "withdraw", "P01", "--study", "trail", "--delete-tier", "sensors", "--yes")
        self.assertTrue(done["proven"], done)
        self.assertEqual(stored.connect(file).execute("SELECT count(*) FROM chunks").fetchone(), (0,))
        self.assert_whole(station, file)

    def test_a_running_session_is_stopped_and_goes_too(self):
        station = self.begin()
        session = station.attune("session", "start", "trail", "P03", "--protocol", "pilot")
        done = station.attune("participant", "withdraw", "P03", "--study", "trail", "--delete-all", "--yes")
        self.assertEqual(done["sessions"], [session["id"]])
        self.assertTrue(done["proven"], done)
        self.assertFalse(pathlib.Path(session["file"]).exists())
        self.assertEqual({name for name, _ in self.left(station, session["id"])}, {"study.db"})
        kept = station.attune("participant", "withdraw", "P02", "--study", "trail", "--keep")
        self.assertEqual(kept["files"], [])
        roster = station.attune("study", "roster", "trail")["participants"]
        self.assertEqual({entry["participant"]: entry["status"] for entry in roster},
                         {"P01": "enrolled", "P02": "withdrawn", "P03": "withdrawn"})

    def test_a_name_is_covered_everywhere(self):
        station = self.begin()
        name = "Zoë"
        session, file = self.recorded(
            station, "P01", ["I told ZOË about it, not Zoëlle.", f"my friend {unicodedata.normalize('NFD', name)}"],
            ["and zoë left"])
        trial = station.attune("redact", session, "--text", name, "--dry-run")
        self.assertEqual(trial["rows"], {"turns": 2, "events": 2, "draft_edits": 3}, trial)
        self.assertIn("ZOË", stored.connect(file).execute("SELECT text FROM turns").fetchone()[0])
        done = station.attune("redact", session, "--text", name)
        self.assertEqual(done["rows"], trial["rows"])
        after = stored.connect(file)
        texts = [row[0] for row in after.execute("SELECT text FROM turns ORDER BY number")]
        self.assertEqual(texts[0], "I told ███ about it, not Zoëlle.")
        self.assertEqual(texts[1], "my friend ████")
        typed = "".join(row[0] for row in after.execute("SELECT text FROM draft_edits ORDER BY t_ns, id"))
        self.assertEqual(typed, "and ███ left")
        answers = []
        for (payload,) in after.execute("SELECT payload FROM events WHERE kind = 'model_call' ORDER BY id"):
            call = json.loads(payload)
            self.assertIn("███", json.loads(call["request"])["messages"][0]["content"])
            answers.append("".join(
                json.loads(line[6:])["choices"][0]["delta"]["content"]
                for line in call["response"].splitlines() if line.startswith("data: {")))
            self.assertEqual(answers[-1], call["text"])
        self.assertEqual(answers, texts)
        self.assertEqual(self.left(station, "ZOË", "ZO\\u00cb", "ZO\\\\u00cb", "zoe\u0308"), [])
        [(actor, detail)] = after.execute("SELECT actor, detail FROM audit WHERE action = 'redact'")
        self.assertNotIn("zo", detail.lower())
        self.report(f"{actor}: {detail}")
        self.assert_whole(station, file)

    def told(self, station, file, session):
        """What the study's database knows of a redacted session."""
        study = sqlite3.connect(f"file:{station.data}/trail/study.db?mode=ro", uri=True)
        study.execute("PRAGMA busy_timeout = 5000")
        try:
            return {
                "known": study.execute("SELECT sha256 FROM sessions WHERE id = ?", (session,)).fetchone()[0]
                == hashlib.sha256(file.read_bytes()).hexdigest(),
                "tombstones": study.execute(
                    "SELECT count(*) FROM tombstones WHERE session = ? AND scope = 'redaction'", (session,)).fetchone()[0],
                "open": study.execute("SELECT count(*) FROM redactions").fetchone()[0]}
        finally:
            study.close()

    def test_a_redaction_that_is_cut_off_is_completed(self):
        station = self.begin()
        cut = 0
        for number in range(4 if self.is_short else 16):
            session, file = self.recorded(station, f"R{number}", [f"I told Anna about number {number}"], seconds=0.3)
            before = hashlib.sha256(file.read_bytes()).hexdigest()
            asking = threading.Thread(target=station.attune, args=("redact", session, "--text", "Anna"),
                                      kwargs={"check": False})
            asking.start()
            # The file takes its place, and the daemon goes before the study's database knows.
            wait_for("the new file", lambda: file.stat().st_nlink and hashlib.sha256(
                file.read_bytes()).hexdigest() != before, 30, step=0.0002)
            station.kill()
            asking.join()
            told = self.told(station, file, session)
            cut += not told["known"]
            station.start()
            wait_for("the redaction to be known", lambda: self.told(station, file, session) == {
                "known": True, "tombstones": 1, "open": 0}, 30)
            self.assert_whole(station, file)
            self.assertNotIn("Anna", stored.connect(file).execute("SELECT text FROM turns").fetchone()[0])
            self.assertEqual([alarm["code"] for alarm in station.attune("status")["alarms"]
                              if alarm["code"].startswith("redaction")], [])
        self.report(f"{cut} redactions were cut off between the file and the index")
        self.assertGreater(cut, 0, "no redaction was cut off: kill earlier")

    def test_an_index_that_refuses_is_made_up_for(self):
        station = self.begin()
        session, file = self.recorded(station, "P01", ["I told Anna about it"], seconds=0.3)
        before = hashlib.sha256(file.read_bytes()).hexdigest()
        holder = sqlite3.connect(f"{station.data}/trail/study.db", isolation_level=None)
        done = []
        asking = threading.Thread(target=lambda: done.append(station.attune(
            "redact", session, "--text", "Anna", check=False)))
        asking.start()
        query = sqlite3.connect(f"file:{station.data}/trail/study.db?mode=ro", uri=True)
        query.execute("PRAGMA busy_timeout = 5000")
        wait_for("the intent", lambda: query.execute("SELECT count(*) FROM redactions").fetchone()[0], step=0.0002)
        query.close()
        # From now on nothing can be written into it.
        holder.execute("PRAGMA busy_timeout = 5000")
        holder.execute("BEGIN IMMEDIATE")
        asking.join()
        self.assertNotEqual(hashlib.sha256(file.read_bytes()).hexdigest(), before)
        refused = not self.told(station, file, session)["known"]
        self.assertTrue(refused, "the index took the new hash before it was locked: lock earlier")
        wait_for("the alarm", lambda: [alarm for alarm in station.attune("status")["alarms"]
                                       if alarm["code"].startswith("redaction")], 10)
        holder.execute("ROLLBACK")
        holder.close()
        # Nothing is left to cover: the second time makes up for what the first one could not tell.
        again = station.attune("redact", session, "--text", "Anna")
        self.assertEqual(again["rows"], {})
        wait_for("the index to know", lambda: self.told(station, file, session) == {
            "known": True, "tombstones": 1, "open": 0}, 10)
        self.assert_whole(station, file)
        wait_for("the alarm's end", lambda: not [alarm for alarm in station.attune("status")["alarms"]
                                                 if alarm["code"].startswith("redaction")], 10)

    def test_what_is_due_is_listed_and_goes(self):
        text = (faults.CHECKOUT / "Protocols" / "studies" / "pilot.yaml").read_text()
        folder = tempfile.TemporaryDirectory(prefix="attune-checkout-")
        self.addCleanup(folder.cleanup)
        station = self.begin(chat_room.checkout(
            self.programs, folder.name, text + "\nretentionDays: 30\n", name="pilot"))
        old, file = self.recorded(station, "P01", ["what was said a long time ago"], seconds=0.3)
        _, kept = self.recorded(station, "P01", ["what was said a moment ago"], seconds=0.3)
        self.assertEqual(station.attune("study", "retention", "list", "trail"), [])
        station.stop()
        study = sqlite3.connect(station.data / "trail" / "study.db")
        for column in ("started_realtime_ns", "stopped_realtime_ns"):
            study.execute(f"UPDATE sessions SET {column} = {column} - 31 * 86400 * 1000000000 WHERE id = ?", (old,))
        study.commit()
        study.close()
        station.start()
        due = station.attune("study", "retention", "list", "trail")
        self.assertEqual([(entry["participant"], entry["session"]) for entry in due], [("P01", old)])
        [trial] = station.attune("study", "retention", "delete", "trail", "--dry-run")
        self.assertTrue(file.exists() and str(file) in trial["files"], trial)
        [done] = station.attune("study", "retention", "delete", "trail", "--yes")
        self.assertTrue(done["proven"], done)
        self.assertFalse(file.exists())
        self.assertEqual(self.left(station, "what was said a long time ago"), [])
        self.assert_whole(station, kept)
        self.assertEqual(station.attune("study", "retention", "list", "trail"), [])
        study = sqlite3.connect(f"file:{station.data}/trail/study.db?mode=ro", uri=True)
        self.assertEqual(study.execute("SELECT count(*) FROM audit WHERE action = 'remove'"
                                       " AND detail LIKE '%retention%'").fetchone(), (1,))
        self.assertGreater(study.execute("SELECT count(*) FROM consent").fetchone()[0], 0)


class FullRingTest(withdrawals.WithdrawalTest):
    def test_who_withdraws_while_the_ring_is_full_is_stopped_once_it_is_not(self):
        """The disk stands still, and the control ring has no room for the end of the session: it is written as
        soon as there is some, and nobody is asked again."""
        made = self.station("station: test\nring_megabytes: 1\n")
        # The session's own file alone: what the study remembers of it can be written.
        disk = fake_disk.FakeDisk(made.folder, os.path.realpath(made.data / "trail" / "P01"))
        self.addCleanup(disk.close)
        made.start(env=disk.environment)
        made.attune("study", "add", "trail", "P01", check=False)
        session = made.attune("session", "start", "trail", "P01", "--no-devices")
        disk.slow_syncs(600_000)
        self.fill_ring(made, session["id"])
        arguments = ["participant", "withdraw", "P01", "--study", "trail", "--delete-all", "--yes"]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            withdrawing = pool.submit(made.attune, *arguments)
            wait_for("the daemon to miss the room", lambda: "its stop is missing" in made.log.read_text(), 20)
            time.sleep(1)
            self.assertFalse(withdrawing.done(), "nothing is promised before it is done")
            listed = made.attune("session", "list")
            self.assertEqual([entry["state"] for entry in listed], ["stopping"], "it is not recorded on")
            disk.mend()
            begun = time.monotonic()
            done = withdrawing.result(60)
        self.report(f"stopped and deleted {time.monotonic() - begun:.1f} s after the disk went on")
        self.assertTrue(done["proven"], done)
        self.assertFalse(pathlib.Path(session["file"]).exists())
        self.assertEqual(made.attune("status")["sessions"], [])
        self.assertEqual(made.stop(), 0)

    def fill_ring(self, made, session):
        """Clients bring events, of which none becomes durable, until there is no room for the smallest."""
        callers = []

        def is_taken(*sizes):
            caller = withdrawals.Caller(made.socket)
            callers.append(caller)
            client = {"session": session, "client": f"c{len(callers)}"}
            caller.call("io.attune.Link.Register", title="x", clock="station", streams=[], **client)
            caller.socket.settimeout(0.2)
            now = time.monotonic_ns()
            try:
                caller.call("io.attune.Link.SendEvents", **client, events=[
                    {"sequence": number, "time_ns": now, "kind": "note", "payload": {"x": "x" * size}}
                    for number, size in enumerate(sizes, 1)])
            except TimeoutError:
                return True
            except RuntimeError as refusal:
                self.assertIn("StorageFailed", str(refusal))
                return False
            self.fail("events were acknowledged on a disk that stands still")

        for sizes in ([8000] * 32, [1000], [200], [1]):
            while is_taken(*sizes):
                self.assertLess(len(callers), 100, "the ring never is full")
        # The daemon looks at them as long as they are connected.
        self.addCleanup(lambda: [caller.socket.close() for caller in callers])
