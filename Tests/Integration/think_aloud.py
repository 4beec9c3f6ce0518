"""Holds a think-aloud with the real daemon and the real console: this program is the browser.

    think_aloud.py PROGRAMS [all|killed|consent]

consent: sound is stored only with consent to it; cue points by the protocol; from the command line.

A click track with known times goes as PCM over HTTP, from a page whose clock is off and drifts, whose sound
card is another clock, whose capture times jitter, and whose connections break. Then the stored sound is
compared sample by sample (read by python-soundfile, not by us), and each click's place in the replay with
where the replay really stood. Prints one line a check; exits with 1 at the first that fails.
"""

import http.client
import io
import json
import math
import pathlib
import random
import re
import sqlite3
import struct
import sys
import threading
import time
import urllib.parse

import numpy
import soundfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from station import Failure, Station, wait_for  # noqa: E402

RATE = 48_000


def check(what, condition, detail=""):
    print("ok" if condition else "FAILED", what, detail if condition in (True, False) else "", flush=True)
    if not condition:
        raise Failure(f"{what}: {detail}")


class Console:
    """The console's process, and a researcher who is signed in."""

    def __init__(self, station, port=0):
        self.station, self.log = station, station.folder / "console.log"
        self.port = port
        self.start()

    def start(self):
        before = self.log.stat().st_size if self.log.exists() else 0
        self.process = self.station.spawn(
            "attune-console", "--listen", f"127.0.0.1:{self.port}", "--runtime", self.station.runtime, "--data",
            self.station.data, "--state", self.station.folder / "console", log=self.log)

        def printed():
            if self.process.poll() is not None:
                raise Failure(f"the console ended: {self.log.read_text()}")
            return re.search(r"^Console: http://([^:]+):(\d+)/sign-in\?token=(\S+)$",
                             self.log.read_text()[before:], re.M)

        host, port, token = wait_for("the console", printed).groups()
        self.host, self.port = host, int(port)
        self.cookie = self.use_link(token)
        self.csrf = self.get("/api/me")["csrf"]

    def use_link(self, token):
        """Lets somebody in by a link, through the button of its page; gives the cookie."""
        _, _, page = self.raw("GET", f"/sign-in?token={token}")
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page.decode()))
        status, headers, page = self.raw("POST", "/sign-in", urllib.parse.urlencode({"token": token, **fields}),
                                         {"content-type": "application/x-www-form-urlencoded"})
        if status != 303:
            raise Failure(f"signing in gave {status}: {page[:300]}")
        return headers["set-cookie"].split(";")[0]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.station.processes.remove(self.process)

    def raw(self, method, path, body=None, headers=None, breaks=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            if breaks == "unanswered":
                # The request is whole, and its answer is never seen.
                return None
            answer = connection.getresponse()
            return answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def call(self, method, path, body=None, kind="application/json", **options):
        headers = {"cookie": self.cookie, "x-attune-csrf": getattr(self, "csrf", ""), "content-type": kind}
        if isinstance(body, dict):
            body = json.dumps(body)
        return self.raw(method, path, body, headers, **options)

    def get(self, path):
        status, _, body = self.call("GET", path)
        if status != 200:
            raise Failure(f"{path}: {status} {body[:300]}")
        return json.loads(body)

    def post(self, path, body=None, wanted=(200, 201)):
        status, _, answer = self.call("POST", path, body or {})
        if status not in wanted:
            raise Failure(f"{path}: {status} {answer[:300]}")
        return json.loads(answer)


class Events:
    """Follows the stream of a think-aloud, and connects again when it ends."""

    def __init__(self, console, commentary):
        self.console, self.path = console, f"/api/think-aloud/{commentary}/stream"
        self.states, self.over = [], False
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while not self.over:
            try:
                connection = http.client.HTTPConnection(self.console.host, self.console.port, timeout=20)
                connection.request("GET", self.path, headers={"cookie": self.console.cookie})
                answer = connection.getresponse()
                if answer.status != 200:
                    time.sleep(0.1)
                    continue
                while line := answer.readline():
                    if line.startswith(b"data: "):
                        self.states.append((time.monotonic_ns(), json.loads(line[6:])))
            except OSError:
                time.sleep(0.05)

    @property
    def last(self):
        return self.states[-1][1] if self.states else None


class Page:
    """A page with a clock of its own, and a microphone with another one."""

    def __init__(self, console, commentary, name, seed=1, drift_ppm=80, audio_ppm=-120):
        self.console, self.base, self.name = console, f"/api/think-aloud/{commentary}", name
        self.random = random.Random(seed)
        # Of its own, since how many numbers noise takes depends on the time that passes: a connection breaks in each run.
        self.chance = random.Random(seed)
        # performance.now() begins at the load of the page, and runs at its own rate.
        self.began, self.drift = time.monotonic_ns(), 1 + drift_ppm * 1e-6
        self.trips, self.samples, self.clicks = [], bytearray(), []
        self.acknowledged, self.broken = 0, 0
        self.audio_rate = RATE * (1 + audio_ppm * 1e-6)
        self.began_audio = None

    def now_ms(self, at_ns=None):
        return ((at_ns or time.monotonic_ns()) - self.began) * self.drift / 1e6

    # The clock

    def ask(self):
        sent = self.now_ms()
        try:
            answer = self.console.post(f"{self.base}/clock", {"view": self.name, "client_ms": sent,
                                                              "trips": self.trips})
        except OSError:
            return
        received = self.now_ms()
        self.trips = [{"client_sent_ms": sent, "client_received_ms": received, **answer}]

    def settle(self):
        for _ in range(8):
            self.ask()
            time.sleep(0.03)
        self.ask()

    def command(self, action, **more):
        return self.console.post(f"{self.base}/command", {"view": self.name, "by": "researcher", "action": action,
                                                          **more})

    # The microphone

    def capture(self):
        """Adds what the microphone heard until now: noise, with a click every half second."""
        now = time.monotonic_ns()
        if self.began_audio is None:
            self.began_audio = now
        due = int((now - self.began_audio) * 1e-9 * self.audio_rate)
        have = len(self.samples) // 2
        for index in range(have, due):
            # Clicks are at the sample's place in true time.
            value = self.random.randrange(-40, 41)
            place = index % (RATE // 2)
            if place < 24:
                if place == 0:
                    self.clicks.append(self.began_audio + int(index / self.audio_rate * 1e9))
                value = 20_000 if place % 2 == 0 else -20_000
            self.samples += struct.pack("<h", value)

    def captured_ms(self, index):
        """What the page believes of a sample: late by a few milliseconds, as a browser's blocks are."""
        true = self.began_audio + int(index / self.audio_rate * 1e9)
        return self.now_ms(true) + self.random.uniform(0, 8)

    def send(self, seconds=0.25, breaks=0.0):
        """Sends what is due, from what was acknowledged on; some connections break."""
        first = self.acknowledged
        body = bytes(self.samples[2 * first:2 * (first + int(seconds * RATE))])
        if not body:
            return
        path = (f"{self.base}/audio?view={self.name}&first={first}&rate={RATE}"
                f"&captured_ms={self.captured_ms(first)}")
        how = None
        if breaks > 0 and self.chance.random() < breaks:
            self.broken += 1
            how = "unanswered"
        try:
            answer = self.console.call("POST", path, body, kind="application/octet-stream", breaks=how)
        except OSError:
            return
        if answer is None:
            time.sleep(0.02)
            return
        status, _, text = answer
        if status != 200:
            if status in (500, 503):
                return
            raise Failure(f"audio: {status} {text[:300]}")
        self.acknowledged = json.loads(text)["acknowledged"]

    def speak(self, seconds, breaks=0.0):
        """Records for some time, in blocks of a quarter of a second."""
        end = time.monotonic() + seconds
        asked = 0
        while time.monotonic() < end:
            time.sleep(0.1)
            self.capture()
            while len(self.samples) // 2 - self.acknowledged >= RATE // 4 and time.monotonic() < end:
                self.send(breaks=breaks)
            if time.monotonic() - asked > 1:
                self.ask()
                asked = time.monotonic()

    def finish(self):
        self.capture()
        end = time.monotonic() + 20
        while self.acknowledged < len(self.samples) // 2:
            if time.monotonic() > end:
                raise Failure("the last samples are not acknowledged")
            self.send()


class Expected:
    """Where the replay really was, from the states that the console told."""

    def __init__(self):
        self.moves = []

    def take(self, state):
        self.moves.append((state["at_ns"], state["position_s"], state["rate"], state["playing"]))

    def position(self, at_ns):
        found = None
        for at, position, rate, playing in self.moves:
            if at <= at_ns:
                found = position + (rate * (at_ns - at) / 1e9 if playing else 0)
        return found


# What is stored

def open_session(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def sound(database, name="microphone"):
    """The samples of a stream by python-soundfile, and each one's time."""
    [(stream,)] = database.execute("SELECT id FROM streams WHERE name = ?", (name,))
    parts = []
    for count, data in database.execute(
            "SELECT sample_count, data FROM chunks WHERE stream_id = ? ORDER BY first_index", (stream,)):
        if bytes(data[:4]) != b"fLaC":
            raise Failure("a chunk of sound is no FLAC file")
        part, rate = soundfile.read(io.BytesIO(data), dtype="int16")
        if rate != RATE or len(part) != count:
            raise Failure(f"a chunk has {len(part)} samples at {rate} instead of {count}")
        parts.append(part)
    samples = numpy.concatenate(parts)
    times = numpy.zeros(len(samples))
    bounds = []
    for first, origin, period, bound in database.execute(
            "SELECT first_index, origin_ns, period_ns, bound_ns FROM clock_segments WHERE stream_id = ?"
            " ORDER BY first_index", (stream,)):
        times[first:] = origin + numpy.arange(len(samples) - first) * period
        bounds.append(bound)
    return samples, times, max(bounds)


def clicks(samples):
    """The first sample of each click."""
    loud = numpy.flatnonzero(numpy.abs(samples.astype(int)) > 10_000)
    return [index for place, index in enumerate(loud) if place == 0 or index - loud[place - 1] > 1000]


def stored_position(database, started_ns, at_ns):
    """Where the position log says that the replay was."""
    found = None
    for time_ns, payload in database.execute(
            "SELECT t_ns, payload FROM events WHERE kind = 'position' ORDER BY t_ns, id"):
        log = json.loads(payload)
        if time_ns <= at_ns:
            moved = log["rate"] * (at_ns - time_ns) if log["playing"] else 0
            found = (log["session_ns"] - started_ns + moved) / 1e9
    return found


# The parts of the test

def task(station, study="pilot", participant="P01", protocol=None, seconds=2.5):
    """A short session to look back on."""
    arguments = ["--protocol", protocol] if protocol else []
    session = station.attune("session", "start", study, participant, "--no-devices", *arguments)["id"]
    time.sleep(1.0)
    station.attune("session", "mark", "surprise")
    time.sleep(seconds - 1.0)
    station.attune("session", "stop")
    return session


def hold(station, mode):
    parent = task(station, seconds=4.5 if mode == "killed" else 2.5)
    console = Console(station)
    begun = console.post("/api/think-aloud", {"session": parent})
    commentary = begun["commentary"]
    events = Events(console, commentary)
    wait_for("the first state", lambda: events.last)
    page = Page(console, commentary, "researcher-1")
    page.settle()
    expected = Expected()

    def move(action, **more):
        expected.take(page.command(action, **more))

    first = events.last
    expected.take(first)
    check("the replay stands at the beginning", first["position_s"] == 0 and not first["playing"], first)
    check("how long ago the task was", 0 <= first["delay_ms"] < 60_000, first["delay_ms"])
    console.post(f"/api/think-aloud/{commentary}/microphone",
                 {"view": page.name, "rate": RATE, "settings": {"echoCancellation": False}})
    page.speak(1.0)
    move("play")
    page.speak(0.8, breaks=0.3)
    seen = expected.position(time.monotonic_ns()) - 0.012
    move("pause", position_s=seen)
    check("a pause stays where it was seen", abs(expected.moves[-1][1] - seen) < 1e-9, expected.moves[-1])
    page.speak(0.6)
    move("seek", position_s=0.25)
    move("rate", rate=0.5)
    move("play")
    if mode == "killed":
        page.speak(0.5)
        console.kill()
        page.speak(0.7)
        console.start()
        console.get("/api/me")
        page.speak(0.6)
        station.kill()
        page.speak(0.6)
        station.start()
        page.speak(1.0)
    else:
        page.speak(1.0, breaks=0.4)
    move("rate", rate=2.0)
    page.speak(0.5)
    move("seek", position_s=1.0)
    page.speak(0.5)
    told = wait_for("a view that is told", lambda: events.last if events.last["position_s"] == 1.0 else None)
    check("all views are told", told["rate"] == 2.0 and told["playing"], told)
    # It plays to the session's end, and stands.
    page.speak(2.1 if mode == "killed" else 1.2)
    end = wait_for("the end of the replay", lambda: events.last if not events.last["playing"] else None)
    expected.take(end)
    check("the replay stands at the session's end", abs(end["position_s"] - end["range"][1]) < 1e-6, end)
    check("the sound is told", end["microphone"]["samples"] > 4 * RATE, end["microphone"])
    # Items that come twice are stored once.
    items = [{"n": 1, "kind": "view_position", "client_ms": page.now_ms(), "position_s": 1.5, "rate": 2,
              "playing": False},
             {"n": 2, "kind": "speech", "client_ms": page.now_ms(), "speaker": "participant", "prompted": True}]
    for _ in range(2):
        answer = console.post(f"/api/think-aloud/{commentary}/report", {"view": page.name, "items": items})
    check("reports are acknowledged", answer["acknowledged"] == 2, answer)
    status, _, body = console.call("POST", f"/api/think-aloud/{commentary}/report",
                                   {"view": page.name, "items": [{**items[0], "n": 9}]})
    check("a number that is skipped is refused", status == 409 and json.loads(body)["expected"] == 3, body)
    page.finish()
    stopped = console.post(f"/api/think-aloud/{commentary}/stop")
    check("the think-aloud is over", stopped["session"]["outcome"] == "completed", stopped)
    wait_for("the views are told of the end", lambda: events.last["ended"])
    events.over = True
    file = finished_file(station, commentary)
    with open_session(file) as database:
        actors = dict(database.execute("SELECT action, actor FROM audit WHERE actor <> 'attuned'"))
    name = console.get("/api/me")["name"]
    check("the trail has who began and stopped it",
          {actors.get(action, "").split(" (uid ")[0] for action in ("session start", "session stop")} == {name},
          actors)
    look(station, console, commentary, parent, file, page, expected, broke=mode != "killed")


def finished_file(station, commentary):
    def found():
        for path in station.data.glob("*/*/*-commentary.attune"):
            with open_session(path) as database:
                [(own, state)] = database.execute("SELECT id, state FROM session")
            if own == commentary and state == "finished":
                return path
    return wait_for("the finished commentary", found)


def look(station, console, commentary, parent, file, page, expected, broke):
    database = open_session(file)
    [(kind, own_parent, started)] = database.execute("SELECT kind, parent, started_ns FROM session")
    check("it looks back on its parent", kind == "commentary" and own_parent == parent)
    [recall] = [json.loads(p) for (p,) in database.execute("SELECT payload FROM events WHERE kind = 'recall'")]
    check("the delay since the task is an event", recall["parent"] == parent and recall["delay_ms"] >= 0, recall)
    samples, times, bound = sound(database)
    sent = numpy.frombuffer(bytes(page.samples), dtype="<i2")
    check("the stored sound is what was sent", len(samples) == len(sent) and (samples == sent).all(),
          f"{len(samples)} of {len(sent)} samples")
    if broke:
        check("connections broke", page.broken > 0, page.broken)
    [(parent_file,)] = [(p,) for p in station.data.glob("*/*/*-chat.attune")]
    with open_session(parent_file) as task_database:
        [(parent_started,)] = task_database.execute("SELECT started_ns FROM session")
    found = clicks(samples)
    check("all clicks are heard", len(found) == len(page.clicks), f"{len(found)} of {len(page.clicks)}")
    late = [abs(times[index] - true) / 1e6 for index, true in zip(found, page.clicks)]
    check("clicks are in time", max(late) < 20, f"worst {max(late):.2f} ms, bound {bound / 1e6:.2f} ms")
    off = []
    for index, true in zip(found, page.clicks):
        really = expected.position(true)
        if really is None:
            continue
        # Around a move of the replay there are two positions within the error: the nearest counts.
        near = [stored_position(database, parent_started, times[index] + shift) for shift in (-1.5e7, 0, 1.5e7)]
        off.append(min(abs(p - really) for p in near if p is not None) * 1000)
    check("each click's place in the replay is right", max(off) < 20, f"worst {max(off):.2f} ms of {len(off)}")
    [(position,)] = database.execute("SELECT count(*) FROM events WHERE kind = 'view_position'")
    [(speech,)] = database.execute("SELECT count(*) FROM events WHERE kind = 'speech'")
    check("reports that came twice are stored once", (position, speech) == (1, 1), (position, speech))
    told = console.get(f"/api/commentaries/{commentary}")
    compare_told(told, database, started, parent_started, expected, page, found, times)
    compare_wave(console, commentary, told, sent)


def compare_told(told, database, started, parent_started, expected, page, found, times):
    """The console's own account of the commentary: the map, and the sound's place in it."""
    check("the map has all moves, and the stop", len(told["map"]) == len(expected.moves) + 1,
          (len(told["map"]), len(expected.moves)))
    [audio] = told["audio"]

    def session_s(speech_s):
        place = None
        for row in told["map"]:
            if row["speech_s"] <= speech_s:
                moved = row["rate"] * (speech_s - row["speech_s"]) if row["playing"] else 0
                place = row["session_s"] + moved
        return place

    def speech_s(file_s):
        piece = [p for p in audio["pieces"] if p["file_s"] <= file_s + 1e-9][-1]
        return piece["speech_s"] + (file_s - piece["file_s"]) * piece["speech_per_file"]

    worst = 0
    for index, true in zip(found, page.clicks):
        place = speech_s(index / RATE)
        worst = max(worst, abs(place - (true - started) / 1e9) * 1000)
    check("the sound's file maps to the commentary's time", worst < 20, f"worst {worst:.2f} ms")
    at = told["map"][2]["speech_s"] + 0.3
    check("the map maps", session_s(at) is not None)


def compare_wave(console, commentary, told, sent):
    """The sound over HTTP, whole and in ranges."""
    status, headers, whole = console.call("GET", f"/api/commentaries/{commentary}/audio.wav")
    check("the sound is served", status == 200 and headers["content-type"] == "audio/wav", (status, headers))
    samples, rate = soundfile.read(io.BytesIO(whole), dtype="int16")
    check("the WAV file has the samples", rate == RATE and len(samples) == len(sent) and (samples == sent).all())
    for first, last in [(0, 43), (44, 1000), (len(whole) // 2, len(whole) // 2 + 99_999), (len(whole) - 7, "")]:
        connection = http.client.HTTPConnection(console.host, console.port, timeout=20)
        connection.request("GET", f"/api/commentaries/{commentary}/audio.wav",
                           headers={"cookie": console.cookie, "range": f"bytes={first}-{last}"})
        answer = connection.getresponse()
        part = answer.read()
        wanted = whole[first:last + 1 if last != "" else None]
        if answer.status != 206 or part != wanted:
            raise Failure(f"range {first}-{last}: {answer.status}, {len(part)} of {len(wanted)} bytes")
        connection.close()
    print("ok ranges of it are served")


def without_consent(station):
    """A study that asks for consent: nothing of the sound is kept before it is given."""
    parent = task(station, study="study", protocol="peer-support")
    console = Console(station)
    cues = console.get(f"/api/sessions/{parent}/cues")
    check("cue points follow from the protocol", [cue["kind"] for cue in cues["cues"]] == ["mark"], cues)
    check("the chat alone is shown", cues["shows"] == ["chat"], cues["shows"])
    started = station.attune("session", "start", "study", "P01", "--no-devices", "--kind", "commentary",
                             "--parent", parent[:8])
    commentary = started["id"]
    check("it begins from the command line", started["parent"] == parent and started["phases"] == [
        "think-aloud", "debrief"], started)
    done = station.attune("session", "start", "study", "P02", "--kind", "commentary", "--parent", parent, check=False)
    check("nobody looks back on another's session", done.returncode != 0 and "P01" in done.stderr, done.stderr)
    events = Events(console, commentary)
    wait_for("the first state", lambda: events.last)
    page = Page(console, commentary, "participant-1")
    page.settle()
    page.command("cue", cue=cues["cues"][0]["id"])
    page.command("prompt", text="What went through your mind?")
    page.speak(1.2)
    state = wait_for("a microphone that is withheld", lambda: events.last if (
        events.last["microphone"] or {}).get("state") == "withheld" else None)
    check("the researcher is told that nothing is kept", not state["may_record"], state)
    page.finish()
    before = page.acknowledged
    station.attune("consent", "set", "P01", "audio", "yes", "--study", "study")
    wait_for("consent", lambda: events.last["may_record"])
    time.sleep(0.3)
    page.speak(1.0)
    page.finish()
    link_leads_to_one(station, console, commentary, parent)
    console.post(f"/api/think-aloud/{commentary}/stop")
    events.over = True
    file = finished_file(station, commentary)
    database = open_session(file)
    samples, _, _ = sound(database)
    sent = numpy.frombuffer(bytes(page.samples), dtype="<i2")
    check("only what was said with consent is kept",
          len(samples) <= len(sent) - before + RATE // 2 and (samples == sent[-len(samples):]).all(),
          (len(samples), len(sent), before))
    [cue] = [json.loads(p) for (p,) in database.execute("SELECT payload FROM events WHERE kind = 'cue'")]
    check("the cue is logged with its origin", cue["origin"] == "marks: all" and cue["by"] == "researcher"
          and cue["delay_ms"] >= 0, cue)
    names = [p for (p,) in database.execute("SELECT name FROM phases")]
    check("no phase was entered by itself", names == [], names)
    words(station, console, commentary, file)


def link_leads_to_one(station, console, commentary, parent):
    """A participant who comes by a link sees their own think-aloud, and nothing else."""
    url = console.post(f"/api/think-aloud/{commentary}/invite")["url"]
    [study] = station.data.glob("*/study.db")
    with open_session(study) as database:
        rows = database.execute("SELECT actor, detail FROM audit WHERE action = 'access link'").fetchall()
    check("the study's trail has who let the participant in, and not with what",
          [json.loads(detail) for _, detail in rows] == [{"session": commentary}]
          and rows[0][0].startswith(console.get("/api/me")["name"]), rows)
    cookie = console.use_link(url.split("token=")[1])

    def seen(method, path, body=None, csrf=""):
        return console.raw(method, path, body, {"cookie": cookie, "content-type": "application/json",
                                                "x-attune-csrf": csrf})

    csrf = json.loads(seen("GET", "/api/me")[2])["csrf"]
    clock = json.dumps({"view": "p", "client_ms": 1})
    allowed = seen("POST", f"/api/think-aloud/{commentary}/clock", clock, csrf)[0]
    others = [seen("GET", f"/api/sessions/{parent}/cues")[0], seen("GET", f"/api/commentaries/{commentary}")[0],
              seen("POST", f"/api/think-aloud/{parent}/clock", clock, csrf)[0],
              seen("POST", f"/api/think-aloud/{commentary}/stop", "{}", csrf)[0],
              seen("POST", f"/api/think-aloud/{commentary}/command",
                   json.dumps({"view": "p", "action": "show", "shows": {"signals": True}}), csrf)[0]]
    check("and sees their own think-aloud alone", allowed == 200 and all(s in (403, 404) for s in others),
          (allowed, others))


def words(station, console, commentary, file):
    """Transcripts from the command line and over HTTP, and the WAV export."""
    vtt = station.folder / "words.vtt"
    vtt.write_bytes(b"\xef\xbb\xbfWEBVTT\r\n\r\n00:00.100 --> 00:00.500\r\n<v P01>I did not know</v>\r\n")
    row = station.attune("transcript", "add", file, vtt)
    check("a transcript is added", row["id"] == 1, row)
    shown = station.attune("transcript", "show", file, json_output=False)
    check("and shown", "P01: I did not know" in shown, shown)
    told = console.get(f"/api/commentaries/{commentary}")
    [segment] = told["transcript"]["segments"]
    first = told["audio"][0]["first_s"]
    check("its times count from the sound's start", abs(segment["from_s"] - first - 0.1) < 0.002, (segment, first))
    check("and stand in the session as well", segment["session_from_s"] is not None, segment)
    status, _, body = console.call("POST", f"/api/commentaries/{commentary}/transcript", {
        "format": "srt", "text": "1\n00:00:02,000 --> 00:00:01,000\nno\n"})
    check("a reversed cue is refused with its line", status == 422 and b"line 2" in body, body)
    console.post(f"/api/commentaries/{commentary}/transcript", {
        "format": "typed", "segments": [{"start_s": 0.5, "end_s": 0.9, "speaker": "researcher", "text": "And then?"}]})
    told = console.get(f"/api/commentaries/{commentary}")
    check("the newest transcript counts", told["transcript"]["segments"][0]["text"] == "And then?", told["transcript"])
    out = station.folder / "wav"
    station.attune("export", file, "--format", "wav", "--out", out)
    samples, rate = soundfile.read(out / "microphone.wav", dtype="int16")
    with open_session(file) as database:
        stored, _, _ = sound(database)
    check("the WAV export has the samples", rate == RATE and (samples == stored).all(), len(samples))
    table = (out / "sound.csv").read_text().splitlines()
    check("and a table of their times", len(table) == 2 and table[0].startswith("stream,file,rate_hz,file_sample"), table)
    summary = station.attune("summary", file, json_output=False)
    check("the summary tells of the sound and of the parent",
          re.search(r"microphone +audio", summary) and "looks back on" in summary, summary)


def main():
    mode = sys.argv[2] if len(sys.argv) > 2 else "all"
    with Station(sys.argv[1], "devices: []\n") as station:
        station.start()
        if mode == "consent":
            without_consent(station)
        else:
            hold(station, mode)
    print("everything holds")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"FAILED {failure}")
        sys.exit(1)
