"""How quickly the console's playback opens and scrubs one session; started by `attune-bench console`.

    measure.py PROGRAMS DATA SESSION [--browser | --without-browser]

Prints JSON: {"figures": [{"name", "unit", "values", "share", "most"}]}. The console is the real one, without a
daemon; each figure of HTTP is the time until the whole answer is there, by one connection at a time.

In the browser: the first paint is the time from the page's beginning to the first frame on which a signal is
drawn; for scrubbing the pointer drags the playhead back and forth, once a frame, and of each frame all that
the page's main thread did is counted, by the browser's own trace.
"""

import http.client
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

PROGRAMS, DATA, SESSION = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
WITH_BROWSER = "--browser" in sys.argv[4:]
OPENINGS, TILES, SCRUBBING = 5, 200, 6.0
FIGURES = []


def figure(name, unit, values, share, most=None):
    FIGURES.append({"name": name, "unit": unit, "values": values, "share": share, "most": most})


class Console:
    """The real console on loopback, signed in by the link that it prints."""

    def __init__(self, data):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="attune-console-bench-"))
        self.process = subprocess.Popen(
            [str(PROGRAMS / "attune-console"), "--listen", "127.0.0.1:0", "--runtime", str(self.folder),
             "--data", data, "--state", str(self.folder / "state")],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            found = re.match(r"Console: (\S+?)/sign-in\?token=([A-Za-z0-9_-]+)$", line.strip())
            if found:
                self.address, token = found.groups()
                break
        else:
            raise SystemExit("the console did not start")
        # Nobody reads on; what it prints later must not block it.
        host = urllib.parse.urlsplit(self.address)
        self.connection = http.client.HTTPConnection(host.hostname, host.port, timeout=120)
        self.cookie = None
        self.connection.request("POST", "/sign-in", urllib.parse.urlencode({"token": token}),
                                {"content-type": "application/x-www-form-urlencoded"})
        answer = self.connection.getresponse()
        answer.read()
        self.cookie = answer.getheader("set-cookie").split(";")[0]

    def get(self, path):
        self.connection.request("GET", path, headers={"cookie": self.cookie} if self.cookie else {})
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    def timed(self, path):
        began = time.perf_counter()
        status, _, body = self.get(path)
        took = (time.perf_counter() - began) * 1e3
        if status != 200:
            raise SystemExit(f"{path}: {status} {body[:200]}")
        return took, body

    def end(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def over_http():
    address = f"/api/sessions/{SESSION}"
    first = []
    for _ in range(OPENINGS):
        console = Console(DATA)
        took, body = console.timed(address)
        first.append(took)
        console.end()
    figure("manifest, first time", "ms", first, 0.5, 200)
    manifest = json.loads(body)
    figure("manifest, its size", "kB", [len(body) / 1e3], 0.5)
    console = Console(DATA)
    try:
        figure("manifest, again", "ms", [console.timed(address)[0] for _ in range(20)], 0.5, 200)
        chance = random.Random(1)
        length = manifest["last_s"]
        signals = [track["id"] for track in manifest["tracks"] if track["kind"] == "signal"]
        whole, parts = [], []
        for track in signals:
            whole.append(console.timed(f"{address}/tiles?track={track}&from_s=0&to_s={length}&pixels=2000")[0])
        for _ in range(TILES):
            width = 2 ** chance.uniform(-3, 11)
            start = chance.uniform(0, max(0, length - width))
            track = chance.choice(signals)
            parts.append(console.timed(
                f"{address}/tiles?track={track}&from_s={start}&to_s={start + width}&pixels=1024")[0])
        figure("tile of the whole session", "ms", whole, 0.5)
        figure("tile of 0.1 s to half an hour, median", "ms", parts, 0.5)
        figure("tile of 0.1 s to half an hour, p99", "ms", parts, 0.99)
        for kind in ["heart-rate", "tonic"]:
            track = next((track["id"] for track in manifest["tracks"] if track["kind"] == kind), None)
            if track:
                ask = f"{address}/tiles?track={track}&from_s=0&to_s={length}&pixels=2000"
                figure(f"{kind} of the whole session, first time", "ms", [console.timed(ask)[0]], 0.5)
                figure(f"{kind} of the whole session, again", "ms", [console.timed(ask)[0] for _ in range(10)], 0.5)
        figure("keys", "ms", [console.timed(f"{address}/keys")[0] for _ in range(10)], 0.5)
        figure("resident memory of the console", "MB", [resident(console.process.pid)], 0.5)
    finally:
        console.end()


def resident(process):
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1e3
    return 0.0


# What the page's main thread does for a frame: script, style, layout, and paint.
WORK = {"FunctionCall", "FireAnimationFrame", "EventDispatch", "EvaluateScript", "RunMicrotasks", "TimerFire",
        "UpdateLayoutTree", "Layout", "PrePaint", "Paint", "Layerize", "Commit", "HitTest", "MinorGC", "MajorGC",
        "IntersectionObserverController::computeIntersections"}
FIRST_SIGNAL = """
    window.firstSignal = null;
    const look = () => {
      for (const canvas of document.querySelectorAll("canvas")) {
        if (canvas.width < 200 || canvas.height < 10) continue;
        const data = canvas.getContext("2d").getImageData(canvas.width / 4, 0, canvas.width / 2, canvas.height).data;
        let painted = 0;
        for (let at = 3; at < data.length; at += 40) if (data[at] > 0) painted += 1;
        if (painted > 20) { window.firstSignal = performance.now(); return; }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""


def in_browser():
    from playwright.sync_api import sync_playwright

    console = Console(DATA)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", headless=True, args=["--no-sandbox"])
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        name, _, value = console.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": console.address}])
        paints, contentful = [], []
        for _ in range(OPENINGS):
            page = context.new_page()
            page.add_init_script(FIRST_SIGNAL)
            page.goto(f"{console.address}/sessions/{SESSION}")
            paints.append(first_signal(page))
            contentful.append(page.evaluate(
                "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"))
            page.close()
        figure("page, first contentful paint", "ms", contentful, 0.5, 500)
        figure("page, first signal drawn", "ms", paints, 0.5, 500)
        scrub(context, console)
        chromium.close()
    console.end()


def first_signal(page):
    """When the first signal was drawn. Asked for again and again, since the page's policy lets nobody wait in it."""
    for _ in range(600):
        found = page.evaluate("window.firstSignal")
        if found is not None:
            return found
        page.wait_for_timeout(100)
    raise SystemExit("no signal was drawn within a minute")


def scrub(context, console):
    page = context.new_page()
    page.goto(f"{console.address}/sessions/{SESSION}")
    page.wait_for_selector("canvas")
    page.wait_for_timeout(4000)
    box = max((canvas.bounding_box() for canvas in page.query_selector_all("canvas") if canvas.is_visible()),
              key=lambda box: box["width"] * box["height"])
    left, right, middle = box["x"] + 20, box["x"] + box["width"] - 20, box["y"] + box["height"] / 2
    session = context.new_cdp_session(page)
    events = []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.send("Tracing.start", {
        "transferMode": "ReportEvents",
        "traceConfig": {"includedCategories": ["devtools.timeline", "disabled-by-default-devtools.timeline", "v8"]}})
    page.evaluate("""
        window.frames_ = [];
        const frame = (at) => { window.frames_.push(at); requestAnimationFrame(frame); };
        requestAnimationFrame(frame);""")
    page.mouse.move(left, middle)
    page.mouse.down()
    began = time.perf_counter()
    step = 0
    while time.perf_counter() - began < SCRUBBING:
        share = abs((step % 240) / 120 - 1)
        page.mouse.move(left + (right - left) * share, middle)
        step += 1
        time.sleep(max(0, began + step / 60 - time.perf_counter()))
    page.mouse.up()
    frames = page.evaluate("window.frames_")
    done = []
    session.on("Tracing.tracingComplete", lambda _: done.append(True))
    session.send("Tracing.end")
    while not done:
        page.wait_for_timeout(50)
    report(frames, events)
    page.close()


def report(frames, events):
    steps = [after - before for before, after in zip(frames, frames[1:])]
    expected = sum(max(1, round(step * 60 / 1000)) for step in steps)
    figure("scrubbing, frames that did not come", "%", [100 * (expected - len(steps)) / max(1, expected)], 0.5, 5)
    # The main thread is the one on which the page's frames are fired; nested work counts once.
    threads = {}
    for event in events:
        if event.get("name") == "FireAnimationFrame":
            threads[(event["pid"], event["tid"])] = threads.get((event["pid"], event["tid"]), 0) + 1
    if not threads:
        raise SystemExit("the browser's trace has no frames")
    main = max(threads, key=threads.get)
    work = sorted((event["ts"], event["ts"] + event.get("dur", 0)) for event in events
                  if event.get("ph") == "X" and event["name"] in WORK and (event["pid"], event["tid"]) == main)
    starts = sorted(event["ts"] for event in events
                    if event.get("name") == "FireAnimationFrame" and (event["pid"], event["tid"]) == main)
    costs, end, place = [0.0] * len(starts), 0, -1
    for begin, finish in work:
        begin = max(begin, end)
        if finish <= begin:
            continue
        end = finish
        while place + 1 < len(starts) and starts[place + 1] <= begin:
            place += 1
        if place >= 0:
            costs[place] += (finish - begin) / 1e3
    figure("scrubbing, script and paint of a frame, median", "ms", costs, 0.5)
    figure("scrubbing, script and paint of a frame, p95", "ms", costs, 0.95, 8)
    figure("scrubbing, frames", "", [len(steps)], 0.5)


over_http()
if WITH_BROWSER:
    in_browser()
print(json.dumps({"figures": FIGURES}))
