"""Thinking aloud, and coming back: pages that are loaded again in the middle, a link that is opened again, a session
that is stopped from outside. ATTUNE_PROGRAMS names the folder of the built programs."""

import time
import unittest

import browser
from live_room import wait_for
from think_aloud_station import WITNESS, ThinkAloudTest, until


class Returns(ThinkAloudTest):
    def open_link(self, context, link):
        """The participant's view in a browser of their own."""
        page = browser.new_page(context)
        page.add_init_script(WITNESS)
        page.goto(link)
        page.click("form button")
        page.wait_for_selector(".look-back")
        until(page, "Boolean(window.held)")
        return page

    def loaded_again(self, page):
        """Loads a page that records again; waits until it records by itself. Gives how much it had heard."""
        captured = page.evaluate("held.microphone.outbox.storedS + held.microphone.outbox.waitingS")
        page.reload()
        until(page, "Boolean(window.held)")
        until(page, "held.microphone.state === 'on'")
        wait_for("sound from the page that was loaded again", lambda: self.stored(page) > 0.5)
        return captured

    def seen(self, commentary):
        """How much of the sound of each microphone is stored, in s, and the map, while it is held."""
        return self.station.get(f"/api/commentaries/{commentary}")

    def test_loaded_again(self):
        with self.browser.context("desktop", permissions=["microphone"]) as context:
            page, commentary = self.begin(context)
            wait_for("sound", lambda: self.stored(page) > 1)
            page.locator("main h1").click()
            page.keyboard.press("r")
            page.keyboard.type("before the load")
            page.keyboard.press("Enter")
            page.wait_for_selector(".said-list li")
            page.keyboard.press("1")
            page.keyboard.press("n")
            page.wait_for_selector(".cue[aria-current]")
            page.keyboard.press("Space")
            until(page, "held.room.player.playing")
            view = page.evaluate("held.room.view")
            first = self.loaded_again(page)
            # It is in the running session: it plays on, and what was done before is there.
            self.assertNotEqual(page.evaluate("held.room.view"), view)
            self.assertEqual(page.url.rsplit("/", 1)[1], commentary)
            page.wait_for_selector(".said-list li:has-text('before the load')")
            self.assertEqual(page.locator("[aria-label='Who speaks'] [aria-pressed=true]").inner_text(), "Participant")
            self.assertEqual(page.locator(".cues .used").count(), 1)
            until(page, "held.room.state.microphone.view === held.room.view")
            # What was not stored yet when the page went away is no more than some tenths of a second.
            told = self.seen(commentary)
            self.assertEqual(len(told["audio"]), 2)
            self.assertGreaterEqual(told["audio"][0]["seconds"], first)
            page.click(".microphone-row button:has-text('Off')")
            second = self.stored(page)

            with self.browser.context("desktop", permissions=["microphone"]) as theirs:
                third = self.participant(page, theirs)
            page.click("button:has-text('End')")
            page.click("dialog button:has-text('End it')")
            page.wait_for_selector("text=Play the session back with this commentary")
            self.assertEqual([text for text in page.complaints if text.startswith("error:")], [])
            told = self.finished(commentary)
            stored = [one["seconds"] for one in told["audio"]]
            for least, most in zip([first, second, third, 0.5, 0.1], stored, strict=True):
                self.assertGreaterEqual(most, least - 0.01, stored)
            self.assertEqual([note["text"] for note in told["notes"]], ["before the load"])
            self.check_joined(commentary, told)

    def participant(self, page, context):
        """The participant records, loads the page again, and opens the link again."""
        page.click("button:has-text('Link for another computer')")
        link = page.wait_for_selector("input[aria-label='The participant’s link']").input_value()
        own = self.open_link(context, link)
        own.click("button:has-text('Use this computer’s microphone')")
        wait_for("the participant's sound", lambda: self.stored(own) > 1)
        third = self.loaded_again(own)
        # The link was used: another browser is not let in by it, and this one goes on.
        with self.browser.context("desktop") as strange:
            other = browser.new_page(strange)
            other.goto(link)
            other.wait_for_selector("text=This link was used already")
            self.assertEqual(other.evaluate("fetch('/sign-in/state' + location.search).then((answer) => answer.json())"), {"is_in": False})
        own.goto(link)
        own.wait_for_selector(".look-back")
        until(own, "Boolean(window.held) && held.microphone.state === 'on'")
        wait_for("sound after the link was opened again", lambda: self.stored(own) > 0.1)
        own.click("button:has-text('Microphone off')")
        until(own, "held.microphone.state === 'off' && held.microphone.outbox.waitingS === 0")
        self.assertEqual([text for text in own.complaints if text.startswith("error:")], [])
        return third

    def check_joined(self, commentary, told):
        """All microphones are one sound, in which clicks are where they are in each of them."""
        sound = told["sound"]
        self.assertEqual(sound["stream"].count("+"), len(told["audio"]) - 1)
        self.assertGreater(sound["seconds"], sum(one["seconds"] for one in told["audio"]) - 0.05)
        together = self.heard(commentary, {"audio": [sound]})
        apart = [time for one in told["audio"] for time in self.heard(commentary, {"audio": [one]}, stream=one["stream"])]
        self.assertEqual(len(together), len(apart))
        for one, other in zip(together, sorted(apart)):
            self.assertAlmostEqual(one, other, delta=0.005)

    def test_stopped_from_outside(self):
        """All that was said before somebody else stopped the session is in it."""
        with self.browser.context("desktop", permissions=["microphone"]) as context:
            page, commentary = self.begin(context)
            wait_for("sound", lambda: self.stored(page) > 2)
            page.locator("main h1").click()
            page.keyboard.press("Space")
            until(page, "held.room.player.playing")
            asked = time.monotonic_ns() / 1e6
            self.station.stop_session(commentary)
            page.wait_for_selector("text=Play the session back with this commentary")
            self.assertEqual(page.evaluate("[held.microphone.outbox.waitingS, held.microphone.state]"), [0, "off"])
            told = self.finished(commentary)
            self.assertEqual([(move["cause"], move["by"], move["playing"]) for move in told["map"]][-1], ("stop", "console", False))
            last = told["sound"]["pieces"][-1]
            end = self.started_ms(commentary) + 1000 * (last["speech_s"] + last["seconds"] * last["speech_per_file"])
            print(f"\n  the sound reaches {end - asked:+.0f} ms from when the stop was asked for, the session {told['duration_s'] * 1000 + self.started_ms(commentary) - asked:+.0f} ms", flush=True)
            self.assertGreater(end, asked)


if __name__ == "__main__":
    unittest.main()
