"""How quickly the console's playback opens and scrubs one session; started by `attune-bench console`.

    measure.py PROGRAMS DATA SESSION [--browser | --without-browser]

Prints JSON: {"figures": [{"name", "unit", "values", "share", "most"}]}. The console is the real one, without a
daemon; each figure of HTTP is the time until the whole answer is there, by one connection at a time.

In the browser (Tests/Browser/bench_playback.py): from the page's beginning to the first frame with something, and
to the first on which a signal is drawn; for scrubbing the pointer drags the playhead along the axis, and of each
frame all that the page's main thread did is counted, in the thread's own time, by the browser's own trace.
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
OPENINGS, TILES = 5, 200
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


def in_browser():
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Browser"))
    import bench_playback
    import browser

    console = Console(DATA)
    driver = browser.Browser()
    name, _, value = console.cookie.partition("=")

    def opened(context, script=None):
        context.add_cookies([{"name": name, "value": value, "url": console.address}])
        page = browser.new_page(context)
        if script:
            page.add_init_script(script)
        page.goto(f"{console.address}/sessions/{SESSION}")
        return page

    try:
        signals, contentful = [], []
        for _ in range(OPENINGS):
            with driver.context("desktop") as context:
                page = opened(context, bench_playback.WATCH)
                signals.append(first_signal(page))
                contentful.append(page.evaluate(
                    "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"))
        figure("page, first contentful paint", "ms", contentful, 0.5, 500)
        figure("page, first signal drawn", "ms", signals, 0.5, 500)
        with driver.context("desktop") as context:
            page = opened(context)
            page.wait_for_selector(".track-row")
            page.wait_for_load_state("networkidle")
            box = page.locator(".axis-plot").bounding_box()
            # What is passed over is there then, as for somebody who goes back and forth.
            bench_playback.scrub(page, box)
            page.wait_for_load_state("networkidle")
            with bench_playback.Trace(driver, page) as trace:
                bench_playback.scrub(page, box)
        found = trace.figures()
        figure("scrubbing, frames that were dropped", "%", [found["dropped_percent"]], 0.5, 5)
        figure("scrubbing, script and paint of a frame, median", "ms", [found["script_paint_p50"]], 0.5)
        figure("scrubbing, script and paint of a frame, p95", "ms", [found["script_paint_p95"]], 0.5, 8)
        figure("scrubbing, frames", "", [found["frames"]], 0.5)
    finally:
        driver.close()
        console.end()


def first_signal(page):
    """When the first signal was drawn. Asked for again and again, since the page's policy lets nobody wait in it."""
    for _ in range(600):
        found = page.evaluate("globalThis.signalAt ?? null")
        if found is not None:
            return found
        page.wait_for_timeout(100)
    raise SystemExit("no signal was drawn within a minute")


over_http()
if WITH_BROWSER:
    in_browser()
print(json.dumps({"figures": FIGURES}))
