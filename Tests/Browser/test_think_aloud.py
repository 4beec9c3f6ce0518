"""Thinking aloud over a session, with the real programs: two linked views, a microphone that hears clicks, and
the commentary beside its session. ATTUNE_PROGRAMS names the folder of the built programs."""

import json
import time
import unittest

import browser
import heard
from live_room import wait_for
from think_aloud_station import WITNESS, ThinkAloudTest, until

# The goal for "at this moment of the sound the replay stood there", in milliseconds.
GOAL_MS = 20

# How many columns of the commentary's track have something about their middle, where speech is drawn.
INK = """(() => {
  const canvas = document.querySelector("[data-track=commentary] canvas");
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, Math.floor(height * 0.2), width, Math.floor(height * 0.4));
  const columns = new Set();
  for (let place = 3; place < data.length; place += 4) if (data[place] > 0) columns.add((place - 3) / 4 % width);
  return { columns: columns.size };
})()"""


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def monotonic_offset_ms(page):
    """How far CLOCK_MONOTONIC is ahead of a page's performance.now(), by the quickest of some calls."""
    best = None
    for _ in range(12):
        before = time.monotonic_ns() / 1e6
        told = page.evaluate("performance.now()")
        after = time.monotonic_ns() / 1e6
        if best is None or after - before < best[0]:
            best = (after - before, (before + after) / 2 - told)
    return best[1]


class ThinkAloud(ThinkAloudTest):
    @staticmethod
    def position(told, speech):
        """Where the replay was, by the position log alone."""
        entry = next((one for one in reversed(told["map"]) if one["speech_s"] <= speech), told["map"][0])
        return entry["session_s"] + (entry["rate"] * (speech - entry["speech_s"]) if entry["playing"] else 0)

    def test_two_views(self):
        with self.browser.context("desktop", permissions=["microphone"]) as context:
            page, commentary = self.begin(context)
            wait_for("sound", lambda: self.stored(page) > 0.5)
            self.assertEqual(page.evaluate("held.microphone.disobeyed"), [])
            # The participant, in a browser of their own, by a link.
            page.click("button:has-text('Link for another computer')")
            link = page.wait_for_selector("input[aria-label='The participant’s link']").input_value()
            with self.browser.context("desktop") as theirs:
                own = browser.new_page(theirs)
                own.add_init_script(WITNESS)
                own.goto(link)
                if own.locator("form button").count():
                    own.click("form button")
                own.wait_for_selector(".look-back")
                until(own, "Boolean(window.held)")
                self.assertEqual(own.evaluate("fetch('/api/sessions').then(({status}) => status)"), 403)
                self.move(page, own)
                self.look(own, "think-aloud-participant")
                self.look(page, "think-aloud-researcher")
                self.interrupt(page, commentary)
                self.go_on(page)
                offset = monotonic_offset_ms(page)
                truth = page.evaluate("witness")
                page.click("button:has-text('End')")
                page.click("dialog button:has-text('End it')")
                page.wait_for_selector("text=Play the session back with this commentary")
                own.wait_for_selector("text=you can close this page")
                # The console was away for a while: that may be said, but no script may have failed.
                for one in (page, own):
                    self.assertEqual([text for text in one.complaints if text.startswith("error:")], [])
            page.close()
            told = self.finished(commentary)
            self.check_log(told)
            self.check_alignment(commentary, told, truth, offset)
            self.play_back(context, commentary, told)

    def move(self, page, own):
        """Plays, pauses by the participant, seeks, and plays quicker; both views agree."""
        page.locator("main h1").click()
        page.keyboard.press("Space")
        until(page, "held.room.player.playing && held.room.player.position > 1")
        self.agree(page, own)
        own.keyboard.press("Space")
        page.wait_for_selector("text=Paused by the participant")
        self.agree(page, own)
        # A note belongs to its first keystroke.
        page.keyboard.press("r")
        page.keyboard.type("looks away", delay=20)
        page.keyboard.press("Enter")
        page.wait_for_selector(".said-list li")
        page.keyboard.press("1")
        page.locator("main h1").click()
        stood, end = page.evaluate("[held.room.player.position, held.room.player.range[1]]")
        page.keyboard.press("ArrowRight")
        until(page, f"Math.abs(held.room.player.position - {min(stood + 5, end)}) < 1e-6")
        page.select_option(".transport select", "2")
        page.locator("main h1").click()
        page.keyboard.press("ArrowLeft")
        own.click(".talk-button")
        until(page, "held.room.state.rate === 2 && held.room.player.playing")
        page.wait_for_timeout(700)
        self.agree(page, own)
        page.keyboard.press("Space")
        page.wait_for_selector("text=Paused by the researcher")
        page.select_option(".transport select", "1")

    def go_on(self, page):
        """A cue point, and some seconds in one piece."""
        page.locator("main h1").click()
        page.keyboard.press("n")
        page.wait_for_selector(".cue[aria-current]")
        page.locator(".transport input[type=range]").evaluate("(slider) => { slider.value = 0.2; slider.dispatchEvent(new Event('change')); }")
        until(page, "!held.room.player.playing && Math.abs(held.room.player.position - 0.2) < 0.05")
        page.locator("main h1").click()
        page.keyboard.press("Space")
        until(page, "held.room.player.position > 3.4")
        page.keyboard.press("Space")
        page.wait_for_selector("text=Paused by the researcher")

    def agree(self, page, own):
        """Both views show the same position at the same moment."""
        offsets = [monotonic_offset_ms(one) for one in (page, own)]
        now = time.monotonic_ns() / 1e6
        shown = [one.evaluate("(ms) => held.room.player.positionAt(ms)", now - offset)
                 for one, offset in zip((page, own), offsets)]
        rate = page.evaluate("held.room.player.playing ? held.room.player.rate : 0")
        self.assertAlmostEqual(shown[0], shown[1], delta=0.008 * max(rate, 0.1), msg="the views are not at the same place")

    def interrupt(self, page, commentary):
        """The console goes away, the microphone is unplugged, the page is loaded again: nothing is lost silently."""
        port = int(self.station.address.rsplit(":", 1)[1])
        self.station.stop_console()
        before = self.stored(page)
        page.wait_for_selector("text=The console does not answer")
        until(page, "held.microphone.outbox.waitingS > 1.2")
        cookies = dict(self.station._cookies)
        self.station.serve_console(port=port)
        self.station._cookies.update(cookies)
        until(page, "held.microphone.outbox.waitingS < 0.6 && held.room.isConnected")
        self.assertGreater(self.stored(page), before + 1.2)
        # What a busy machine's audio thread skips is told as lost, and nothing else is.
        self.assertLess(page.evaluate("held.microphone.outbox.lostS"), 0.25)
        page.evaluate("witness.track.dispatchEvent(new Event('ended'))")
        page.wait_for_selector("text=The microphone was unplugged")
        page.evaluate("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))")
        until(page, "held.microphone.state === 'on'")

    def check_log(self, told):
        causes = [(move["cause"], move["by"]) for move in told["map"]]
        for wanted in [("play", "researcher"), ("pause", "participant"), ("seek", "researcher"), ("play", "participant"), ("pause", "researcher")]:
            self.assertIn(wanted, causes)
        self.assertEqual([note["text"] for note in told["notes"]], ["looks away"])
        self.assertEqual(told["speech"][0]["speaker"], "participant")
        self.assertIsNotNone(told["delay_ms"])

    def check_alignment(self, commentary, told, truth, offset):
        """Each click: where the stored commentary says the replay stood, and where it stood on the screen."""
        started = self.started_ms(commentary)
        frames = [(at + offset, position) for at, position in truth["frames"]]
        clicked = [at + offset for at in truth["clicks"]]
        sound_errors, errors = [], []
        for speech in self.heard(commentary, told):
            at = min(clicked, key=lambda one: abs(one - started - speech * 1000))
            if abs(at - started - speech * 1000) > 150:
                continue
            sound_errors.append(speech * 1000 + started - at)
            shown = [position for time_ms, position in frames if time_ms <= at]
            following = [position for time_ms, position in frames if time_ms > at]
            if not shown or not following:
                continue
            stored = self.position(told, speech)
            # In a second of speech a replay at 2× passes two: what counts is how far apart they are in speech.
            rate = max(1, abs(following[0] - shown[-1]) / 0.0167)
            errors.append(abs(stored - shown[-1]) * 1000 / rate)
        self.assertGreater(len(errors), 10)
        print(f"\n  {len(errors)} clicks: commentary against the replayed position {quantile(errors, 0.5):.1f} ms median, "
              f"{quantile(errors, 0.95):.1f} ms 95%; sound against its capture {quantile(sound_errors, 0.5):+.1f} ms median, "
              f"{quantile([abs(one) for one in sound_errors], 0.95):.1f} ms 95%", flush=True)
        self.assertLessEqual(quantile([abs(one) for one in sound_errors], 0.95), GOAL_MS)
        self.assertLessEqual(quantile(errors, 0.95), GOAL_MS)

    def play_back(self, context, commentary, told):
        """Beside its session the commentary is seen, and heard where it was said."""
        page = self.listener(context, commentary)
        page.wait_for_selector(".commentary-panel .speech-transcript:visible")
        page.wait_for_selector("[data-track=commentary]")
        until(page, "Boolean(window.listened)")
        # Speech as its level, and the cue points above it.
        self.assertEqual(len(told["cues"]), 1)
        wait_for("the drawn sound", lambda: page.evaluate(INK)["columns"] > 20, 10)
        in_session = self.listen_in_session_time(page, commentary, told)
        in_speech = self.listen(page, told, "In speech time")
        for name, errors in [("session", in_session), ("speech", in_speech)]:
            print(f"  heard in {name} time: {len(errors)} moments, {quantile(errors, 0.5):.1f} ms median, {quantile(errors, 0.95):.1f} ms 95%, "
                  f"{max(errors):.1f} ms at most from the clock", flush=True)
            self.assertLessEqual(quantile(errors, 0.95), GOAL_MS, name)
        self.stand_and_listen(page, told)
        self.write_down(page, told)
        self.look(page, "commentary")
        # The link to the moment keeps the commentary, and the session's own panel leads to it.
        until(page, f"new URLSearchParams(location.search).get('commentary') === '{commentary}' && location.search.includes('t=')")
        page.click("[role=tab]:has-text('Session')")
        link = page.locator(".commentary-links a").first.get_attribute("href")
        self.assertEqual(link, f"/sessions/{self.session}?commentary={commentary}")
        self.assertEqual(page.complaints, [])

    def listener(self, context, commentary):
        """A page of playback that shows its commentary."""
        self.station.sign_in(context)
        page = browser.new_page(context)
        page.add_init_script(heard.LISTENER)
        page.goto(f"{self.station.address}/sessions/{self.session}?commentary={commentary}&t=0")
        return page

    def play_longest(self, page, told, mode):
        """Plays through what was replayed for longest in one piece."""
        page.click(f".commentary-panel button:has-text('{mode}')")
        stretch = max((one for one in zip(told["map"], told["map"][1:]) if one[0]["playing"]),
                      key=lambda pair: pair[1]["speech_s"] - pair[0]["speech_s"])
        page.evaluate("(s) => { heard.blocks.length = heard.frames.length = 0; listened.clock.seek(s); }", stretch[0]["session_s"] + 0.05)
        page.locator("h1").click()
        page.keyboard.press("Space")
        end = stretch[0]["session_s"] + stretch[0]["rate"] * (stretch[1]["speech_s"] - stretch[0]["speech_s"])
        until(page, f"listened.clock.position > {end - 0.3}")
        page.keyboard.press("Space")
        until(page, "listened.player.audio.paused && !listened.clock.playing")

    def pieces_of_the_replay(self, told):
        """The pieces of the sound's file, of five seconds, that are drawn and heard along the session: those from which
        something was said while the replay ran. What was said after it stopped stands nowhere in the session; of a tenth of a
        second at a piece's edge it is not known whether a column of the picture meets it."""
        def place(speech):
            piece = next((one for one in reversed(told["sound"]["pieces"]) if one["speech_s"] <= speech), told["sound"]["pieces"][0])
            return piece["file_s"] + (speech - piece["speech_s"]) / piece["speech_per_file"]

        found = set()
        for begin, end in zip(told["map"], told["map"][1:]):
            if begin["playing"]:
                first, last = max(0, place(begin["speech_s"])), min(place(end["speech_s"]), told["sound"]["seconds"])
                found |= {number for number in range(int(first // 5), int(last // 5) + 1)
                          if min(last, 5 * number + 5) - max(first, 5 * number) > 0.1}
        return found

    def listen_in_session_time(self, page, commentary, told):
        """Plays for some seconds; how far what came out was from the clock, in ms of what was said."""
        # Where the sound is not here yet it is silent: a station that is busy takes its time. The header comes first.
        answers = 1 + len(self.pieces_of_the_replay(told))
        until(page, "performance.getEntriesByType('resource').filter(({ name, initiatorType }) => initiatorType === 'fetch' "
                    f"&& name.includes('audio.wav')).length >= {answers}")
        self.play_longest(page, told, "In session time")
        result = heard.find(page, f"/api/commentaries/{commentary}/audio.wav", told)
        # What the browser calls heard was rendered shortly before.
        self.assertGreater(result["latency"], -5)
        self.assertLess(result["latency"], 250)
        # It begins a moment after the clock; from then on all of it is heard, also where the replay goes over to
        # another pass of the commentary.
        found = [one for one in result["found"] if one["since"] > 100]
        self.assertGreater(len(found), 60)
        self.assertGreater(len({one["pass"] for one in found}), 1)
        lost = [one for one in found if one["likeness"] < 0.4]
        self.assertLess(len(lost), 0.03 * len(found), lost[:8])
        return [abs(one["late"]) for one in found if one["likeness"] >= 0.4]

    def listen(self, page, told, mode):
        """The same in speech time, where the session's clock follows the sound: of each frame."""
        self.play_longest(page, told, mode)
        errors, since = [], None
        for frame in page.evaluate("heard.frames"):
            if not (frame["sounds"] and frame["playing"]):
                since = None
                continue
            since = since or frame["ms"]
            piece = next((one for one in reversed(told["audio"][0]["pieces"]) if one["file_s"] <= frame["file"]), told["audio"][0]["pieces"][0])
            speech = piece["speech_s"] + (frame["file"] - piece["file_s"]) * piece["speech_per_file"]
            # Before the first sound came out there is nothing to be heard.
            if frame["ms"] - since >= 400:
                entry = next((one for one in reversed(told["map"]) if one["speech_s"] <= speech), told["map"][0])
                errors.append(abs(self.position(told, speech) - frame["position"]) * 1000 / entry["rate"])
        self.assertGreater(len(errors), 20, mode)
        return errors

    def stand_and_listen(self, page, told):
        """In speech time, where the replay stood and somebody talked: Space and the button pause the sound and let it go on."""
        stood = max((one for one in zip(told["map"], told["map"][1:]) if not one[0]["playing"]),
                    key=lambda pair: pair[1]["speech_s"] - pair[0]["speech_s"])[0]
        page.evaluate("(s) => listened.player.seekSpeech(s)", stood["speech_s"] + 0.05)
        page.locator("h1").click()
        state = "[listened.player.audio.paused, listened.clock.playing, document.querySelector('.play-button').getAttribute('aria-label')]"
        for act, wanted in [(lambda: page.keyboard.press("Space"), [False, False, "Pause"]), (lambda: page.click(".play-button"), [True, False, "Play"]),
                            (lambda: page.click(".play-button"), [False, False, "Pause"]), (lambda: page.keyboard.press("Space"), [True, False, "Play"])]:
            act()
            until(page, f"JSON.stringify({state}) === {json.dumps(json.dumps(wanted, separators=(',', ':')))}")
            self.assertAlmostEqual(page.evaluate("listened.clock.position"), stood["session_s"], places=2)

    def write_down(self, page, told):
        """What is typed and what a recogniser wrote appears, and leads to its moment."""
        page.fill("textarea[aria-label='What is said now']", "I looked away here.")
        page.press("textarea[aria-label='What is said now']", "Enter")
        page.click(".speech-transcript button.primary")
        page.wait_for_selector("text=typed · 1 pieces")
        text = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<v participant>I was not sure.\n\n00:00:03.000 --> 00:00:04.500\nThen it came to me.\n"
        page.set_input_files("input[aria-label='A transcript from a file']",
                             {"name": "words.vtt", "mimeType": "text/vtt", "buffer": text.encode()})
        page.wait_for_selector("text=webvtt · 2 pieces")
        pieces = self.station.get(f"/api/commentaries/{told['id']}")["transcript"]["segments"]
        self.assertEqual([one["text"] for one in pieces], ["I was not sure.", "Then it came to me."])
        self.assertAlmostEqual(pieces[0]["from_s"], told["audio"][0]["first_s"] + 1, delta=0.3)
        self.assertEqual(page.locator(".speech-segments textarea").nth(1).input_value(), "Then it came to me.")
        page.locator(".speech-segments button").nth(1).click()
        until(page, f"Math.abs(listened.clock.position - {self.position(told, pieces[1]['from_s'])}) < 0.005")


if __name__ == "__main__":
    unittest.main()
