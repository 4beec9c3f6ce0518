"""How quickly playback opens and how smoothly it moves: a session of 4 hours with 6 channels at 1 kHz.

    python bench_playback.py [ADDRESS]

ADDRESS: a session's page of a real console, with the cookie in ATTUNE_COOKIE (name=value); without it a fake server
answers, so that the figures are the page's own. Prints for each movement: script and paint of a frame on the main thread
(all of its tasks from one frame to the next), raster beside it, and the frames that were dropped.
"""

import collections
import json
import os
import statistics
import sys

import browser
from fake_playback import FakePlayback, FakeSession

HOURS = 4
SCRUBS = int(os.environ.get("ATTUNE_SCRUBS", "240"))
LOADS = int(os.environ.get("ATTUNE_LOADS", "5"))
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel", "benchmark", "cc"]

#: When the page has drawn its first signal: looked for on each frame from the first line of script on.
WATCH = """
    const look = () => {
        const drawn = [...document.querySelectorAll("[data-track^='signal:signal'] canvas")].filter((canvas) => {
            if (!canvas.width || !canvas.height) return false;
            const { data } = canvas.getContext("2d").getImageData(0, canvas.height >> 1, canvas.width, canvas.height >> 1);
            return data.some((value) => value > 0);
        });
        const shown = [...document.querySelectorAll("[data-track^='signal:']")].filter((row) => row.getBoundingClientRect().top < innerHeight);
        if (document.querySelector(".track-row") && !globalThis.rowsAt) globalThis.rowsAt = performance.now();
        if (drawn.length > 0 && !globalThis.signalAt) globalThis.signalAt = performance.now();
        if (!globalThis.signalAt) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


class Trace:
    """What Chromium did while something moved."""

    def __init__(self, runner, page):
        self.chromium, self.page, self.events = runner.chromium, page, []

    def __enter__(self):
        self.chromium.start_tracing(page=self.page, categories=CATEGORIES)
        return self

    def __exit__(self, *_):
        self.events = json.loads(self.chromium.stop_tracing())["traceEvents"]

    def figures(self):
        begins = [event for event in self.events if event["name"] == "ProxyMain::BeginMainFrame" and event.get("ph") == "X"]
        main = collections.Counter((event["pid"], event["tid"]) for event in begins).most_common(1)[0][0]
        starts = sorted(event["ts"] for event in begins if (event["pid"], event["tid"]) == main)
        # Time of the thread, not of the wall: what other programs take from it meanwhile is none of the page's.
        tasks = sorted((event["ts"], event.get("tdur", event.get("dur", 0))) for event in self.events if event.get("ph") == "X"
                       and (event["pid"], event["tid"]) == main and event["name"] == "ThreadControllerImpl::RunTask")
        rasters = sorted((event["ts"], event.get("tdur", event.get("dur", 0))) for event in self.events
                         if event.get("ph") == "X" and event["name"] == "RasterTask")

        def per_frame(pieces):
            sums, place = [], 0
            for start, end in zip(starts, starts[1:]):
                total = 0
                while place < len(pieces) and pieces[place][0] < end:
                    if pieces[place][0] >= start:
                        total += pieces[place][1]
                    place += 1
                sums.append(total / 1000)
            return sums

        states = collections.Counter()
        for event in self.events:
            if event["name"] == "PipelineReporter" and event.get("ph") == "b":
                report = event.get("args", {}).get("frame_reporter") or {}
                if report.get("state"):
                    states[(report["state"], bool(report.get("affects_smoothness")))] += 1
        dropped = sum(count for (state, affects), count in states.items() if state == "STATE_DROPPED" and affects)
        shown = sum(count for (state, _), count in states.items() if state.startswith("STATE_PRESENTED"))
        main_ms, raster_ms = per_frame(tasks), per_frame(rasters)
        intervals = [(b - a) / 1000 for a, b in zip(starts, starts[1:])]
        return {"frames": len(starts), "script_paint_p50": round(statistics.median(main_ms), 2) if main_ms else None,
                "script_paint_p95": round(percentile(main_ms, 0.95), 2), "raster_p95": round(percentile(raster_ms, 0.95), 2),
                "presented": shown, "dropped": dropped, "dropped_percent": round(100 * dropped / max(1, dropped + shown), 1),
                "interval_p95": round(percentile(intervals, 0.95), 1)}


def scrub(page, box):
    """The playhead dragged along the axis, at about 60 movements a second."""
    y = box["y"] + 6
    page.mouse.move(box["x"] + 20, y)
    page.mouse.down()
    for place in range(SCRUBS):
        page.mouse.move(box["x"] + 20 + (box["width"] - 40) * (place % 120) / 120, y)
        page.wait_for_timeout(8)
    page.mouse.up()


def pan(page, box):
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 80)
    for place in range(160):
        page.mouse.wheel(18 if place < 80 else -18, 0)
        page.wait_for_timeout(8)


def zoom(page, box):
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 6)
    for place in range(160):
        page.mouse.wheel(0, -60 if place < 80 else 60)
        page.wait_for_timeout(8)


def play(page, box):
    page.keyboard.press("l")
    page.wait_for_timeout(3000)
    page.keyboard.press("k")


def main():
    given = sys.argv[1] if len(sys.argv) > 1 else None
    fake = None if given else FakePlayback(FakeSession("s1", HOURS * 3600.0, extra=5))
    address = given or fake.of("s1")
    runner = browser.Browser()
    try:
        firsts = []
        for size in ["desktop"] * (LOADS + 1):
            with runner.context(size) as context:
                cookie = os.environ.get("ATTUNE_COOKIE")
                if cookie:
                    name, _, value = cookie.partition("=")
                    context.add_cookies([{"name": name, "value": value, "url": address}])
                page = browser.new_page(context)
                page.add_init_script(WATCH)
                page.goto(address)
                while not page.evaluate("globalThis.signalAt ?? 0"):
                    page.wait_for_timeout(20)
                paint = page.evaluate("performance.getEntriesByType('paint').find(({ name }) => name === 'first-contentful-paint')?.startTime")
                firsts.append((paint, page.evaluate("rowsAt"), page.evaluate("signalAt")))
        # The first one also warms the server.
        firsts = firsts[1:]
        print(json.dumps({"first_contentful_paint_ms": [round(one[0]) for one in firsts], "rows_ms": [round(one[1]) for one in firsts],
                          "first_signal_ms": [round(one[2]) for one in firsts]}))
        with runner.context("desktop") as context:
            if os.environ.get("ATTUNE_COOKIE"):
                name, _, value = os.environ["ATTUNE_COOKIE"].partition("=")
                context.add_cookies([{"name": name, "value": value, "url": address}])
            page = browser.new_page(context)
            page.goto(address)
            page.wait_for_selector(".track-row")
            page.wait_for_load_state("networkidle")
            box = page.locator(".axis-plot").bounding_box()
            for movement in [scrub, zoom, pan, play, scrub]:
                movement(page, box)
                page.wait_for_load_state("networkidle")
                with Trace(runner, page) as trace:
                    movement(page, box)
                print(json.dumps({movement.__name__: trace.figures()}))
                page.keyboard.press("+")
                page.keyboard.press("+")
                page.wait_for_timeout(300)
    finally:
        runner.close()
        if fake:
            fake.close()


if __name__ == "__main__":
    main()
