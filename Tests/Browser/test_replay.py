"""A replayed screen equals the live one: real programs, a participant driven by Playwright, and pictures of
both compared pixel by pixel. test_replay.py, with ATTUNE_PROGRAMS naming the folder of the built programs."""

import base64
import time
import unittest

import browser
from console_station import ConsoleStation, programs

# Counts the pixels in which two pictures differ, and says where they lie.
DIFFERENCE = """async ([first, second]) => {
  const pixels = async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    return canvas.getImageData(0, 0, image.width, image.height);
  };
  const [a, b] = [await pixels(first), await pixels(second)];
  if (a.width !== b.width || a.height !== b.height) return { count: -1, most: 255, edges: 0, box: [a.width, a.height, b.width, b.height] };
  let [count, most, edges] = [0, 0, 0];
  // Whether a value stands between what is next to its place in the other picture: an edge that lies a fraction of a
  // pixel elsewhere.
  const isEdge = (value, place, other, channel) => {
    let [least, greatest] = [255, 0];
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        const near = other.data[place + 4 * (dy * other.width + dx) + channel] ?? value;
        [least, greatest] = [Math.min(least, near), Math.max(greatest, near)];
      }
    }
    return least - 8 <= value && value <= greatest + 8;
  };
  const box = [Infinity, Infinity, -1, -1];
  for (let place = 0; place < a.data.length; place += 4) {
    if (a.data[place] === b.data[place] && a.data[place + 1] === b.data[place + 1] && a.data[place + 2] === b.data[place + 2]) continue;
    const [x, y] = [(place / 4) % a.width, Math.floor(place / 4 / a.width)];
    let largest = 0;
    let isSmoothing = true;
    for (const channel of [0, 1, 2]) {
      const [one, two] = [a.data[place + channel], b.data[place + channel]];
      largest = Math.max(largest, Math.abs(one - two));
      isSmoothing &&= isEdge(one, place, b, channel) && isEdge(two, place, a, channel);
    }
    if (largest > 8 && largest <= 48 && isSmoothing) edges += 1; else most = Math.max(most, largest);
    count += 1;
    box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
  }
  return { count, most, edges, box };
}"""

OPEN = """async (session) => {
  const { ReplayScreen } = await import("/page/replay/replay.js");
  const screen = await ReplayScreen.load(`/api/sessions/${session}/replay`);
  const place = document.createElement("div");
  place.id = "place";
  Object.assign(place.style, { position: "fixed", inset: "0", zIndex: 1000, background: "#fff" });
  place.append(screen.element);
  document.body.append(place);
  // The console keeps room for a scroll bar.
  Object.assign(document.documentElement.style, { scrollbarGutter: "auto", overflow: "hidden" });
  await screen.ready;
  window.screenOfTest = screen;
}"""

# The page is slow to take in the server's time: its chat clock goes after by that, each time by another.
SLOW = """(() => {
  const parse = JSON.parse;
  let delay = 450;
  JSON.parse = (text, ...rest) => {
    const value = parse(text, ...rest);
    if (typeof text === "string" && text.includes('"now_ms"')) {
      const end = performance.now() + delay;
      while (performance.now() < end);
      delay = 700 - delay;
    }
    return value;
  };
})()"""

# When the chat's clock last showed another time, and how often it did.
TICKS = """(() => {
  window.ticks = { last: 0, count: 0 };
  addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
    ticks.last = performance.now();
    ticks.count += 1;
  }).observe(document.querySelector(".timer"), { childList: true, characterData: true, subtree: true }));
})()"""

SHOW = """async (position) => {
  screenOfTest.show(position);
  // What observes sizes runs in the next frame.
  for (let count = 0; count < 3; count += 1) await new Promise(requestAnimationFrame);
}"""


class Moment:
    """A picture of the live page, and the session's time at which it was taken."""

    def __init__(self, name, position, picture):
        self.name, self.position, self.picture = name, position, picture


class Replay(unittest.TestCase):
    SIZE = "desktop"
    OPTIONS = {}
    SHOWS_TEXT = True

    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def start(self):
        self.station = self.enterContext(ConsoleStation(programs()))
        self.station.start()
        self.station.serve()
        self.session = self.station.session()
        self.moments = []

    def look(self, page, name):
        """A picture in the middle of a second of the chat's clock, once everything stands still.

        The middle counts from the page's own last tick: each state that it takes in moves its clock. A picture
        in which the next second began is taken again.
        """
        page.wait_for_timeout(120)
        for _ in range(20):
            while True:
                count, since = page.evaluate("[ticks.count, performance.now() - ticks.last]")
                if count > 1 and 250 < since < 500:
                    break
                page.wait_for_timeout(10)
            position = (time.monotonic_ns() - self.started_ns) / 1e9
            picture = page.screenshot(animations="disabled")
            if page.evaluate("performance.now() - ticks.last < 800 ? ticks.count : -1") == count:
                self.moments.append(Moment(name, position, picture))
                return
        self.fail(f"no picture of {name} was done within a second")

    def chat(self, context):
        page = browser.new_page(context)
        page.add_init_script(SLOW)
        page.add_init_script(TICKS)
        page.goto(self.station.link(self.session))
        page.click("form button")
        page.wait_for_selector(".tier")
        for tier in page.locator(".tier").all():
            wants = self.SHOWS_TEXT or tier.get_attribute("data-tier") != "draft-text"
            tier.locator(f"input[value='{'yes' if wants else 'no'}']").check()
        page.click("attune-consent button.primary")
        self.station.wait_for_phase(self.session, "fitting")
        self.station.phase(self.session, "chat")
        page.wait_for_selector(".suggestion", timeout=30_000)
        return page

    def say(self, page, text):
        before = page.locator(".turn").count()
        page.click("#message")
        page.keyboard.type(text, delay=5)
        page.keyboard.press("Enter")
        page.wait_for_selector(f".turn.theirs[data-turn='{before + 2}']")

    def finish(self):
        self.station.stop_session(self.session)
        self.station.serve_console()

    def compare(self, context):
        """Shows all moments forwards, backwards and at random, and compares each with its picture."""
        page = self.station.page(context)
        page.wait_for_selector("main h1, main h2")
        page.evaluate(OPEN, self.session)
        orders = [self.moments, self.moments[::-1], self.moments[::2] + self.moments[1::2]]
        for order, way in zip(orders, ["forwards", "backwards", "in jumps"]):
            for moment in order:
                page.evaluate(SHOW, moment.position)
                picture = page.screenshot(animations="disabled")
                found = page.evaluate(DIFFERENCE, [base64.b64encode(one).decode() for one in [moment.picture, picture]])
                # Two pictures of one document differ in the smoothing of rounded corners, which Chromium draws in
                # tiles: by a few of 255 levels, in some hundred pixels. Where the contrast is high, as with the focus ring
                # on a dark page, a few dozen of these differ by more, and lie between what is next to them.
                equal = found["most"] <= 8 and 0 <= found["count"] < 1000 and found["edges"] < 100
                if not equal:
                    for name, one in [("live", moment.picture), ("replayed", picture)]:
                        browser.PICTURES.mkdir(exist_ok=True)
                        (browser.PICTURES / f"replay-{self.SIZE}-{moment.name}-{name}.png").write_bytes(one)
                with self.subTest(moment=moment.name, way=way):
                    self.assertTrue(equal, f"{moment.name} at {moment.position:.3f} s, {way}: {found}")
        self.assertEqual(page.complaints, [])
        return page

    def run_through(self):
        self.start()
        with self.browser.context(self.SIZE, **self.OPTIONS) as context:
            page = self.chat(context)
            self.started_ns = self.started()
            self.look(page, "suggestions")
            page.click("#message")
            page.keyboard.type("That sounds hrd", delay=8)
            for _ in range(2):
                page.keyboard.press("ArrowLeft")
            page.keyboard.type("a")
            self.look(page, "typing")
            page.keyboard.press("Control+End")
            page.locator(".suggestion").first.click()
            self.look(page, "inserted")
            page.keyboard.press("Enter")
            page.wait_for_selector(".turn.theirs[data-turn='3']")
            self.look(page, "reply")
            for text in ["How do you sleep?", "And what do your friends say about it, if you told them?", "I see. Since when?",
                         "What helped you before?"]:
                self.say(page, text)
            page.hover(".log")
            page.mouse.wheel(0, -400)
            self.look(page, "scrolled")
            # One jump to the end and one away from it, each told once, as of keys on a slow machine.
            page.evaluate("() => { const log = document.querySelector('.log'); log.scrollTop = log.scrollHeight; }")
            self.look(page, "end")
            page.evaluate("document.querySelector('.log').scrollTop -= 300")
            self.look(page, "jumped")
            self.station.attune("session", "message", "Ten minutes left.", "--session", self.session, json_output=False)
            page.wait_for_selector("text=Ten minutes left.")
            self.look(page, "message")
            page.click(".notice.message button")
            page.keyboard.type("half a")
            page.reload()
            page.wait_for_selector("#message")
            self.look(page, "reloaded")
            page.locator(".as-table summary").click()
            self.look(page, "table")
            # What a page has not told when its browser is ended is not known to anybody.
            page.wait_for_timeout(1000)
        self.finish()
        with self.browser.context(self.SIZE, **self.OPTIONS) as context:
            return self.check(self.compare(context))

    def started(self):
        database = self.station.file(self.session)
        started = database.execute("SELECT started_ns FROM session").fetchone()[0]
        database.close()
        return started

    def check(self, page):
        """Another moment is another picture; playing is quick; what was not on the screen is not handed out."""
        found = {}
        for name, shift in [("typing", -0.25), ("inserted", -1.0), ("scrolled", -1.0)]:
            moment = next(one for one in self.moments if one.name == name)
            page.evaluate(SHOW, moment.position + shift)
            picture = page.screenshot(animations="disabled")
            found[name] = page.evaluate(DIFFERENCE, [base64.b64encode(one).decode() for one in [moment.picture, picture]])["count"]
        self.assertGreater(min(found.values()), 100, found)
        times = sorted(page.evaluate("""() => {
          const times = [];
          for (let position = 0; position < screenOfTest.duration; position += 0.02) {
            const before = performance.now();
            screenOfTest.show(position);
            times.push(performance.now() - before);
          }
          return times;
        }"""))
        print(f"\n  {len(times)} frames: {times[len(times) // 2]:.2f} ms median, {times[int(0.99 * len(times))]:.2f} ms 99%")
        self.assertLess(times[int(0.95 * len(times))], 4)
        source = self.station.get(f"/api/sessions/{self.session}/replay")
        self.check_early_view(page, source)
        kinds = {event["kind"] for event in source["events"]}
        self.assertTrue(kinds.isdisjoint({"persona_state", "provenance", "model_call", "safety"}), kinds)
        self.assertEqual({event["which"] for event in source["events"] if event["kind"] == "emotion"}, {"displayed"})

    def check_early_view(self, page, source):
        """A page that loads slowly knows its clock to some hundred ms: its first view may come before the end of
        the page that it replaced."""
        events = source["events"]
        hidden = next((event for event in events if event["kind"] == "pagehide"), None)
        if hidden is None:
            return
        view = next(event for event in events if event["kind"] == "view" and event["page"] != hidden["page"])
        view["t_s"] = hidden["t_s"] - 0.02
        # The second page may have told of its own end, when its browser was closed.
        ends = [event["t_s"] for event in events if event["kind"] == "pagehide" and event["page"] == view["page"]]
        end = ends[0] - 0.001 if ends else source["duration_s"]
        left = page.evaluate("""async ([source, positions]) => {
          const { ReplayTimeline } = await import("/page/replay/timeline.js");
          const timeline = new ReplayTimeline(source);
          return positions.map((position) => timeline.at(position).isLeft);
        }""", [source, [hidden["t_s"] + 0.001, end]])
        self.assertEqual(left, [False, False])

    def test_equals_the_live_screen(self):
        self.run_through()


class PhoneWithoutText(Replay):
    """On a dark phone, by somebody who did not agree that drafts are recorded: bars stand for the text."""

    SIZE = "phone"
    OPTIONS = {"color_scheme": "dark"}
    SHOWS_TEXT = False

    def run_through(self):
        self.start()
        with self.browser.context(self.SIZE, **self.OPTIONS) as context:
            page = self.chat(context)
            self.started_ns = self.started()
            self.look(page, "suggestions")
            page.tap(".instructions-fold summary")
            page.tap("#message")
            page.keyboard.type("Ah, so")
            typed = (time.monotonic_ns() - self.started_ns) / 1e9 + 0.05
            page.wait_for_timeout(150)
            page.tap(".suggestion >> nth=0")
            suggestion = page.locator(".suggestion span:last-child").first.inner_text()
            inserted = (time.monotonic_ns() - self.started_ns) / 1e9 + 0.05
            page.wait_for_timeout(200)
            page.tap("attune-composer button")
            page.wait_for_selector(".turn.theirs[data-turn='3']")
            self.look(page, "reply")
            page.wait_for_timeout(1000)
        self.finish()
        # Playwright's own preference for light would hold for the frame too, which has that of its element.
        with self.browser.context(self.SIZE, color_scheme="null") as context:
            page = self.compare(context)
            field = "document.querySelector('iframe').contentDocument.querySelector('#message').value"
            page.evaluate(SHOW, typed)
            self.assertEqual(page.evaluate(field), "\u2586\u2586\u2586 \u2586\u2586")
            page.evaluate(SHOW, inserted)
            self.assertEqual(page.evaluate(field), f"\u2586\u2586\u2586 \u2586\u2586 {suggestion}")


if __name__ == "__main__":
    unittest.main()
