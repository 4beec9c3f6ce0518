"""Reviews with the real programs: two experts and a participant rate, one of them in the browser by keys; what
they cannot reach; and what the researcher sees of it."""

import csv
import io
import sys
import time
import unittest

import browser
from console_station import ConsoleStation, programs
from review_sessions import FEELING, REASON, STUDY, SUGGESTION, Rater, invited, plan, record

import review_blind  # of Tests/Integration; live_room has put it into the way

CODES = ["p-71", "p-72"]


class Review(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.station = ConsoleStation(programs())
        cls.station.__enter__()
        cls.station.start()
        cls.sessions = [record(cls.station, code) for code in CODES]
        cls.station.serve_console()
        cls.plan = plan(cls.station, cls.sessions, ["anna", "ben"], own=True)

    @classmethod
    def tearDownClass(cls):
        cls.station.__exit__(*(sys.exc_info() if sys.exc_info()[0] else (None, None, None)))
        cls.browser.close()

    def test_review(self):
        """One story, since each part builds on the one before."""
        anna, ben = Rater(self.station, "anna:expert"), Rater(self.station, "ben:expert")
        overview = self.station.get(f"/api/reviews/{STUDY}/plans/{self.plan}")
        own = {one["rater"]: one["id"] for one in overview["assignments"] if one["purpose"] == "own"}
        self.assertEqual(set(own), set(CODES))
        link = self.station.post(f"/api/reviews/{STUDY}/assignments/{own[CODES[0]]}/invite")["url"]
        participant = Rater(self.station, cookie=invited(self.station, link))
        review_blind.check(self.station, anna, ben, participant, STUDY, CODES, self.sessions)
        self.by_keys(anna)
        self.order(anna)
        second = anna.list()[1]["id"]
        # Anna gives 3 to the first and 5 to the second message, Ben one more for empathy, each participant 7.
        anna.rate(second, lambda item, turn: 3 if turn == 2 else 5)
        self.flags_by_finger(ben)
        self.flags_without_pointer(ben)
        for one in ben.list():
            ben.good("POST", f"/api/review/{one['id']}/open")
            ben.flag(one["id"], "premature-advice", 2, 0, 28, "no question before")
            ben.rate(one["id"], lambda item, turn: (3 if turn == 2 else 5) + (1 if item == "empathy" else 0))
        self.by_finger(participant)
        self.reasons_stay_apart(ben)
        self.results()

    def until(self, page, condition, seconds=30):
        """Waits for what the page can tell; Playwright's own waiting would need `eval`, which the page forbids."""
        deadline = time.monotonic() + seconds
        while not page.evaluate(condition):
            self.assertLess(time.monotonic(), deadline, f"waited in vain for: {condition}")
            time.sleep(0.05)

    def by_keys(self, anna):
        assignment = anna.list()[0]["id"]
        with self.browser.context("desktop") as context:
            page = self.station.page(context, "/review", "anna:expert")
            page.get_by_role("link", name="Conversation 1").wait_for()
            self.assertEqual(page.get_by_role("link", name="Conversation 2").count(), 0)
            browser.picture(page, "review-list")
            page.get_by_role("link", name="Conversation 1").click()
            turn = page.locator("[data-turn='2']")
            turn.wait_for()
            self.assertNotIn(SUGGESTION, page.content())
            self.assertNotIn(FEELING, page.content())
            # Hostile text stays text, and the code is covered without moving anything.
            self.assertIn("<img src=x", page.locator("[data-turn='1'] .said").inner_text())
            self.assertEqual(page.locator(".said img, .said b").count(), 0)
            self.assertIn("████ said", page.locator("[data-turn='1'] .said").inner_text())
            page.keyboard.press("ArrowDown")
            page.keyboard.press("3")
            page.keyboard.press("3")
            self.assertTrue(turn.locator("[data-item=empathy] input[value='3']").is_checked())
            self.assertTrue(turn.locator("[data-item=appropriateness] input[value='3']").is_checked())
            # Why is said by keys, too, and kept while it is typed.
            turn.locator("[data-item=empathy] input[value='3']").focus()
            page.keyboard.press("Enter")
            with page.expect_response(lambda answer: answer.url.endswith("/ratings") and "nothing was asked" in answer.request.post_data):
                page.keyboard.type("3 is too much: nothing was asked")
            kept = anna.good("GET", f"/api/review/{assignment}")["ratings"]
            self.assertEqual({(one["turn"], one["item"]): one["rationale"] for one in kept}[2, "empathy"], "3 is too much: nothing was asked")
            page.keyboard.press("Escape")
            self.assertTrue(turn.locator("[data-item=empathy] input[value='3']").evaluate("node => node === document.activeElement"))
            # A flag by keys alone: words 3 to 5 of the message, then why.
            turn.focus()
            for key in ["f", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"]:
                page.keyboard.press(key)
            page.locator(".flag-bar").wait_for()
            self.assertIn("just go for", page.locator(".flag-bar").inner_text())
            browser.picture(page, "review-desk-1440")
            page.keyboard.press("m")
            why = turn.get_by_label("Why: Missed distress cue")
            why.fill("sleeplessness is passed over")
            why.press("Tab")
            page.get_by_text("All saved").wait_for()
            # The network goes: nothing is lost, and a closed page neither.
            context.set_offline(True)
            page.locator("[data-turn='4']").focus()
            page.keyboard.press("5")
            page.get_by_text("Kept in this browser").wait_for()
            address = page.url.removeprefix(self.station.address)
            page.close()
            context.set_offline(False)
            page = self.station.page(context, address, "anna:expert")
            turn = page.locator("[data-turn='2']")
            turn.wait_for()
            page.get_by_text("All saved").wait_for()
            self.assertTrue(turn.locator("[data-item=empathy] input[value='3']").is_checked())
            self.assertEqual(turn.get_by_label("Why: Empathy, message 2").input_value(), "3 is too much: nothing was asked")
            self.assertTrue(page.locator("[data-turn='4'] [data-item=empathy] input[value='5']").is_checked())
            self.assertEqual(turn.locator("mark").inner_text(), "just go for")
            self.assertEqual(turn.get_by_label("Why: Missed distress cue").input_value(), "sleeplessness is passed over")
            # A flag by mouse, taken back again.
            page.evaluate("""() => { const text = document.querySelector("[data-turn='4'] .said").firstChild;
                const range = document.createRange(); range.setStart(text, 0); range.setEnd(text, 16);
                getSelection().removeAllRanges(); getSelection().addRange(range); }""")
            page.get_by_role("button", name="Well done").click()
            page.locator("[data-turn='4'] mark").wait_for()
            page.get_by_role("button", name="Remove flag Well done").click()
            self.assertEqual(page.locator("[data-turn='4'] mark").count(), 0)
            # What lacks is asked for; then the stage locks, and more is shown.
            page.get_by_role("button", name="Lock this stage …").first.click()
            page.get_by_text("2 answers are still missing.").wait_for()
            page.get_by_role("button", name="Show me").click()
            page.keyboard.press("5")
            page.locator("[data-item=overall] input[value='5']").check()
            # Here the scheme asks why.
            page.get_by_role("button", name="Lock this stage …").first.click()
            page.get_by_text("One reason is still missing.").wait_for()
            page.get_by_role("button", name="Show me").click()
            page.keyboard.type("advice in the second message")
            self.assertEqual(browser.accessibility_problems(page), [])
            page.get_by_role("button", name="Lock this stage …").first.click()
            page.get_by_role("button", name="Lock and go on").click()
            page.get_by_text(SUGGESTION).first.wait_for()
            self.assertIn(FEELING, page.content())
            self.assertTrue(turn.locator("[data-item=empathy] input[value='3']").is_disabled())
            browser.picture(page, "review-second-stage")
            self.assertEqual(browser.accessibility_problems(page), [])
            for field in ["own-voice", "reading-of-feelings"]:
                page.locator(f"[data-item={field}] input[value='5']").check()
            page.get_by_role("button", name="Finish …").first.click()
            page.get_by_role("button", name="Finish", exact=True).click()
            page.get_by_text("This conversation is finished").wait_for()
            self.assertEqual([text for text in page.complaints if "ERR_INTERNET" not in text], [])
            self.assertNotEqual(page.title(), "broken")
        # Not even by hand can the first stage be changed any more.
        status, answer = anna.ask("POST", f"/api/review/{assignment}/ratings", {"ratings": [
            {"change": "00000000-0000-4000-8000-000000000001", "turn": 2, "item": "empathy", "value": 7}]})
        self.assertEqual(status, 409, answer)

    def order(self, anna):
        """The next one is open, and who has finished all sees so."""
        self.assertEqual([one["state"] for one in anna.list()], ["finished", "open"])

    def flags_by_finger(self, ben):
        """An expert on a phone: a long press chooses a word, the flags come up below it and can be tapped. Chromium
        without a screen chooses no word by itself; so the press is real, and what the system would choose is put
        there as the system does it, without any event of a mouse."""
        with self.browser.context("phone") as context:
            page = self.station.page(context, f"/review/{ben.list()[0]['id']}", "ben:expert")
            driver = context.new_cdp_session(page)
            turn, bar = page.locator("[data-turn='4']"), page.locator(".flag-bar")
            turn.wait_for()
            # The last message, at the lower edge of the screen: where the flags come up.
            said = turn.locator(".said")
            said.evaluate("node => scrollTo(0, node.getBoundingClientRect().bottom + scrollY - innerHeight + 24)")
            word = said.evaluate("""node => { const range = document.createRange(); const text = node.firstChild;
                const from = text.data.indexOf('evening'); range.setStart(text, from); range.setEnd(text, from + 7);
                const { left, top, width, height } = range.getBoundingClientRect(); return [left + width / 2, top + height / 2]; }""")
            finger = {"x": word[0], "y": word[1]}
            driver.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
            said.evaluate("node => { const from = node.firstChild.data.indexOf('evening'); getSelection().setBaseAndExtent(node.firstChild, from, node.firstChild, from + 7); }")
            bar.wait_for()
            before = page.evaluate("scrollY")
            page.wait_for_timeout(500)
            self.assertEqual(page.evaluate("scrollY"), before, "the text moves away under the finger")
            # The system takes a finger that chooses words away from the page.
            driver.send("Input.dispatchTouchEvent", {"type": "touchCancel", "touchPoints": []})
            self.assertIn("evening", bar.inner_text())
            # Handles are dragged outside of the page: it hears of the selection alone.
            said.evaluate("node => getSelection().extend(node.firstChild, node.firstChild.data.indexOf('?') + 1)")
            bar.get_by_text("evening, ").wait_for()
            self.until(page, """() => getSelection().getRangeAt(0).getBoundingClientRect().bottom
                < document.querySelector('.flag-bar').getBoundingClientRect().top""")
            shown = bar.bounding_box()
            self.assertLessEqual(shown["y"] + shown["height"], page.viewport_size["height"])
            self.assertGreaterEqual(said.evaluate("() => getSelection().getRangeAt(0).getBoundingClientRect().top"), 0)
            for button in bar.get_by_role("button").all():
                box = button.bounding_box()
                self.assertGreaterEqual(box["height"], 44, button.inner_text())
                self.assertTrue(box["x"] >= 0 and box["x"] + box["width"] <= 390, box)
            browser.picture(page, "review-flag-by-finger-390")
            self.assertEqual(browser.accessibility_problems(page), [])
            bar.get_by_role("button", name="Invalidation").tap()
            turn.locator("mark").wait_for()
            self.assertRegex(turn.locator("mark").inner_text(), r"^evening, .*\?$")
            bar.wait_for(state="hidden")
            # A browser that drops the selection when a finger comes down still flags what was chosen.
            said.evaluate("node => getSelection().setBaseAndExtent(node.firstChild, 0, node.firstChild, 4)")
            bar.get_by_text("That", exact=False).wait_for()
            button = bar.get_by_role("button", name="Invalidation")
            button.evaluate("node => node.addEventListener('pointerdown', () => setTimeout(() => getSelection().removeAllRanges()), { once: true })")
            box = button.bounding_box()
            finger = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
            driver.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
            self.until(page, "getSelection().isCollapsed")
            driver.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
            turn.locator("mark").nth(1).wait_for()
            self.assertEqual(turn.locator("mark").first.inner_text(), "That")
            for left in [1, 0]:
                turn.get_by_role("button", name="Remove flag Invalidation").first.tap()
                self.until(page, f"document.querySelectorAll('mark').length === {left}")
            page.get_by_text("All saved").wait_for()
            self.assertTrue(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
            self.assertEqual(page.complaints, [])

    def flags_without_pointer(self, ben):
        """By keys alone, also for a flag that has no key of its own: words, then the flags as a toolbar."""
        with self.browser.context("desktop") as context:
            page = self.station.page(context, f"/review/{ben.list()[0]['id']}", "ben:expert")
            turn, bar = page.locator("[data-turn='2']"), page.locator(".flag-bar")
            turn.wait_for()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("f")
            page.keyboard.press("End")
            page.keyboard.press("Shift+ArrowLeft")
            bar.get_by_text("helps me").wait_for()
            page.keyboard.press("Enter")
            for key in ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight"]:
                page.keyboard.press(key)
            self.assertTrue(bar.get_by_role("button", name="Invalidation").evaluate("node => node === document.activeElement"))
            self.assertIn("helps me", bar.inner_text())
            page.keyboard.press("Enter")
            turn.locator("mark").wait_for()
            self.assertEqual(turn.locator("mark").inner_text(), "helps me")
            page.keyboard.press("f")
            page.keyboard.press("Enter")
            page.keyboard.press("Escape")
            bar.wait_for(state="hidden")
            self.assertTrue(turn.evaluate("node => node === document.activeElement"))
            page.keyboard.press("Tab")
            self.assertEqual(turn.locator("mark").count(), 1)
            turn.get_by_role("button", name="Remove flag Invalidation").press("Enter")
            turn.locator("mark").wait_for(state="detached")
            page.get_by_text("All saved").wait_for()
            self.assertEqual(page.complaints, [])

    def by_finger(self, participant):
        """The participant rates their own messages on a phone; no flags, no blots."""
        with self.browser.context("phone") as context:
            name, _, value = participant.cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": self.station.address, "httpOnly": True, "sameSite": "Strict"}])
            page = browser.new_page(context)
            page.goto(self.station.address + "/review")
            page.get_by_role("link", name="Your conversation").tap()
            page.locator("[data-turn='2']").wait_for()
            self.assertIn(CODES[0], page.locator("[data-turn='4'] .said").inner_text())
            self.assertIn("You", page.locator("[data-turn='2'] h2").inner_text())
            page.locator("[data-turn='2'] [data-item=empathy] label").nth(6).tap()
            page.get_by_text("All saved").wait_for()
            self.assertTrue(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
            browser.picture(page, "review-own-390")
            self.assertEqual(browser.accessibility_problems(page), [])
        participant.rate(participant.list()[0]["id"], lambda item, turn: 7)

    def reasons_stay_apart(self, ben):
        """What others gave as reasons is in nothing that a rater gets; one's own is, once all is finished."""
        for one in ben.list():
            ben.good("GET", f"/api/review/{one['id']}")
            self.assertNotIn("nothing was asked", ben.raw.decode())
            self.assertIn(REASON, ben.raw.decode())

    def results(self):
        path = f"/api/reviews/{STUDY}/plans/{self.plan}"
        results = self.station.get(path)["results"]
        empathy = next(one for one in results["items"] if one["item"] == "empathy")
        figures = {one["name"]: one for one in empathy["experts"]["figures"]}
        # Anna 3 5 3 5 and Ben 4 6 4 6: never the same, always one apart. α as the package krippendorff has it.
        self.assertEqual(figures["Percent agreement"]["value"], 0)
        self.assertAlmostEqual(figures["ICC(3,1)"]["value"], 1)
        self.assertAlmostEqual(figures["Krippendorff α (ordinal)"]["value"], 0.65, 9)
        peers = empathy["peers"]
        self.assertAlmostEqual(peers["bias"]["mean"], 7 - (3.5 + 5.5) / 2)
        self.assertEqual(peers["bias"]["pairs"], 2)
        fitting = next(one for one in results["items"] if one["item"] == "appropriateness")
        self.assertEqual({one["name"]: one["value"] for one in fitting["experts"]["figures"]}["Krippendorff α (ordinal)"], 1)
        advice = next(one for one in results["flags"] if one["code"] == "premature-advice")
        self.assertEqual([(one["rater"], one["flagged"], one["turns"]) for one in advice["raters"]], [("anna", 0, 4), ("ben", 2, 4)])
        with self.browser.context("desktop") as context:
            page = self.station.page(context, f"/reviews/{STUDY}?plan={self.plan}", "researcher")
            page.get_by_role("tab", name="Agreement").click()
            row = page.locator("[data-item=empathy] .comparison").first.locator("[data-figure='Percent agreement']")
            row.wait_for()
            self.assertIn("0.00", row.inner_text())
            self.assertIn("undefined", page.locator("[data-item=overall] .comparison").first.inner_text())
            browser.picture(page, "review-agreement-1440")
            self.assertEqual(browser.accessibility_problems(page), [])
            page.get_by_role("tab", name="Peers and experts").click()
            page.get_by_text("Participants rate themselves higher than experts do: +2.50 points").wait_for()
            page.set_viewport_size({"width": 2560, "height": 1440})
            browser.picture(page, "review-peers-2560")
            page.set_viewport_size({"width": 1440, "height": 900})
            page.get_by_role("tab", name="Turn by turn").click()
            page.locator(".turn mark").first.wait_for()
            self.assertIn("ben", page.locator(".turn-flags").first.inner_text())
            self.assertIn(REASON, page.locator(".reasons").last.inner_text())
            browser.picture(page, "review-turns-1440")
            self.assertEqual(browser.accessibility_problems(page), [])
            page.get_by_role("tab", name="Progress").click()
            page.locator("tbody tr").first.wait_for()
            page.set_viewport_size({"width": 390, "height": 844})
            browser.picture(page, "review-progress-390")
            self.assertTrue(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(f"{self.station.address}/reviews/{STUDY}")
            page.get_by_role("button", name="New plan …").click()
            page.get_by_label("Name").fill("Second")
            page.get_by_label("Raters", exact=True).fill("anna\nben\ncleo")
            page.get_by_role("button", name="Look at the plan").click()
            page.get_by_role("heading", name="What is drawn").wait_for()
            browser.picture(page, "review-plan-form-1440")
            self.assertEqual(browser.accessibility_problems(page), [])
            page.get_by_role("button", name="Make this plan").click()
            page.get_by_role("tab", name="Progress").wait_for()
            self.assertEqual(page.complaints, [])
        for name, rows in [("ratings.csv", 2 * (2 * 4 + 2 + 4) + 7), ("flags.csv", 3), ("assignments.csv", 6)]:
            status, headers, data = self.station.request("GET", f"{path}/tables/{name}", headers={"cookie": self.station.cookie("researcher")})
            self.assertEqual(status, 200)
            self.assertIn("attachment", headers["content-disposition"])
            found = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
            self.assertEqual(len(found), rows, (name, found))
            if name == "ratings.csv":
                self.assertIn(("anna", "empathy", "3 is too much: nothing was asked"), {(row["rater"], row["item"], row["rationale"]) for row in found})
        for name in ["agreement.csv", "confusion.csv", "bias.csv"]:
            self.assertEqual(self.station.request("GET", f"{path}/tables/{name}", headers={"cookie": self.station.cookie("researcher")})[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
