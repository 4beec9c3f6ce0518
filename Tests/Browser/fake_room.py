"""A fake of the chat's server, for tests of the page alone: one room whose state the test sets.

It answers the requests of a page as attune-chat does, keeps what the page tells, and can be slow, gone,
or in a bad mood. What it cannot show, the tests with the real programs do."""

import contextlib
import copy
import http.server
import json
import pathlib
import socket
import threading
import time

PAGE = pathlib.Path(__file__).resolve().parents[2] / "Sources" / "Chat" / "Page"
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html; charset=utf-8",
         ".json": "application/json", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache",
}


def merged(state, patch):
    """RFC 7396, with the two lists whose elements are put in by number."""
    return _merged(state, patch, "")


def _merged(state, patch, path):
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(state) if isinstance(state, dict) else {}
    for key, value in patch.items():
        place = f"{path}.{key}" if path else key
        if value is None:
            result.pop(key, None)
        elif place in ("chat.turns", "chat.series"):
            known = {element["number"]: element for element in result.get(key, [])}
            for element in value:
                known[element["number"]] = _merged(known.get(element["number"]), element, "element")
            result[key] = [known[number] for number in sorted(known)]
        else:
            result[key] = _merged(result.get(key), value, place)
    return result


def state(**changes):
    """A room's state with nothing in it yet."""
    blank = {
        "revision": 1, "language": "en", "now_ms": 0, "session": {"state": "recording", "pilot": False},
        "phase": None, "phases": [], "consent": {"tiers": [], "needed": False}, "questionnaires": [],
        "chat": {"client_label": "Client", "started_ms": 0, "turns": [], "typing": False, "emotion": None, "series": [],
                 "suggestions": None, "can_write": True, "machine_notice": None},
        "message": None, "paused": None, "resources": [], "ended": None,
        "limits": {"draft_text": True, "message_length": 8000},
    }
    return merged(blank, changes)


class FakeRoom:
    """One room at http://127.0.0.1:PORT/r/ROOM/, on threads of its own."""

    room = "fake-room"

    def __init__(self, first):
        self.state = first
        self.revision = 1
        self.events = []
        self.trips = []
        self.posts = []
        #: Seconds that an answer to events takes, and how many requests are answered 503 first.
        self.delay = 0.0
        self.failures = 0
        #: A status that all requests get, such as 403.
        self.refusal = None
        #: Answers a turn by the client's; None for nobody there.
        self.on_turn = None
        self.refused_kinds = set()
        self._next = {}
        self._lock = threading.Condition()
        self._changes = []
        self._generation = 0
        self.port = 0
        self._server = None
        self.open()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/r/{self.room}/"

    def open(self):
        """Begins to listen, at the same port as before."""
        handler = type("Handler", (_Handler,), {"fake": self})
        self._server = _Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        """Is gone: nothing listens, and open streams break off."""
        server, self._server = self._server, None
        if server is None:
            return
        with self._lock:
            self._generation += 1
            self._lock.notify_all()
        server.shutdown()
        server.server_close()
        for connection in server.connections:
            # Also those that the browser keeps for its next request.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def drop_streams(self):
        with self._lock:
            self._generation += 1
            self._lock.notify_all()

    def patch(self, change):
        """Changes the state and tells the page."""
        with self._lock:
            self.state = merged(self.state, change)
            self.revision += 1
            self.state["revision"] = self.revision
            self._changes.append((self.revision, change))
            self._lock.notify_all()

    def phase(self, name, kind, **more):
        """Goes on to a phase."""
        questionnaires = more.pop("questionnaires", [])
        phase = {"name": name, "title": name.replace("-", " ").capitalize(), "kind": kind, "instructions": None,
                 "duration_seconds": None, "elapsed_ms": 0, "advance": "operator", "task": "rest", "text": None} | more
        self.patch({"phase": None, "questionnaires": None})
        self.patch({"phase": phase, "questionnaires": questionnaires})

    def turn(self, text, author="client", **more):
        """Adds a turn."""
        with self._lock:
            number = len(self.state["chat"]["turns"]) + 1
        self.patch({"chat": {"turns": [{"number": number, "author": author, "text": text, "partial": False} | more]}})
        return number

    def told(self, kind):
        """The payloads of the events of a kind, in order of arrival."""
        with self._lock:
            return [event["payload"] for event in self.events if event["kind"] == kind]

    def wait_for(self, kind, count=1, seconds=30):
        """Waits until so many events of a kind have come, and gives their payloads."""
        deadline = time.monotonic() + seconds
        while len(self.told(kind)) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(self.told(kind))} events '{kind}' came, not {count}: "
                                     f"{[event['kind'] for event in self.events][-20:]}")
            time.sleep(0.02)
        return self.told(kind)

    def take(self, body):
        """Takes events, each once."""
        with self._lock:
            page = body["page"]
            for event in body["events"]:
                expected = self._next.get(page, 1)
                if event["sequence"] < expected:
                    continue
                if event["sequence"] > expected:
                    raise AssertionError(f"event {event['sequence']} of {page} came, {expected} did not")
                self._next[page] = expected + 1
                self.events.append(event | {"page": page})
            self.trips += body["trips"]
            fresh = [event for event in body["events"] if event["kind"] == "turn"]
        for event in fresh:
            text, identity = event["payload"]["text"], event["payload"]["id"]
            if any(turn.get("id") == identity for turn in self.state["chat"]["turns"]):
                continue
            self.turn(text, "participant", id=identity)
            if self.on_turn:
                self.on_turn(text)
        with self._lock:
            return {"acknowledged": self._next.get(page, 1) - 1, "revision": self.revision}


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *arguments):
        self.connections = []
        super().__init__(*arguments)

    def process_request(self, request, client_address):
        self.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        pass


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path.startswith("/page/"):
            self._file(self.path.removeprefix("/page/").split("?")[0])
        elif self.fake.refusal and self.path != f"/r/{self.fake.room}/":
            self._send(self.fake.refusal, {})
        elif self.path == f"/r/{self.fake.room}/":
            self._file("index.html")
        elif self.path == f"/r/{self.fake.room}/state":
            self._send(200, self.fake.state)
        elif self.path == f"/r/{self.fake.room}/stream":
            self._stream()
        else:
            self._send(404, {})

    def do_POST(self):
        received = time.monotonic_ns()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.fake.refusal:
            self._send(self.fake.refusal, {})
        elif self.path.endswith("/clock"):
            self._send(200, {"received_ns": received, "sent_ns": time.monotonic_ns()})
        elif self.path.endswith("/events"):
            self.fake.posts.append(body)
            if self.fake.failures > 0:
                self.fake.failures -= 1
                self._send(503, {})
                return
            if any(event["kind"] in self.fake.refused_kinds for event in body["events"]):
                self._send(400, {})
                return
            answer = self.fake.take(body)
            time.sleep(self.fake.delay)
            self._send(200, answer)
        else:
            self._send(404, {})

    def _file(self, name):
        path = (PAGE / name).resolve()
        if not path.is_relative_to(PAGE) or not path.is_file():
            self._send(404, {})
            return
        self._answer(200, path.read_bytes(), KINDS.get(path.suffix, "text/plain"))

    def _send(self, status, value):
        self._answer(status, json.dumps(value).encode(), "application/json")

    def _answer(self, status, data, kind):
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self):
        fake = self.fake
        self.close_connection = True
        self.send_response(200)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        with fake._lock:
            generation, place = fake._generation, len(fake._changes)
            self._tell(f"event: state\nid: {fake.revision}\ndata: {json.dumps(fake.state)}\n\n")
        while True:
            with fake._lock:
                if not fake._lock.wait_for(
                        lambda: fake._generation != generation or len(fake._changes) > place, timeout=5):
                    pieces = ": still here\n\n"
                else:
                    if fake._generation != generation:
                        return
                    pieces = "".join(f"id: {revision}\ndata: {json.dumps(change)}\n\n"
                                     for revision, change in fake._changes[place:])
                    place = len(fake._changes)
            self._tell(pieces)

    def _tell(self, text):
        self.wfile.write(text.encode())
        self.wfile.flush()
