"""Exports through the console, in the browser and with the real programs: what would leave, what left, how it is
downloaded, called off, cut off and deleted, and who may. test_export.py, with ATTUNE_PROGRAMS naming the folder of the
built programs."""

import io
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import time
import unittest
import urllib.parse
import zipfile

import browser
import recorded
from console_station import ConsoleStation, programs
from live_room import wait_for

LAB = "lab:researcher"
PAGE = f"/export/{recorded.STUDY}"
BASE = f"/api/exports/{recorded.STUDY}"
# Chats beside the recorded one: participant, and whether it is a trial run.
OTHERS = [("p8", False), ("p8", True), ("p9", False)]
EVERYTHING = {"formats": ["csv"], "is_packed": False, "participants": [], "phases": [], "streams": [], "left_out": [],
              "takes_pilots": False, "has_pseudonyms": False, "moves_dates": False}


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.station = ConsoleStation(programs())
        cls.session = recorded.put(cls.station)
        first = next(cls.station.data.rglob("*-chat.attune"))
        for number, (participant, is_pilot) in enumerate(OTHERS, 1):
            path = recorded.another(first, participant, number)
            if is_pilot:
                file = sqlite3.connect(path)
                file.execute("UPDATE session SET pilot = 1")
                file.commit()
                file.close()
        broken = first.parent.parent / "p9" / "20261123T000000Z-chat.attune"
        broken.write_text("this is no session")
        # As the daemon writes it when a session is finished.
        subprocess.run([cls.station.programs / "attune", "quality", first, "--quiet", "--out", first.with_suffix(".quality.html")],
                       check=True, timeout=60)
        cls.station.start()
        cls.station.serve_console()
        cls.folder = cls.station.console_state / "exports" / recorded.STUDY

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        cls.station.stop()
        cls.station.__exit__(None, None, None)

    def setUp(self):
        # Any order: each test begins with no exports.
        self.wait_until_idle()
        for one in self.exports():
            self.station.post(f"{BASE}/{one['id']}/delete", role=LAB)

    def exports(self):
        return [one["record"] for one in self.station.get(BASE, LAB)["exports"]]

    def wait_until_idle(self):
        wait_for("the export to end", lambda: not self.station.get(BASE, LAB).get("running"), 120, step=0.2)

    def make(self, **choices):
        """Makes an export without the page; gives its record."""
        id = self.station.post(f"{BASE}/start", EVERYTHING | choices, LAB)["export"]
        self.wait_until_idle()
        return next(one for one in self.exports() if one["id"] == id)

    def open(self, context, path=PAGE):
        page = self.station.page(context, path, LAB)
        page.get_by_role("heading", level=1).wait_for()
        return page

    def ask(self, path, role=LAB):
        return self.station.request("GET", path, headers={"cookie": self.station.cookie(role)})

    def downloaded(self, id):
        status, headers, body = self.ask(f"{BASE}/{id}/zip")
        self.assertEqual((status, headers["content-type"]), (200, "application/zip"))
        return zipfile.ZipFile(io.BytesIO(body))

    def held(self, **choices):
        """Begins an export, and stops its process at once; gives the process's number."""
        def process():
            for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = path.read_bytes().split(b"\0")
                except OSError:
                    continue
                if b"export" in words and any(word.startswith(f"--out={self.folder}".encode()) for word in words):
                    return int(path.parent.name)
            return None

        self.station.post(f"{BASE}/start", EVERYTHING | choices, LAB)
        found = wait_for("the program", process, 30, step=0.002)
        self.stop(found)
        return found

    def stop(self, process):
        """Stops a program, and waits until it stands still: of two signals that wait for it the one to end it would be
        taken first."""
        os.kill(process, signal.SIGSTOP)
        state = pathlib.Path(f"/proc/{process}/stat")
        wait_for("the program to stand still", lambda: state.read_text().rpartition(")")[2].split()[0] == "T", 30, step=0.002)

    def advance(self, process, until):
        """Lets a stopped program go on, a little at a time, until a file or the console tells what is waited for."""
        def step():
            if not until():
                os.kill(process, signal.SIGCONT)
                time.sleep(0.02)
                self.stop(process)
            return until()

        wait_for("the program to go on", step, 60, step=0.02)

    def test_from_choosing_to_the_files(self):
        with self.browser.context(accept_downloads=True) as context:
            page = self.open(context, "/")
            page.get_by_role("link", name="Export of").click()
            page.get_by_role("heading", name=f"Export {recorded.STUDY}").wait_for()
            self.assertTrue(page.get_by_label("CSV (.csv)").is_checked())
            page.get_by_label("SPSS (.sav, packed .zsav)").check()
            go = page.get_by_role("button", name="Export", exact=True)
            self.assertTrue(go.is_disabled())
            page.get_by_role("button", name="What would leave").click()
            page.get_by_role("heading", name="3 sessions would leave").wait_for()
            words = page.inner_text(".export-form")
            self.assertRegex(words, r"p8 \S+: a trial run: choose")
            self.assertRegex(words, r"p9 \S+: cannot be read \(")
            self.assertFalse((self.folder).exists() and list(self.folder.iterdir()))
            # Whoever changes a choice looks again.
            page.get_by_label("Trial runs, too").check()
            self.assertTrue(go.is_disabled())
            page.get_by_label("Trial runs, too").uncheck()
            page.get_by_role("button", name="What would leave").click()
            page.wait_for_function("() => !document.querySelector('.export-form button.primary').disabled")
            self.assertEqual(browser.accessibility_problems(page), [])
            go.click()
            done = page.locator("article[data-export]")
            done.wait_for()
            text = done.inner_text()
            for expected in ["Done", "By\nlab", "CSV, SPSS", "names as they are", "3, and 2 left out"]:
                self.assertIn(expected, text)
            with page.expect_download() as download:
                done.get_by_role("link", name="Download .zip").click()
            archive = zipfile.ZipFile(download.value.path())
            self.assertIsNone(archive.testzip())
            id = done.get_attribute("data-export")
            root = f"{recorded.STUDY}-export-{id}"
            self.assertEqual(download.value.suggested_filename, f"{root}.zip")
            own = self.station.folder / "own"
            self.station.attune("export", self.station.data / recorded.STUDY, "--format", "csv,spss", "--out", own,
                                json_output=False)
            files = {str(path.relative_to(own)) for path in own.rglob("*") if path.is_file()}
            self.assertEqual({name.removeprefix(f"{root}/") for name in archive.namelist()}, files)
            tables = [name for name in files if name.endswith(".csv")]
            self.assertGreater(len(tables), 15)
            for name in tables:
                self.assertEqual(archive.read(f"{root}/{name}"), (own / name).read_bytes(), name)
            self.assertEqual(archive.getinfo(f"{root}/csv/turns.csv").compress_type, zipfile.ZIP_DEFLATED)
            # File by file.
            done.get_by_text("File by file").click()
            with page.expect_download() as download:
                done.get_by_role("link", name="csv/turns.csv", exact=True).click()
            self.assertEqual(download.value.suggested_filename, "turns.csv")
            self.assertEqual(pathlib.Path(download.value.path()).read_bytes(), (own / "csv/turns.csv").read_bytes())
            done.get_by_text("Left out, and why").click()
            self.assertIn("a trial run", done.inner_text())
            self.assertEqual(browser.accessibility_problems(page), [])
            # It is deleted once somebody has said so.
            done.get_by_role("button", name="Delete").click()
            page.get_by_role("dialog").get_by_role("button", name="Back").click()
            self.assertTrue((self.folder / id).exists())
            done.get_by_role("button", name="Delete").click()
            self.assertIn("cannot be undone", page.get_by_role("dialog").inner_text())
            page.keyboard.press("Enter")
            done.wait_for(state="detached")
            self.assertFalse((self.folder / id).exists())
            self.assertEqual(self.ask(f"{BASE}/{id}/zip")[0], 404)
            self.assertEqual(page.complaints, [])

    def test_what_is_chosen_is_what_leaves(self):
        with self.browser.context() as context:
            page = self.open(context)
            page.get_by_label("p8", exact=True).check()
            page.get_by_label("Trial runs, too").check()
            page.get_by_label("Messages", exact=True).check()
            page.get_by_label("The text of drafts").check()
            page.get_by_label("Call people and sessions by pseudonyms").check()
            page.get_by_label("Move dates").check()
            # With keys alone, too.
            page.get_by_role("button", name="What would leave").focus()
            page.keyboard.press("Enter")
            page.get_by_role("heading", name="2 sessions would leave").wait_for()
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            done = page.locator("article[data-export]")
            done.wait_for()
            words = done.inner_text()
            for expected in ["only participants: p8", "without: Messages, The text of drafts", "with trial runs", "pseudonyms", "dates moved"]:
                self.assertIn(expected, words)
            id = done.get_attribute("data-export")
            self.assertEqual(page.complaints, [])
        archive = self.downloaded(id)
        key = self.station.console_state / "keys" / f"{recorded.STUDY}.key"
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        everything = b"".join(archive.read(name) for name in archive.namelist()) + " ".join(archive.namelist()).encode()
        self.assertNotIn(key.read_bytes().strip(), everything)
        self.assertNotIn(b"p8", everything)
        self.assertNotIn(recorded.TURNS[1][1].encode(), everything)
        people = archive.read(f"{recorded.STUDY}-export-{id}/participants.csv").decode()
        # The key is made once: the same people have the same names in the next export.
        before = key.read_bytes()
        again = self.make(participants=["p8"], has_pseudonyms=True)
        self.assertEqual(key.read_bytes(), before)
        name = re.search(r"\bP[0-9A-Z]{8}\b", people).group()
        self.assertIn(name, self.downloaded(again["id"]).read(f"{recorded.STUDY}-export-{again['id']}/participants.csv").decode())

    def test_called_off(self):
        with self.browser.context() as context:
            page = self.open(context)
            process = self.held(formats=["csv", "xdf", "matlab"])
            page.get_by_role("heading", name="Being written").wait_for()
            self.assertIn("Begun by lab", page.inner_text(".export-running"))
            # One at a time.
            status, _, body = self.station.request(
                "POST", f"{BASE}/start", '{"formats": ["csv"], "is_packed": false, "participants": [], "phases": [], "streams": [], '
                '"left_out": [], "takes_pilots": false, "has_pseudonyms": false, "moves_dates": false}',
                {"cookie": self.station.cookie(LAB), "content-type": "application/json",
                 "x-attune-csrf": self.station.get("/api/me", LAB)["csrf"]})
            self.assertEqual(status, 409)
            self.assertIn("is being written", body.decode())
            self.advance(process, lambda: self.station.get(BASE, LAB)["running"].get("rows"))
            page.locator(".export-running", has_text=re.compile(r"\d+%: [\d,]+ of [\d,]+ rows and samples")).wait_for()
            page.get_by_role("button", name="Cancel").click()
            page.get_by_text("Being cancelled").wait_for()
            os.kill(process, signal.SIGCONT)
            ended = page.locator("article[data-export]")
            ended.wait_for()
            self.assertIn("Cancelled by lab. Nothing of it was kept.", ended.inner_text())
            page.locator(".export-running").wait_for(state="hidden")
            self.assertEqual(page.complaints, [])
        [record] = self.exports()
        self.assertEqual(record["state"], "cancelled")
        self.assertEqual([path.name for path in (self.folder / record["id"]).iterdir()], ["record.json"])
        self.assertEqual(self.ask(f"{BASE}/{record['id']}/zip")[0], 404)

    def trail(self):
        """What the study's audit trail has of exports and links, oldest first."""
        with sqlite3.connect(f"file:{self.station.data / recorded.STUDY / 'study.db'}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT action, actor, detail FROM audit ORDER BY id").fetchall()
        return [(action, actor.split(" (uid ")[0], json.loads(detail)) for action, actor, detail in rows
                if action.startswith("export")]

    def test_the_trail_has_who_did_what(self):
        before = len(self.trail())
        first = self.make(formats=["csv"])["id"]
        self.downloaded(first)
        [path] = [file["path"] for file in json.loads(self.ask(f"{BASE}/{first}/files")[2])["files"]][:1]
        self.assertEqual(self.ask(f"{BASE}/{first}/files/{path}")[0], 200)
        process = self.held(formats=["csv", "xdf", "matlab"])
        self.station.post(f"{BASE}/cancel", role=LAB)
        os.kill(process, signal.SIGCONT)
        self.wait_until_idle()
        [second] = [one["id"] for one in self.exports() if one["state"] == "cancelled"]
        self.station.post(f"{BASE}/{first}/delete", role=LAB)
        # Who may not, leaves nothing.
        self.ask(f"{BASE}/{second}/zip", "jo:expert")
        self.assertEqual(self.trail()[before:], [
            ("export", "lab", {"export": first}), ("export download", "lab", {"export": first}),
            ("export download", "lab", {"export": first, "file": path}), ("export", "lab", {"export": second}),
            ("export cancel", "lab", {}), ("export delete", "lab", {"export": first})])

    def test_what_a_console_that_died_left(self):
        process = self.held(formats=["csv", "xdf", "matlab"])
        id = self.station.get(BASE, LAB)["running"]["id"]
        # The program has begun to write before all of it is stopped.
        self.advance(process, lambda: list((self.folder / id).glob(".files.exporting-*")))
        self.station.console.kill()
        self.station.console.wait()
        self.station.processes.remove(self.station.console)
        os.kill(process, signal.SIGCONT)
        self.station.serve_console()
        [record] = self.exports()
        self.assertEqual(record["state"], "interrupted")
        self.assertIn("The console ended while this was written", record["message"])
        wait_for("it to be tidied", lambda: [path.name for path in (self.folder / id).iterdir()] == ["record.json"], 30)
        # Nobody listens to the program any more.
        wait_for("the program to end", lambda: not pathlib.Path(f"/proc/{process}").exists(), 30)
        self.assertEqual(self.make()["state"], "done")

    def test_a_failure_is_told_in_words(self):
        key = self.station.console_state / "keys" / f"{recorded.STUDY}.key"
        key.parent.mkdir(exist_ok=True)
        kept = key.read_bytes() if key.exists() else None
        key.write_text("not a key")
        try:
            record = self.make(has_pseudonyms=True)
        finally:
            key.write_bytes(kept) if kept else key.unlink()
        self.assertEqual(record["state"], "failed")
        self.assertRegex(record["message"], r"is no key: it must hold 64 hexadecimal digits")
        with self.browser.context() as context:
            page = self.open(context)
            page.locator("article[data-export] .problem", has_text="is no key").wait_for()
        # Nothing is begun where nothing would leave.
        with self.assertRaisesRegex(AssertionError, "409 .*No session would be exported"):
            self.make(participants=["nobody"])
        with self.assertRaisesRegex(AssertionError, "400 .*There is no format"):
            self.make(formats=["../csv"])
        with self.assertRaisesRegex(AssertionError, "400 .*without commas"):
            self.make(participants=["p8,p9"])
        # What looks like an option is a name.
        with self.assertRaisesRegex(AssertionError, "409 .*No session would be exported"):
            self.make(participants=["--pilots"])

    def test_who_may_and_which_files(self):
        id = self.make()["id"]
        own = self.folder / id
        (own / "files" / "beside.txt").write_text("nobody's")
        for role in ["jo:expert", "op:operator"]:
            for path in [BASE, f"{BASE}/choices", f"{BASE}/{id}/zip", f"{BASE}/{id}/files", f"{BASE}/{id}/files/turns.csv",
                         f"/api/sessions/{self.session}/quality"]:
                self.assertEqual(self.ask(path, role)[0], 403, path)
            self.assertEqual(self.ask(PAGE, role)[0], 403)
            for path in ["preview", "start", "cancel", f"{id}/delete"]:
                with self.assertRaisesRegex(AssertionError, "403"):
                    self.station.post(f"{BASE}/{path}", EVERYTHING, role)
        status, headers, body = self.ask(f"{BASE}/{id}/files/turns.csv")
        self.assertEqual((status, body), (200, (own / "files" / "turns.csv").read_bytes()))
        self.assertEqual(headers["content-disposition"], 'attachment; filename="turns.csv"')
        self.assertEqual(headers["content-length"], str(len(body)))
        # What the manifest does not have is not there.
        for path in ["beside.txt", "../record.json", "..%2frecord.json", "%2e%2e/record.json", "./turns.csv", "none.csv",
                     "..%2f..%2f..%2f..%2faccounts.json", urllib.parse.quote(str(own / "record.json"), safe="")]:
            self.assertEqual(self.ask(f"{BASE}/{id}/files/{path}")[0], 404, path)
        for other in ["none", "..", f"..%2f{id}", f"{id}%00"]:
            self.assertEqual(self.ask(f"{BASE}/{other}/zip")[0], 404, other)
        self.assertEqual(self.ask("/api/exports/none")[0], 404)
        # A file that is a link by now leads nowhere.
        (own / "files" / "turns.csv").unlink()
        (own / "files" / "turns.csv").symlink_to("/etc/hostname")
        self.assertEqual(self.ask(f"{BASE}/{id}/files/turns.csv")[0], 500)

    def test_withdrawn_later(self):
        record = self.make()
        self.assertEqual(self.station.get(BASE, LAB)["exports"][0]["withdrawn"], 0)
        database = sqlite3.connect(self.station.data / recorded.STUDY / "study.db")
        [before] = database.execute("SELECT state FROM sessions WHERE id = ?", (self.session,)).fetchone()
        try:
            database.execute("UPDATE sessions SET state = 'withdrawn' WHERE id = ?", (self.session,))
            database.commit()
            with self.browser.context() as context:
                page = self.open(context)
                page.locator(f'[data-export="{record["id"]}"]', has_text="1 session of it was withdrawn by now").wait_for()
        finally:
            database.execute("UPDATE sessions SET state = ? WHERE id = ?", (before, self.session))
            database.commit()
            database.close()

    def test_quality_report(self):
        with self.browser.context() as context:
            page = self.open(context, "/")
            links = page.get_by_role("link", name="Quality")
            links.first.wait_for()
            self.assertEqual(links.count(), 1)
            with page.expect_response(lambda answer: answer.url.endswith("/quality")) as answer:
                links.click()
            policy = answer.value.headers["content-security-policy"]
            self.assertRegex(policy, r"^default-src 'none'; .*sandbox; style-src 'sha256-[A-Za-z0-9+/]{43}='$")
            self.assertEqual(answer.value.headers["x-content-type-options"], "nosniff")
            page.locator(".verdict").wait_for()
            # Its own style counts, and nothing else does.
            self.assertEqual(page.locator(".findings").evaluate("(one) => getComputedStyle(one).listStyleType"), "none")
            self.assertEqual(page.complaints, [])
        other = next(one for one in self.station.get("/api/sessions", LAB)["sessions"] if not one["has_quality"])
        status, _, body = self.ask(f"/api/sessions/{other['id']}/quality")
        self.assertEqual(status, 404)
        self.assertIn("no quality report", body.decode())

    def test_pictures(self):
        """Screenshots at phone, laptop and wall-display width, to be looked at."""
        for choices in [{"formats": ["csv", "spss", "edf"], "has_pseudonyms": True, "moves_dates": True}, {"takes_pilots": True}]:
            self.assertEqual(self.make(**choices)["state"], "done")
        process = self.held(formats=["csv", "matlab"])
        try:
            for size in ["phone", "desktop", "wall"]:
                for scheme in ["light", "dark"]:
                    with self.browser.context(size, color_scheme=scheme) as context:
                        page = self.open(context)
                        page.get_by_role("button", name="What would leave").click()
                        page.get_by_role("heading", name="3 sessions would leave").wait_for()
                        page.locator("article[data-export] >> nth=1").wait_for()
                        wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
                        self.assertEqual(wide, 0, f"{size} {scheme}")
                        self.assertEqual(browser.accessibility_problems(page), [], f"{size} {scheme}")
                        page.evaluate("() => scrollTo(0, 0)")
                        page.screenshot(path=browser.PICTURES / f"console-export-{size}-{scheme}.png", full_page=True)
        finally:
            os.kill(process, signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()
