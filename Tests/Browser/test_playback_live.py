"""Playback of a session that the real daemon recorded, served by the real console."""

import time
import unittest

import browser
import recorded
from console_station import ConsoleStation, programs
from playback_page import pixels, series

#: Gives the test the workbench, as a plug-in has it.
PROBE = "export function attach(workbench) { globalThis.bench = workbench; }"


class Live(unittest.TestCase):
    def until(self, page, look, seconds=10):
        """Waits for what is drawn in one of the next frames, and for the tiles that it is drawn from."""
        deadline = time.monotonic() + seconds
        while not look():
            self.assertLess(time.monotonic(), deadline, "waited in vain for what is drawn")
            page.wait_for_timeout(20)

    def test_a_recorded_session(self):
        with ConsoleStation(programs()) as station:
            session = recorded.put(station)
            station.start()
            station.serve_console()
            runner = browser.Browser()
            self.addCleanup(runner.close)
            with runner.context("desktop") as context:
                # The probe stands in for the commentaries: everything else is as it is.
                context.route("**/page/commentary/commentary.js", lambda route: route.fulfill(body=PROBE, content_type="text/javascript"))
                page = station.page(context, f"/sessions/{session}")
                page.wait_for_selector(".track-row")
                page.wait_for_load_state("networkidle")
                browser.picture(page, "playback-recorded")
                self.check(page)
                # Codes and screens are others' parts: what they ask for in vain is theirs to say.
                self.assertEqual([one for one in page.complaints if "Failed to load resource" not in one], [])

    def check(self, page):
        manifest = page.evaluate("bench.session")
        self.assertEqual([turn["text"] for turn in manifest["turns"]], [text for _, text in recorded.TURNS])
        self.assertEqual(page.locator(".transcript-text").all_text_contents(), [text for _, text in recorded.TURNS])
        labels = page.locator(".track-name").all_inner_texts()
        for label in ["Phases", "Chat", "Drafts", "Suggestions", "Emotion", "Marks", "Pauses", "Heart rate", "EDA, tonic", "EDA, phasic"]:
            self.assertIn(label, labels)
        # A gap: nothing between the samples beside it, from afar and near.
        signal = next(track for track in manifest["tracks"] if track["kind"] == "signal")
        gap = next(gap for gap in manifest["gaps"] if gap["stream"] == signal["stream"] and gap["from_s"] > 4)
        colour = series(page, 7)
        page.locator(f"[data-track='signal:{signal['id']}']").scroll_into_view_if_needed()
        for around in (2.0, 0.2):
            page.evaluate("view => bench.view.set(...view)", [gap["from_s"] - around, gap["to_s"] + around])
            page.wait_for_load_state("networkidle")
            room = (gap["to_s"] - gap["from_s"]) * 0.1
            track = f"signal:{signal['id']}"
            self.until(page, lambda: colour in pixels(page, track, gap["from_s"] - around * 0.9, gap["from_s"] - room)
                       and colour not in pixels(page, track, gap["from_s"] + room, gap["to_s"] - room))
        # The first draft with its text as it was typed, the second as bars of its length.
        first, second = [turn for turn in manifest["turns"] if turn["author"] == "participant"]
        page.evaluate("s => bench.clock.seek(s)", first["sent_s"] - 0.005)
        self.until(page, lambda: page.locator(".draft-text").all_text_contents() == [first["text"]])
        page.evaluate("s => bench.clock.seek(s)", second["sent_s"] - 0.005)
        self.until(page, lambda: page.locator(".draft-bar").count() > 3)
        # Sampled values are where the daemon put them: the nearest sample is the one that is told.
        page.keyboard.press("Home")
        for kind, key in [("turn", "ArrowDown"), ("gap", "g")]:
            page.keyboard.press("Home")
            page.keyboard.press(key)
            times = [turn["shown_s"] for turn in manifest["turns"]] if kind == "turn" else [gap["from_s"] for gap in manifest["gaps"]]
            self.assertAlmostEqual(page.evaluate("bench.clock.position"), min(time for time in times if time > 0), 6)
        page.keyboard.press("0")
        page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    unittest.main()
