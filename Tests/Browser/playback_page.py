"""A playback page on a fake server: what its tests share."""

import contextlib
import time
import unittest

import browser
from fake_playback import FakePlayback, FakeSession

#: Stands in for the annotations: gives a test the workbench that the page hands to its plug-ins.
PROBE = "export function attach(workbench) { globalThis.bench = workbench; }"
#: Stands in for the replayed screen.
SCREEN = """export class ReplayScreen {
    static async load() { return new ReplayScreen(); }
    element = document.createElement("p");
    show(position) { this.element.textContent = position; }
}"""
NOT_YET = ("Failed to load resource",)


class PlaybackTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()
        cls.addClassCleanup(cls.browser.close)

    def server(self, *sessions, **changes):
        fake = FakePlayback(*(sessions or [FakeSession("s1", **changes)]))
        self.addCleanup(fake.close)
        self.fake = fake
        return fake

    @contextlib.contextmanager
    def playing(self, fake, rest="", session="s1", size="desktop", plugin=PROBE, **options):
        """An opened page; what it complained of fails the test."""
        with self.browser.context(size, **options) as context:
            page = browser.new_page(context)
            fake.files |= {"/page/annotations/annotations.js": plugin, "/page/commentary/commentary.js": "export function attach() {}",
                           "/page/replay/replay.js": SCREEN}
            page.goto(fake.of(session, rest))
            self.wait(page, "globalThis.bench")
            yield page
            # A server that refuses is part of some tests; the browser says so in its own words.
            self.assertEqual([one for one in page.complaints if not one.startswith(NOT_YET)], [])

    def wait(self, page, condition, seconds=30):
        """Waits until something holds. The page's security policy lets nobody, tests neither, make code from text in it."""
        deadline = time.monotonic() + seconds
        while not page.evaluate(f"Boolean({condition})"):
            self.assertLess(time.monotonic(), deadline, f"waited in vain for: {condition}")
            page.wait_for_timeout(15)

    def eventually(self, page, value, expected, seconds=5):
        """What follows a dragged playhead does so when it rests: waits until a value is as expected."""
        deadline = time.monotonic() + seconds
        while value() != expected and time.monotonic() < deadline:
            page.wait_for_timeout(15)
        self.assertEqual(value(), expected)

    def position(self, page):
        return page.evaluate("bench.clock.position")

    def view(self, page):
        return page.evaluate("[bench.view.fromS, bench.view.toS]")

    def seek(self, page, seconds):
        page.evaluate("seconds => bench.clock.seek(seconds)", seconds)

    def settled(self, page, frames=2):
        """Waits until what was asked for stands on the screen."""
        page.evaluate("""async (frames) => { for (let n = 0; n < frames; n += 1) await new Promise(requestAnimationFrame); }""", frames)

    def drawn(self, page):
        """Waits until nothing has been on its way from the server for a while, and it is drawn."""
        self.settled(page, 2)
        quiet, asked = 0, -1
        while quiet < 3:
            page.wait_for_timeout(20)
            now = len(self.fake.asked)
            quiet = quiet + 1 if now == asked and self.fake.busy == 0 else 0
            asked = now
        self.settled(page, 2)

    def box(self, page, selector):
        return page.locator(selector).bounding_box()

    def assertSeconds(self, one, other, within=1e-6, message=None):
        self.assertLessEqual(abs(one - other), within, message or f"{one} is not {other}")


def series(page, number):
    """The colour of a series, as `pixels` names colours."""
    return page.evaluate("""(number) => {
        const probe = document.createElement("i");
        probe.style.color = getComputedStyle(document.documentElement).getPropertyValue(`--series-${number}`);
        document.body.append(probe);
        const colour = getComputedStyle(probe).color.match(/\\d+/g).map(Number).join();
        probe.remove();
        return colour;
    }""", number)


def pixels(page, track, first, last):
    """What stands on a track's canvas between two moments: colours with how many pixels have each."""
    return page.evaluate("""([track, first, last]) => {
        const plot = document.querySelector(`[data-track="${track}"] .track-plot`);
        const canvas = plot.querySelector("canvas");
        const ratio = canvas.width / plot.clientWidth;
        const x = (s) => Math.round((s - bench.view.fromS) / (bench.view.toS - bench.view.fromS) * plot.clientWidth * ratio);
        const [left, right] = [Math.max(0, x(first)), Math.min(canvas.width, x(last))];
        const data = canvas.getContext("2d").getImageData(left, 0, Math.max(1, right - left), canvas.height).data;
        const counts = {};
        for (let place = 0; place < data.length; place += 4) {
            if (data[place + 3] < 40) continue;
            const colour = [data[place], data[place + 1], data[place + 2]].join();
            counts[colour] = (counts[colour] ?? 0) + 1;
        }
        return counts;
    }""", [track, first, last])
