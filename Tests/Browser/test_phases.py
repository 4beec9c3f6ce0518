"""The phases around the chat, stopping and withdrawing, against a fake server."""

import statistics
import time
import unittest

import browser
import examples
from test_page import PageTest


class Phases(PageTest):
    def open(self, context, room):
        page = browser.new_page(context)
        page.goto(room.address)
        return page

    def test_consent(self):
        with self.browser.context() as context:
            room = self.room(consent={"tiers": examples.TIERS, "needed": True})
            room.phase("consent", "consent", advance="participant")
            page = self.open(context, room)
            page.wait_for_selector(".tier")
            self.assertEqual(page.locator(".tier input:checked").count(), 0)
            self.assertIn("30 days", page.locator("[data-tier='model-endpoint']").inner_text())
            page.click("attune-consent button.primary")
            self.assertEqual(page.locator(".problem:visible").count(), 4)
            self.assertTrue(page.evaluate("document.activeElement.closest('[data-tier=conversation]') !== null"))
            answers = {"conversation": False, "sensors": False, "draft-text": True, "model-endpoint": True}
            for tier, granted in answers.items():
                page.check(f"[data-tier='{tier}'] input[value='{'yes' if granted else 'no'}']")
            page.click("attune-consent button.primary")
            page.wait_for_selector("text=Without your yes")
            self.assertEqual(browser.accessibility_problems(page), [])
            self.assertEqual(room.told("advance"), [])
            page.click("text=Change my answer")
            page.check("[data-tier='conversation'] input[value='yes']")
            page.click("attune-consent button.primary")
            self.assertEqual(room.wait_for("advance"), [{"phase": "consent"}])
            self.assertEqual({one["tier"]: one["granted"] for one in room.wait_for("consent", 4)},
                             answers | {"conversation": True})
            self.assertQuiet(page)

    def test_refusing_ends(self):
        with self.browser.context() as context:
            room = self.room(consent={"tiers": examples.TIERS[:1], "needed": True})
            room.phase("consent", "consent", advance="participant")
            page = self.open(context, room)
            page.check("input[value='no']")
            page.click("attune-consent button.primary")
            page.click("attune-consent .danger")
            self.assertEqual(room.wait_for("consent"), [{"tier": "conversation", "granted": False}])
            room.wait_for("stop")
            page.wait_for_selector(".stopping")

    def test_microphone(self):
        with self.browser.context(permissions=["microphone"]) as context:
            room = self.room()
            room.phase("fitting", "fitting")
            page = self.open(context, room)
            page.click("attune-microphone button")
            # Chromium's made-up microphone beeps.
            said = room.wait_for("microphone")[0]
            self.assertEqual(said["state"], "ok")
            self.assertGreater(said["level"], -40)
            page.wait_for_selector("text=The microphone works")
        with self.browser.context() as context:
            page = self.open(context, room)
            page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')); }")
            page.click("attune-microphone button")
            self.assertEqual(room.wait_for("microphone", 2)[1], {"state": "denied", "level": None})

    def test_a_screen_that_stays_is_told_once(self):
        with self.browser.context() as context:
            room = self.room()
            room.phase("rest", "baseline", duration_seconds=60)
            page = self.open(context, room)
            page.wait_for_selector("text=rest")
            page.wait_for_timeout(500)
            told = len(room.wait_for("screen"))
            page.wait_for_timeout(1500)
            self.assertEqual(len(room.told("screen")), told)

    def test_baselines(self):
        with self.browser.context() as context:
            room = self.room()
            room.phase("baseline", "baseline", duration_seconds=300, elapsed_ms=10_000, advance="duration")
            page = self.open(context, room)
            page.wait_for_selector(".countdown-time")
            self.assertRegex(page.locator(".countdown-time").inner_text(), r"^4:(50|49|48)$")
            text = "Plain words to copy."
            room.phase("typing", "baseline", task="typing", text=text, advance="participant")
            page.click("#typing")
            page.keyboard.type("Plain wrods to copy")
            page.reload()
            page.wait_for_selector("#typing")
            self.assertEqual(page.input_value("#typing"), "Plain wrods to copy")
            page.click("#typing")
            page.keyboard.press("Control+End")
            page.keyboard.type(".")
            page.click("text=Continue")
            room.wait_for("advance")
            told = room.told("typing_task")
            self.assertEqual(told[-1], {"state": "end", "length": 20, "target_length": 20, "errors": 2})
            self.assertEqual(sum(one["state"] == "edit" for one in told), 20)
            self.assertEqual(room.told("draft_edit"), [])

    def test_questionnaire(self):
        with self.browser.context() as context:
            room = self.room()
            second = {"name": "more", "title": "One more", "items": [{"name": "word", "kind": "text", "text": "A word?", "required": False}]}
            room.phase("ratings", "ratings", advance="participant", questionnaires=[examples.QUESTIONS, second])
            page = self.open(context, room)
            page.wait_for_selector(".questionnaire")
            item = lambda name: page.locator(f"[data-item='{name}']")
            self.assertFalse(item("training").is_visible())
            self.assertIn("No answer yet", item("stress").inner_text())
            page.click("attune-questionnaire button.primary")
            self.assertEqual(page.locator(".problem:visible").count(), 4)
            self.assertTrue(page.evaluate("document.activeElement.classList.contains('problems')"))
            page.click(".problems a >> nth=1")
            self.assertTrue(page.evaluate("document.activeElement.type === 'range'"))
            # The value in the middle counts when it is chosen, not before.
            page.keyboard.press("Enter")
            item("human-likeness").locator("input[value='6']").check()
            item("effort").locator("input[value='2']").check()
            item("role").locator("input[value='2']").check()
            item("role").locator(".beside").fill("Trainer")
            self.assertTrue(item("training").is_visible())
            item("helped").locator("input[value='1']").check()
            item("helped").locator("input[value='2']").check()
            item("valence").locator("input[value='9']").check()
            page.click("attune-questionnaire button.primary")
            self.assertEqual(page.locator(".problem:visible").count(), 1)
            item("training").locator("input").fill("Two days")
            page.reload()
            page.wait_for_selector(".questionnaire")
            page.click("attune-questionnaire button.primary")
            page.wait_for_selector("text=A word?")
            final = [one for one in room.wait_for("answers", 2) if one["final"]][0]
            self.assertEqual(final, {"questionnaire": "realism", "final": True, "answers": {
                "human-likeness": 6, "effort": 2, "stress": 50, "role": {"choices": [2], "texts": {"2": "Trainer"}},
                "training": "Two days", "helped": [1, 2], "valence": 9, "arousal": None, "dominance": None, "remarks": None}})
            # The first is done, also after a reload.
            page.reload()
            page.wait_for_selector("text=A word?")
            page.click("attune-questionnaire button.primary")
            self.assertEqual(room.wait_for("advance"), [{"phase": "ratings"}])
            # The same phase once more, which the time tells, asks anew.
            time.sleep(2)
            room.phase("ratings", "ratings", advance="participant", questionnaires=[examples.QUESTIONS])
            page.wait_for_selector("[data-item='human-likeness']")

    def test_what_is_hidden_again_does_not_count(self):
        with self.browser.context() as context:
            room = self.room()
            room.phase("ratings", "ratings", advance="participant", questionnaires=[{"name": "q", "title": "Q", "items": [
                {"name": "a", "kind": "choice", "text": "A?", "options": [{"value": 1, "label": "Yes"}, {"value": 2, "label": "No"}], "multiple": False},
                {"name": "b", "kind": "text", "text": "B?", "when": {"item": "a", "equals": 1}},
                {"name": "c", "kind": "text", "text": "C?", "when": {"all": [{"item": "b", "answered": True}]}}]}])
            page = self.open(context, room)
            item = lambda name: page.locator(f"[data-item='{name}']")
            item("a").locator("input[value='1']").check()
            item("b").locator("input").fill("yes")
            item("c").locator("input").fill("indeed")
            item("a").locator("input[value='2']").check()
            self.assertFalse(item("b").is_visible() or item("c").is_visible())
            page.click("attune-questionnaire button.primary")
            room.wait_for("advance")
            self.assertEqual(room.told("answers")[-1]["answers"], {"a": 2, "b": None, "c": None})

    def test_operator_ends_what_is_not_the_participants(self):
        with self.browser.context() as context:
            room = self.room()
            room.phase("think-aloud", "think-aloud")
            page = self.open(context, room)
            page.wait_for_selector(".kind-think-aloud")
            self.assertEqual(page.locator("main button").count(), 0)

    def test_advance_survives_no_network(self):
        with self.browser.context() as context:
            room = self.room()
            room.phase("briefing", "briefing", advance="participant")
            page = self.open(context, room)
            page.wait_for_selector("text=Continue")
            room.close()
            page.click("text=Continue")
            page.wait_for_selector("text=One moment")
            room.open()
            self.assertEqual(room.wait_for("advance"), [{"phase": "briefing"}])


class Leaving(PageTest):
    def leave(self, page, words):
        page.click(".menu-button")
        page.click(f".menu-choice:has-text('{words}')")
        page.wait_for_selector("dialog[open]")

    def test_stop(self):
        with self.browser.context() as context:
            room, page = self.chatting(context)
            self.leave(page, "What was recorded until now is kept")
            page.keyboard.press("Escape")
            page.wait_for_selector("dialog", state="detached")
            self.leave(page, "What was recorded until now is kept")
            page.click("dialog .danger")
            room.wait_for("stop")
            page.wait_for_selector(".stopping")
            self.assertTrue(page.evaluate("localStorage.length") > 0)
            room.patch({"ended": {"outcome": "completed"}})
            page.wait_for_selector(".ended")
            page.reload()
            page.wait_for_selector(".ended")
            # Whoever sits at this browser next finds nothing of it.
            self.assertEqual(page.evaluate("Object.keys(localStorage)"), [])

    def test_withdraw_one_tier(self):
        with self.browser.context() as context:
            tiers = [tier | {"answer": True} for tier in examples.TIERS]
            room = self.room(chat=examples.CHAT, consent={"tiers": tiers, "needed": False})
            room.phase("chat", "chat")
            page = browser.new_page(context)
            page.goto(room.address)
            page.wait_for_selector("#message")
            self.leave(page, "Body signals")
            page.click("dialog .danger")
            self.assertEqual(room.wait_for("withdraw"), [{"what": "sensors"}])
            self.assertTrue(page.locator("#message").is_visible())

    def test_withdraw_everything_without_network(self):
        with self.browser.context() as context:
            room, page = self.chatting(context)
            room.close()
            self.leave(page, "Withdraw everything")
            page.click("dialog .danger")
            page.wait_for_selector(".withdrawing")
            page.wait_for_selector("text=not reached")
            room.open()
            self.assertEqual(room.wait_for("withdraw"), [{"what": "all"}])
            page.wait_for_selector("text=has been told")
            page.reload()
            page.wait_for_selector(".withdrawing")

    def test_always_there(self):
        with self.browser.context("phone") as context:
            room = self.room(chat=examples.CHAT)
            page = browser.new_page(context)
            page.goto(room.address)
            for kind in ["consent", "fitting", "baseline", "briefing", "chat", "ratings", "think-aloud", "debrief", "other"]:
                room.phase(kind, kind)
                page.wait_for_selector(f".kind-{kind}")
                self.assertTrue(page.locator(".menu-button").is_visible(), kind)
            room.patch({"paused": {"reason": "paused"}})
            page.wait_for_selector(".notice.paused:not([hidden])")
            self.assertTrue(page.locator(".menu-button").is_visible())
            self.assertEqual(browser.accessibility_problems(page), [])


class Access(PageTest):
    def test_keys_alone(self):
        with self.browser.context() as context:
            room, page = self.chatting(context, emotion=None, series=[])
            order = []
            page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
            for _ in range(12):
                page.keyboard.press("Tab")
                order.append(page.evaluate("document.activeElement.className || document.activeElement.id || document.activeElement.localName"))
                if "suggestion" in order[-1]:
                    break
            self.assertEqual(order, ["skip", "menu-button", "log", "message", "primary", "suggestion"])
            page.keyboard.press("Enter")
            self.assertNotEqual(page.input_value("#message"), "")
            self.assertEqual(page.evaluate("document.activeElement.id"), "message")

    def test_nothing_runs_out_of_the_window(self):
        for size, options in [("smallest", {}), ("phone", {}), ("desktop", {}), ("wall", {})]:
            with self.browser.context(size, **options) as context:
                room, page = self.chatting(context)
                for kind, more in [("chat", {}), ("ratings", {"questionnaires": [examples.QUESTIONS]})]:
                    room.phase(kind, kind, advance="participant", **more)
                    page.wait_for_selector(f".kind-{kind}")
                    for zoom in ["100%", "200%"]:
                        page.evaluate("zoom => { document.documentElement.style.fontSize = zoom }", zoom)
                        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                        self.assertLessEqual(wide, 0, f"{size} {kind} {zoom}")
                        if zoom == "200%":
                            browser.picture(page, f"zoom-{size}-{kind}")

    def test_axe_in_all_looks(self):
        for look in [{"color_scheme": "dark"}, {"contrast": "more"}, {"forced_colors": "active"}, {"reduced_motion": "reduce"}]:
            with self.browser.context(**look) as context:
                room, page = self.chatting(context)
                self.assertEqual(browser.accessibility_problems(page), [], look)
                room.phase("ratings", "ratings", questionnaires=[examples.QUESTIONS])
                page.wait_for_selector(".questionnaire")
                self.assertEqual(browser.accessibility_problems(page), [], look)

    def test_missing_text_falls_back(self):
        with self.browser.context() as context:
            room = self.room(language="fi", chat=examples.CHAT)
            page = browser.new_page(context)
            page.route("**/page/texts/fi.json", lambda route: route.fulfill(json={"composer.send": "Lähetä"}))
            room.phase("chat", "chat")
            page.goto(room.address)
            page.wait_for_selector("text=Lähetä")
            self.assertEqual(page.locator("#suggestions-title").inner_text(), "Suggestions")
            self.assertEqual(page.evaluate("document.documentElement.lang"), "fi")
            self.assertTrue(any("composer.label" in one for one in page.complaints), page.complaints)


class Latency(PageTest):
    """From a key to the next paint: at most 50 ms in 99 of 100."""

    def test_typing(self):
        turns = [{"number": number, "author": ["client", "participant"][number % 2], "text": "A line of some length. " * 4,
                  "partial": False} for number in range(1, 101)]
        with self.browser.context() as context:
            room, page = self.chatting(context, turns=turns, series=[examples.point(number, 0.1, 0.2) for number in range(1, 100, 2)])
            page.wait_for_timeout(1000)
            page.evaluate("""() => { window.lags = []; document.querySelector('#message').addEventListener('keydown', event =>
                requestAnimationFrame(() => { const channel = new MessageChannel();
                    channel.port1.onmessage = () => lags.push(performance.now() - event.timeStamp); channel.port2.postMessage(0); })); }""")
            # A machine that does other things too is not the page's fault: the best of three rounds counts.
            for _ in range(3):
                page.evaluate("() => { lags.length = 0; }")
                for index in range(300):
                    page.keyboard.press("abcde fghij"[index % 11])
                    time.sleep(0.02)
                lags = sorted(page.evaluate("lags"))
                p99 = lags[int(len(lags) * 0.99)]
                print(f"\n  page input latency: median {statistics.median(lags):.1f} ms, p99 {p99:.1f} ms, n {len(lags)}")
                if p99 <= 50:
                    break
            self.assertGreater(len(lags), 250)
            self.assertLessEqual(p99, 50)


if __name__ == "__main__":
    unittest.main(verbosity=2)
