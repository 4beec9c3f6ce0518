"""A fake of the console's server for tests of playback alone: sessions made by rule, of any length and of
odd shapes, answered as the console's HTTP interface does. It can be slow, fail for a track, and keeps what was asked.

What it cannot show, tests with the real programs do."""

import functools
import http.server
import json
import math
import pathlib
import re
import struct
import threading
import time
import urllib.parse

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources"
PAGES = {"/page/": SOURCES / "Console" / "Page", "/participant/": SOURCES / "Chat" / "Page"}
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8", ".svg": "image/svg+xml",
         ".json": "application/json"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
NAN = float("nan")


class Signal:
    """A signal by rule: `wave(t)` gives its value, `ripple` is how far samples between lie from that."""

    def __init__(self, rate, wave, last, ripple=0.0, gaps=(), regular=True):
        self.rate, self.wave, self.last, self.ripple, self.gaps = rate, wave, last, ripple, list(gaps)

    def time(self, index):
        return index / self.rate

    def is_there(self, at):
        return 0 <= at <= self.last and not any(start < at < end for start, end in self.gaps)

    def samples(self, start, end):
        first = max(0, math.ceil(start * self.rate - 1e-9))
        last = min(math.floor(self.last * self.rate), math.ceil(end * self.rate - 1e-9) - 1)
        return [(at, self.wave(at)) for at in (self.time(index) for index in range(first, last + 1)) if self.is_there(at)]

    def tile(self, start, end, pixels):
        """Smallest and largest of each column, NaN where there is none."""
        column = (end - start) / pixels
        values = []
        many = column * self.rate > 8
        for place in range(pixels):
            a, b = start + place * column, start + (place + 1) * column
            if b < 0 or a > self.last:
                values += [NAN, NAN]
            elif many:
                if any(s <= a and b <= e for s, e in self.gaps):
                    values += [NAN, NAN]
                else:
                    one, other = self.wave(a), self.wave((a + b) / 2)
                    values += [min(one, other) - self.ripple, max(one, other) + self.ripple]
            else:
                some = [value for _, value in self.samples(a, b)]
                values += [min(some), max(some)] if some else [NAN, NAN]
        return struct.pack(f"<{2 * pixels}f", *values)


def ecg(at):
    beat = (at * 1.15) % 1
    return 1.1 * math.exp(-((beat - 0.3) / 0.012) ** 2) + 0.15 * math.exp(-((beat - 0.55) / 0.05) ** 2) + 0.05 * math.sin(at)


def eda(at):
    return 4 + 1.2 * math.sin(at / 210) + 0.5 * math.exp(-((at % 37) - 4) ** 2 / 6)


class FakeSession:
    """A session: its manifest, and what is asked for by the stretch."""

    def __init__(self, identifier, length=600.0, ecg_rate=1000.0, extra=0, **changes):
        self.id, self.length = identifier, length
        self.signals, self.keys, self.edits = {}, [], []
        self.manifest = self._manifest(identifier, length, ecg_rate, extra) | changes

    def _manifest(self, identifier, length, ecg_rate, extra):
        gap = (round(length * 0.4, 3), round(length * 0.4 + 12.5, 3))
        # So short that both of its ends are seen where samples are drawn one by one.
        short = (round(length * 0.47, 3), round(length * 0.47 + 0.2, 3))
        streams, tracks = [], []

        def add(stream, name, label, unit, rate, wave, ripple=0.0, kind="signal", gaps=(gap,), derived=None):
            track = f"{kind}-{stream}-{name}"
            self.signals[track] = Signal(rate, wave, length, ripple, gaps)
            tracks.append({"id": track, "kind": kind, "label": label, "unit": unit, "stream": stream, "channel": 0, "derived": derived})

        def stream(number, name, rate, channels):
            streams.append({"id": number, "name": name, "kind": "signal", "source": "fake", "nominal_rate_hz": rate, "clock_kind": "device",
                            "samples": int(length * (rate or 1)), "lost": int(12.5 * (rate or 1)),
                            "channels": [{"position": 0, "name": one, "label": one, "unit": "", "minimum": None, "maximum": None} for one in channels]})

        tracks.append({"id": "keys", "kind": "keys", "label": "Key presses", "unit": "1/s", "stream": None, "channel": None, "derived": None})
        stream(1, "BITalino", ecg_rate, ["ECG"])
        add(1, "ecg", "ECG", "mV", ecg_rate, ecg, 0.4, gaps=(gap, short))
        stream(2, "Grove GSR", 10.0, ["EDA"])
        add(2, "eda", "EDA", "µS", 10.0, eda, gaps=())
        for number in range(extra):
            stream(10 + number, f"Channel {number + 1}", ecg_rate, ["A"])
            add(10 + number, "a", f"Channel {number + 1}", "µV", ecg_rate,
                lambda at, place=number: math.sin(at * (3 + place)) + 0.4 * math.sin(at * 41), 0.5)
        add(1, "rate", "Heart rate", "bpm", 1.15, lambda at: 69 + 8 * math.sin(at / 45), kind="heart-rate", derived="R peaks")
        add(1, "rr", "RR intervals", "ms", 1.15, lambda at: 870 - 90 * math.sin(at / 45), kind="rr", derived="R peaks")
        add(2, "tonic", "EDA, tonic", "µS", 10.0, lambda at: 4 + 1.2 * math.sin(at / 210), kind="tonic", gaps=(), derived="EDA")
        add(2, "phasic", "EDA, phasic", "µS", 10.0, lambda at: 0.5 * math.exp(-((at % 37) - 4) ** 2 / 6), kind="phasic", gaps=(), derived="EDA")

        chat_from, chat_to = round(length * 0.15, 3), round(length * 0.85, 3)
        turns, suggestions, insertions, emotions = [], [], [], []
        at, number = chat_from + 4.0, 0
        said = ["Hi. I'm not sure where to begin, to be honest.", "Take your time. What has been on your mind?",
                "It's work, mostly. I lie awake at night going through everything that I did wrong.", "That sounds exhausting. How long has it been like this?",
                "Since March? I used to be someone who coped.", "What changed in March, if you look back?"]
        while at < chat_to - 30:
            number += 1
            turns.append({"number": number, "author": "client", "text": said[(number - 1) % 6], "composed_from_s": None,
                          "sent_s": round(at - 0.08, 4), "shown_s": round(at, 4), "bound_ms": 4.0})
            for which in ("intended", "scored"):
                emotions.append({"turn": number, "t_s": round(at - 0.05, 4), "which": which, "label": "Sadness", "emoji": "😢", "category": "sadness",
                                 "valence": -0.6 + 0.5 * math.sin(number), "arousal": 0.3 * math.cos(number), "corrected": None})
            suggestions.append({"turn": number, "set": f"set-{number}", "t_s": round(at + 1.2, 4), "shown": True,
                                "groups": [{"title": "Empathetic responses"}, {"title": "Motivational interviewing"}]})
            number += 1
            text = said[(number - 1) % 6]
            begin = at + 6.0
            for place, character in enumerate(text):
                pressed = round(begin + 0.21 * place, 4)
                self.keys.append((pressed, 0.08 if place % 9 else NAN, 3 if place % 17 == 16 else (1 if character == " " else 0)))
                self.edits.append({"turn": number, "draft": number // 2, "t_s": round(pressed + 0.02, 4), "position": place, "deleted": 0, "inserted": 1,
                                   "class": "space" if character == " " else "letter", "text": character, "bound_ms": 1.0})
            sent = round(begin + 0.21 * len(text) + 1.0, 4)
            if number % 4 == 0:
                insertions.append({"t_s": round(begin + 0.5, 4), "id": f"s{number}", "turn": number})
            turns.append({"number": number, "author": "participant", "text": text, "composed_from_s": round(begin, 4), "sent_s": sent,
                          "shown_s": round(sent + 0.045, 4), "bound_ms": 3.0})
            at = sent + 9.5 + (20 if number % 6 == 0 else 0)
        return {
            "id": identifier, "study": "example", "participant": "P-014", "kind": "chat", "pilot": True, "state": "finished",
            "started_utc": "2026-11-21T09:30:00.125Z", "duration_s": length, "first_s": 0.0, "last_s": length, "parent": None, "outcome": "completed",
            "alignment": {"number": 1, "method": "robust-line/2"}, "visit": 1, "condition": {"support": "suggestions"},
            "phases": [{"name": "baseline", "from_s": 0.0, "to_s": chat_from, "is_open": False}, {"name": "chat", "from_s": chat_from, "to_s": chat_to, "is_open": False},
                       {"name": "ratings", "from_s": chat_to, "to_s": length, "is_open": False}],
            "turns": turns, "streams": streams, "tracks": tracks,
            "gaps": [{"stream": one["id"], "from_s": gap[0], "to_s": gap[1], "cause": "disconnected", "lost": int(12.5 * one["nominal_rate_hz"]), "lost_bound": 1}
                     for one in streams if one["id"] != 2]
            + [{"stream": 1, "from_s": short[0], "to_s": short[1], "cause": "lost", "lost": int(0.2 * ecg_rate), "lost_bound": 0}],
            "bounds": [{"stream": one["id"], "from_s": 0.0, "to_s": length, "bound_ms": 0.8 + one["id"]} for one in streams],
            "marks": [{"t_s": round(length * 0.1, 3), "label": "fitting done", "detail": None}, {"t_s": round(length * 0.52, 3), "label": "door", "detail": "somebody came in"}],
            "pauses": [{"from_s": round(length * 0.7, 3), "to_s": round(length * 0.7 + 8, 3), "reason": "a question"}],
            "suggestions": suggestions, "insertions": insertions, "emotions": emotions,
            "events": [{"t_s": round(length * 0.3, 3), "kind": "focus", "text": "not focused"}, {"t_s": round(length * 0.31, 3), "kind": "focus", "text": "focused"}],
            "peaks": [{"t_s": round(length * 0.22, 3), "kind": "scr", "label": "SCR of 0.48 µS", "size": 0.48},
                      {"t_s": round(length * 0.6, 3), "kind": "heart-rate", "label": "heart rate rises by 14 bpm", "size": 14},
                      {"t_s": round(length * 0.45, 3), "kind": "writing-pause", "label": "writing pauses for 8.1 s", "size": 8.1}],
            "peaks_complete": True, "views": [], "consent": {"draft_text": True, "withheld": []}, "commentaries": [],
            "key_classes": ["letter", "space", "digit", "delete"],
        }

    @functools.lru_cache(maxsize=4000)
    def tile(self, track, start, end, pixels):
        return self.signals[track].tile(start, end, pixels)

    def samples(self, track, start, end):
        found = self.signals[track].samples(start, end)
        return (struct.pack("<II", len(found), 0) + struct.pack(f"<{len(found)}d", *(at for at, _ in found))
                + struct.pack(f"<{len(found)}f", *(value for _, value in found)))

    def key_bytes(self):
        count = len(self.keys)
        return (struct.pack("<II", count, 0) + struct.pack(f"<{count}d", *(one[0] for one in self.keys))
                + struct.pack(f"<{count}f", *(one[1] for one in self.keys)) + bytes(one[2] for one in self.keys))


class FakePlayback:
    """A console at http://127.0.0.1:PORT, on threads of its own, with sessions by name."""

    def __init__(self, *sessions):
        self.sessions = {session.id: session for session in sessions}
        self.asked = []
        #: How many answers are under way.
        self.busy = 0
        #: Seconds that an answer takes, by what its path holds; and what is refused: path part -> (status, words).
        self.delays, self.refusals = {}, {}
        #: What is served in place of files, by path.
        self.files = {}
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def of(self, session, rest=""):
        """The address of a session's page."""
        return f"{self.address}/sessions/{session}{rest}"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A page that goes away in the middle of an answer is none."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    fake = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.fake.busy += 1
        try:
            self._get()
        finally:
            self.fake.busy -= 1

    def _get(self):
        url = urllib.parse.urlsplit(self.path)
        self.fake.asked.append(self.path)
        for part, seconds in list(self.fake.delays.items()):
            if part in self.path:
                time.sleep(seconds)
        for part, (status, words) in list(self.fake.refusals.items()):
            if part in self.path:
                return self._json({"error": words}, status)
        if url.path in self.fake.files:
            return self._answer(200, self.fake.files[url.path].encode(), KINDS[pathlib.Path(url.path).suffix])
        for prefix, folder in PAGES.items():
            if url.path.startswith(prefix):
                return self._file(folder, url.path.removeprefix(prefix))
        if url.path.startswith("/sessions/"):
            return self._file(PAGES["/page/"], "index.html")
        if url.path == "/api/me":
            return self._json({"name": "tester", "roles": ["operator", "researcher"], "session": None, "csrf": "none", "version": "0"})
        if url.path == "/api/station":
            return self._json({"state": "idle", "text": "No session"})
        match = re.fullmatch(r"/api/sessions/([^/]+)(?:/(\w+))?", url.path)
        session = self.fake.sessions.get(urllib.parse.unquote(match[1])) if match else None
        if not session:
            return self._json({"error": "There is no such session."}, 404)
        return self._session(session, match[2], {name: one[0] for name, one in urllib.parse.parse_qs(url.query).items()})

    def _session(self, session, what, query):
        start, end = float(query.get("from_s", "-inf")), float(query.get("to_s", "inf"))
        if what is None:
            return self._json(session.manifest)
        if what == "keys":
            return self._answer(200, session.key_bytes(), "application/octet-stream")
        if what == "drafts":
            return self._json({"edits": [edit for edit in session.edits if start <= edit["t_s"] < end]})
        if what in ("tiles", "samples") and query.get("track") not in session.signals:
            return self._json({"error": "There is no such track."}, 404)
        if what == "tiles":
            return self._answer(200, session.tile(query["track"], start, end, int(query["pixels"])), "application/octet-stream")
        if what == "samples":
            return self._answer(200, session.samples(query["track"], start, end), "application/octet-stream")
        return self._json({"error": "There is nothing here."}, 404)

    def _file(self, folder, name):
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            return self._json({"error": "There is no such page."}, 404)
        return self._answer(200, path.read_bytes(), KINDS.get(path.suffix, "text/plain"))

    def _json(self, value, status=200):
        self._answer(status, json.dumps(value).encode(), "application/json")

    def _answer(self, status, data, kind):
        try:
            self.send_response(status)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            # The page no longer wants it.
            self.close_connection = True
