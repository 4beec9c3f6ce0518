"""What tests of thinking aloud share: a session that was recorded, a page that holds a think-aloud over it, and
what such a page heard and showed."""

import array
import io
import pathlib
import sqlite3
import tempfile
import unittest
import wave

import browser
import clicks
from console_station import ConsoleStation, programs
from live_room import wait_for

# Looks at the same microphone another way: MediaStreamTrackProcessor tells each piece's capture time, taken in
# the browser's audio process, on the page's own clock. Beside it, what stood on the screen in each frame.
# Neither knows of the worklet, the messages or the station's clock.
WITNESS = """
window.witness = { clicks: [], frames: [] };
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  window.witness.track = stream.getAudioTracks()[0];
  const reader = new MediaStreamTrackProcessor({ track: stream.getAudioTracks()[0].clone(), maxBufferSize: 200 }).readable.getReader();
  (async () => {
    let last = -Infinity;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const behind = performance.now() - value.timestamp / 1000;
      if (!(behind > -20 && behind < 5000)) throw new Error(`a capture time that is not the page's: ${behind} ms`);
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      for (let place = 0; place < samples.length; place += 1) {
        if (Math.abs(samples[place]) < 0.3) continue;
        const at = value.timestamp / 1000 + place * 1000 / value.sampleRate;
        if (at - last > 100) window.witness.clicks.push(at);
        last = at;
      }
      value.close();
    }
  })();
  return stream;
};
for (const name of ["holding", "look-back"]) addEventListener(name, ({ detail }) => {
  window.held = detail;
  const look = (at) => {
    // What the frame shows is settled once everybody has drawn.
    setTimeout(() => window.witness.frames.push([at, detail.screen.position]));
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
"""


def until(page, expression):
    """Waits until something holds in a page, whose policy lets Playwright's own waiting run no text."""
    return wait_for(expression, lambda: page.evaluate(expression), 20, step=0.05)


class ThinkAloudTest(unittest.TestCase):
    """A station with a session to look back on, and a browser whose microphone hears clicks."""

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        clicks.write(folder / "clicks.wav")
        cls.browser = clicks.ClickBrowser(folder / "clicks.wav")
        cls.addClassCleanup(cls.browser.close)
        cls.station = cls.enterClassContext(ConsoleStation(programs()))
        cls.station.start()
        cls.station.serve()
        cls.session = cls.record()
        cls.station.serve_console()

    @classmethod
    def record(cls):
        """A short chat."""
        session = cls.station.session()
        with cls.browser.context("desktop") as context:
            page = browser.new_page(context)
            page.goto(cls.station.link(session))
            page.click("form button")
            page.wait_for_selector(".tier")
            for tier in page.locator(".tier").all():
                tier.locator("input[value='yes']").check()
            page.click("attune-consent button.primary")
            cls.station.wait_for_phase(session, "fitting")
            cls.station.phase(session, "chat")
            page.wait_for_selector(".suggestion", timeout=30_000)
            page.click("#message")
            page.keyboard.type("That sounds hard. Since when?", delay=25)
            page.keyboard.press("Enter")
            page.wait_for_selector(".turn.theirs[data-turn='3']")
            page.locator(".suggestion").first.click()
            page.wait_for_timeout(600)
        cls.station.stop_session(session)
        return session

    def begin(self, context):
        """Starts a think-aloud as a researcher does, and gives its page and id."""
        self.station.sign_in(context)
        page = browser.new_page(context)
        page.add_init_script(WITNESS)
        page.goto(f"{self.station.address}/think-aloud/{self.session}")
        page.wait_for_selector("form")
        self.assertTrue(page.locator(".note.warn").is_hidden())
        page.locator("label:has-text('Traces of the sensors') input").check()
        page.wait_for_selector(".note.warn:visible")
        page.locator("label:has-text('Traces of the sensors') input").uncheck()
        self.look(page, "think-aloud-start")
        page.click("button:has-text('Begin')")
        self.assertIn("Ask the participant first", page.inner_text("[role=alert].wrong"))
        page.locator("label:has-text('agreed to it') input").check()
        page.click("button:has-text('Begin')")
        page.wait_for_selector(".hold")
        until(page, "Boolean(window.held)")
        return page, page.url.rsplit("/", 1)[1]

    def look(self, page, name):
        browser.picture(page, name)
        self.assertEqual(browser.accessibility_problems(page), [], name)

    def stored(self, page):
        return page.evaluate("held.microphone.outbox?.storedS ?? 0")

    def finished(self, commentary):
        """The commentary as the console tells it, once its file is in its final form."""
        wait_for("the commentary's file", lambda: next(
            one for one in self.station.get("/api/sessions")["sessions"] if one["id"] == commentary)["state"] == "finished", 30)
        return self.station.get(f"/api/commentaries/{commentary}")

    def sound(self, commentary, stream=None):
        """The samples of the WAV: of a microphone, or of all."""
        status, _, body = self.station.request("GET", f"/api/commentaries/{commentary}/audio.wav{f'?stream={stream}' if stream else ''}",
                                               headers={"cookie": self.station.cookie("researcher")})
        self.assertEqual(status, 200)
        with wave.open(io.BytesIO(body)) as file:
            return array.array("h", file.readframes(file.getnframes())), file.getframerate()

    def heard(self, commentary, told, stream=None):
        """When each click of the stored sound was, in speech time."""
        samples, rate = self.sound(commentary, stream)
        times, last = [], -rate
        for place, value in enumerate(samples):
            if abs(value) < 10_000:
                continue
            if place - last > rate // 10:
                piece = next(one for one in reversed(told["audio"][0]["pieces"]) if one["file_s"] <= place / rate)
                times.append(piece["speech_s"] + (place / rate - piece["file_s"]) * piece["speech_per_file"])
            last = place
        return times

    def started_ms(self, commentary):
        for path in self.station.data.rglob("*.attune"):
            database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            row = database.execute("SELECT id, started_ns FROM session").fetchone()
            database.close()
            if row[0].lower() == commentary.lower():
                return row[1] / 1e6
        raise AssertionError("there is no file of the commentary")
