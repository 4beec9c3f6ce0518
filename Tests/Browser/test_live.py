"""The whole procedure with the real daemon and the real chat: test_live.py, with ATTUNE_PROGRAMS naming the
folder of the built programs."""

import os
import subprocess
import time
import unittest

import browser
from live_room import CHECKOUT, LiveStation, wait_for
from test_page import applied


def programs():
    given = os.environ.get("ATTUNE_PROGRAMS")
    if given:
        return given
    return subprocess.run(["swift", "build", "--show-bin-path"], cwd=CHECKOUT, check=True, capture_output=True,
                          text=True).stdout.strip()


class LiveTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.station = self.enterContext(LiveStation(programs()))
        self.addCleanup(self.show_logs)
        self.station.start()
        self.station.serve()

    def show_logs(self):
        """What the programs said, where a test failed."""
        outcome = self._outcome.result
        if any(test is self for test, _ in outcome.failures + outcome.errors):
            self.station.show_log()
            self.station.show_chat_log()
            for context in self.browser.chromium.contexts:
                for page in context.pages:
                    print(page.url, page.inner_text("body"))

    def join(self, context, link):
        page = browser.new_page(context)
        page.goto(link)
        page.click("form button")
        page.wait_for_url("**/r/**")
        page.wait_for_selector("attune-phase, .waiting")
        return page

    def look(self, page, name):
        """Keeps a picture and checks accessibility."""
        page.wait_for_timeout(150)
        browser.picture(page, name)
        self.assertEqual(browser.accessibility_problems(page), [], name)

    def say(self, page, text):
        """Sends a message and waits for the answer."""
        before = page.locator(".turn").count()
        self.send(page, text)
        page.wait_for_selector(f".turn.theirs[data-turn='{before + 2}']")

    def send(self, page, text):
        """Types and sends as one does on such a device: Enter is a new line where there is touch alone."""
        page.click("#message")
        page.keyboard.press("Control+End")
        page.keyboard.type(text)
        if page.evaluate("matchMedia('(any-pointer: fine)').matches"):
            page.keyboard.press("Enter")
        else:
            page.tap("attune-composer button")

    def consent(self, page, **answers):
        page.wait_for_selector(".tier")
        for tier in page.locator(".tier").all():
            name = tier.get_attribute("data-tier")
            tier.locator(f"input[value='{'yes' if answers.get(name.replace('-', '_'), True) else 'no'}']").check()
        page.click("attune-consent button.primary")


class Procedure(LiveTest):
    def run_through(self, size):
        session = self.station.session()
        link = self.station.link(session)
        with self.browser.context(size, permissions=["microphone"]) as context:
            page = browser.new_page(context)
            page.goto(link)
            self.look(page, f"live-{size}-join")
            page.click("form button")
            page.wait_for_selector("attune-phase, .waiting")
            page.wait_for_selector(".kind-consent")
            self.look(page, f"live-{size}-consent")
            self.consent(page)
            self.station.wait_for_phase(session, "fitting")
            page.wait_for_selector(".kind-fitting")
            page.click("attune-microphone button")
            page.wait_for_selector("attune-microphone[data-state=ok]")
            self.look(page, f"live-{size}-fitting")
            self.station.phase(session, "baseline")
            page.wait_for_selector(".countdown-time")
            self.look(page, f"live-{size}-baseline")
            page.wait_for_selector("#typing")
            page.click("#typing")
            page.keyboard.type("Trains leave evry half hour.")
            self.look(page, f"live-{size}-typing")
            page.click("text=Continue")
            page.wait_for_selector(".kind-briefing")
            self.look(page, f"live-{size}-briefing")
            page.click("text=Continue")
            page.wait_for_selector(".turn.theirs", timeout=30_000)
            page.wait_for_selector(".suggestion")
            self.look(page, f"live-{size}-chat-begun")
            self.say(page, "That sounds hard. How do you sleep?")
            # A suggestion, changed, over a reload.
            text = page.locator(".suggestion span:last-child").first.inner_text()
            page.locator(".suggestion").first.click()
            page.keyboard.type(" Tell me")
            page.reload()
            page.wait_for_selector("#message")
            self.assertEqual(page.input_value("#message"), f"{text} Tell me")
            self.say(page, " more.")
            # Without a network.
            context.set_offline(True)
            self.send(page, "Are you still there?")
            page.wait_for_selector(".notice.connection:not([hidden])")
            self.look(page, f"live-{size}-offline")
            context.set_offline(False)
            page.wait_for_selector(".notice.connection", state="hidden")
            page.wait_for_selector(".turn.theirs[data-turn='7']")
            self.station.attune("session", "message", "Ten minutes left.", "--session", session, json_output=False)
            page.wait_for_selector("text=Ten minutes left.")
            self.look(page, f"live-{size}-message")
            page.click(".notice.message button")
            self.station.attune("session", "pause", "--session", session, json_output=False)
            page.wait_for_selector(".notice.paused:not([hidden])")
            self.look(page, f"live-{size}-paused")
            self.station.attune("session", "resume", "--session", session, json_output=False)
            page.wait_for_selector(".notice.paused", state="hidden")
            self.look(page, f"live-{size}-chat")
            self.station.phase(session, "ratings")
            page.wait_for_selector(".questionnaire")
            page.click("attune-questionnaire button.primary")
            self.look(page, f"live-{size}-ratings-missing")
            page.locator("[data-item='human-likeness'] input[value='6']").check()
            page.locator("[data-item='effort'] input").focus()
            page.keyboard.press("ArrowRight")
            page.locator("[data-item='role'] input[value='2']").check()
            page.locator("[data-item='role'] .beside").fill("Trainer")
            page.locator("[data-item='training'] input").fill("Two days")
            self.look(page, f"live-{size}-ratings")
            page.click("attune-questionnaire button.primary")
            page.wait_for_selector("[data-item='valence']")
            page.locator("[data-item='valence'] input[value='7']").check()
            page.locator("[data-item='helped'] input[value='1']").check()
            self.look(page, f"live-{size}-ratings-manikin")
            page.click("attune-questionnaire button.primary")
            page.wait_for_selector(".kind-think-aloud")
            self.look(page, f"live-{size}-think-aloud")
            self.station.phase(session, "debrief")
            page.wait_for_selector(".kind-debrief")
            self.look(page, f"live-{size}-debrief")
            self.station.stop_session(session)
            page.wait_for_selector(".ended")
            self.look(page, f"live-{size}-ended")
            # The link is used up.
            other = browser.new_page(context)
            other.goto(link)
            self.look(other, f"live-{size}-used-link")
            self.assertEqual(other.locator("form").count(), 0)
            complaints = [one for one in page.complaints if not any(word in one for word in ["ERR_", "410", "403"])]
            self.assertEqual(complaints, [])
        self.check_file(session, text)

    def check_file(self, session, suggestion):
        database = self.station.file(session)
        turns = database.execute("SELECT * FROM turns ORDER BY number").fetchall()
        self.assertEqual([turn["number"] for turn in turns], list(range(1, len(turns) + 1)))
        said = [turn["text"] for turn in turns if turn["author"] == "participant"]
        self.assertEqual(said, ["That sounds hard. How do you sleep?", f"{suggestion} Tell me more.", "Are you still there?"])
        for turn in turns:
            self.assertIsNotNone(turn["shown_ns"], f"turn {turn['number']}")
            if turn["author"] == "client":
                self.assertGreater(turn["shown_ns"], turn["sent_ns"] - turn["bound_ns"])
                self.assertLess(turn["shown_ns"], turn["sent_ns"] + 20_000_000_000)
        edits = database.execute("SELECT * FROM draft_edits ORDER BY t_ns, id").fetchall()
        numbers = sorted({edit["turn_number"] for edit in edits})
        texts = [applied([dict(edit) for edit in edits if edit["turn_number"] == number]) for number in numbers]
        self.assertEqual(texts, said)
        bounds = sorted(edit["bound_ns"] for edit in edits)
        self.assertTrue(bounds[0] > 0 and bounds[-1] < 400_000_000, bounds)
        for kind in ["view", "phase_shown", "suggestions_shown", "suggestion_inserted", "answers", "microphone", "typing_task",
                     "message_shown", "provenance", "focus"]:
            self.assertTrue(self.station.events(database, kind), kind)
        answers = {one["questionnaire"]: one["answers"] for one in self.station.events(database, "answers") if one["final"]}
        self.assertEqual(answers["client"], {"human-likeness": 6, "effort": 51, "training": "Two days",
                                             "role": {"choices": [2], "texts": {"2": "Trainer"}}})
        self.assertEqual(answers["self"], {"valence": 7, "helped": [1]})
        self.assertEqual([], [note for note in self.station.events(database, "note") if note.get("note") == "page-event"])
        phases = [row[0] for row in database.execute("SELECT name FROM phases ORDER BY id")]
        self.assertEqual(phases, ["consent", "fitting", "baseline", "typing", "briefing", "chat", "ratings", "think-aloud", "debrief"])
        database.close()

    def test_desktop(self):
        self.run_through("desktop")

    def test_phone(self):
        self.run_through("phone")


class Rooms(LiveTest):
    def chatting(self, context, participant, **consent):
        session = self.station.session(participant)
        page = self.join(context, self.station.link(session))
        self.consent(page, **consent)
        self.station.wait_for_phase(session, "fitting")
        self.station.phase(session, "chat")
        page.wait_for_selector(".turn.theirs", timeout=30_000)
        return session, page

    def test_two_participants_at_once(self):
        with self.browser.context() as first, self.browser.context("phone") as second:
            one, page_one = self.chatting(first, "p1")
            two, page_two = self.chatting(second, "p2", draft_text=False)
            for count in range(2):
                self.say(page_one, f"first {count}")
                self.say(page_two, f"second {count}")
            for session in [one, two]:
                self.station.stop_session(session)
            for session, name, has_text in [(one, "first", True), (two, "second", False)]:
                database = self.station.file(session)
                said = [row[0] for row in database.execute("SELECT text FROM turns WHERE author = 'participant' ORDER BY number")]
                self.assertEqual(said, [f"{name} 0", f"{name} 1"])
                texts = [row[0] for row in database.execute("SELECT text FROM draft_edits")]
                self.assertEqual(len(texts), len("".join(said)))
                self.assertEqual({text is not None for text in texts}, {has_text})
                database.close()

    def test_killed_server(self):
        with self.browser.context() as context:
            session, page = self.chatting(context, "p1")
            self.say(page, "before")
            port = page.url.split(":")[2].split("/")[0]
            self.station.kill_chat()
            page.click("#message")
            page.keyboard.type("meanwhile")
            page.keyboard.press("Enter")
            page.keyboard.type("a draft")
            page.wait_for_selector(".notice.connection:not([hidden])")
            self.station.serve(port)
            page.wait_for_selector(".turn.theirs[data-turn='5']", timeout=60_000)
            self.say(page, ".")
            self.station.stop_session(session)
            page.wait_for_selector(".ended")
            database = self.station.file(session)
            said = [row[0] for row in database.execute("SELECT text FROM turns WHERE author = 'participant' ORDER BY number")]
            self.assertEqual(said, ["before", "meanwhile", "a draft."])
            edits = database.execute("SELECT * FROM draft_edits ORDER BY t_ns, id").fetchall()
            numbers = sorted({edit["turn_number"] for edit in edits})
            self.assertEqual([applied([dict(edit) for edit in edits if edit["turn_number"] == number]) for number in numbers], said)
            database.close()

    def test_stop_by_the_participant(self):
        with self.browser.context() as context:
            session, page = self.chatting(context, "p1")
            self.say(page, "I do not want to go on")
            page.click(".menu-button")
            page.click(".menu-choice:has-text('Stop')")
            page.click("dialog .danger")
            page.wait_for_selector(".stopping, .ended")
            wait_for("the end", lambda: self.station.current(session)["state"] != "recording", 30, step=0.2)
            page.wait_for_selector(".ended")

    def test_withdraw_everything(self):
        with self.browser.context() as context:
            session, page = self.chatting(context, "p1")
            self.say(page, "delete all this")
            page.click(".menu-button")
            page.click(".menu-choice:has-text('Withdraw everything')")
            page.click("dialog .danger")
            wait_for("the end", lambda: self.station.current(session)["state"] == "withdrawn", 30, step=0.2)
            page.wait_for_selector(".withdrawn, .withdrawing")

    def test_a_cue_brings_resources_and_an_alarm(self):
        with self.browser.context() as context:
            session, page = self.chatting(context, "p1")
            self.say(page, "Sometimes I want to kill myself")
            page.wait_for_selector(".notice.help:not([hidden])")
            self.assertIn("Helpline", page.locator(".notice.help").inner_text())
            self.assertEqual(browser.accessibility_problems(page), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
