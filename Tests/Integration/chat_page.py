"""A participant's page without a browser: speaks the pages' HTTP as the page's own code does.

Follows the stream, keeps the state by merge patches, hands events in with sequences and sends them again
until they are acknowledged, and tells of its clock. Knows nothing of the server's code.
"""

import http.client
import json
import re
import secrets
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

from station import Failure, wait_for

NUMBERED = {("chat", "turns"), ("chat", "series")}


def patched(value, patch, path=()):
    """Applies a merge patch (RFC 7396), lists of numbered elements one by one."""
    if path in NUMBERED and isinstance(patch, list) and isinstance(value, list):
        known = {item["number"]: item for item in value}
        known.update({item["number"]: item for item in patch})
        return [known[number] for number in sorted(known)]
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, change in patch.items():
        if change is None:
            result.pop(key, None)
        else:
            result[key] = patched(result.get(key), change, path + (key,))
    return result


class ChatProgram:
    """attune-chat with its pages, started for a station."""

    def __init__(self, station, *arguments, port=0, pace=0.02):
        self.station = station
        self.arguments = arguments
        self.port = port
        self.pace = pace
        self.start()

    def start(self):
        log = open(self.station.path("chat.log"), "ab")
        self.process = self.station.spawn(
            "attune-chat", "--runtime", self.station.runtime, "--state",
            self.station.path("chat-state"), "--listen", f"127.0.0.1:{self.port}", "--reply-pace",
            self.pace, *self.arguments, stdout=subprocess.PIPE, stderr=log)
        log.close()
        self.printed = []
        line = self.process.stdout.readline().decode()
        while line and not line.startswith("Chat: "):
            self.printed.append(line)
            line = self.process.stdout.readline().decode()
        if not line:
            raise Failure("attune-chat did not start: " + self.log()[-2000:])
        self.address = line.split(" ", 1)[1].strip()
        self.port = urllib.parse.urlsplit(self.address).port
        # What it prints later is read, so that it never waits for a reader.
        threading.Thread(target=self._drain, args=(self.process.stdout,), daemon=True).start()
        return self

    @staticmethod
    def _drain(stream):
        for _ in stream:
            pass

    def log(self):
        return open(self.station.path("chat.log"), errors="replace").read()

    def kill(self):
        """kill -9, as a crash would; the next start listens on the same port."""
        self.process.kill()
        self.process.wait()
        self.station.processes.remove(self.process)

    def stop(self, seconds=20):
        self.process.terminate()
        code = self.process.wait(seconds)
        self.station.processes.remove(self.process)
        return code

    def invite(self, session=""):
        """A link, by the command line."""
        def made():
            done = self.station.attune("chat", "link", session, check=False)
            return json.loads(done.stdout)["url"] if done.returncode == 0 else None
        return wait_for("an invitation", made)


class Page:
    """One load of the page in one browser."""

    def __init__(self, link=None, other=None, context=None):
        """Joins by a link, or loads the page anew with the cookie of another load."""
        self.context = context
        self.page = secrets.token_hex(8)
        self.state = None
        self.revision = 0
        self.history = []
        self.sequence = 0
        self.unacknowledged = []
        self.trips = []
        self.lock = threading.RLock()
        self.origin = time.monotonic_ns() - secrets.randbelow(10**12)
        self.ended = False
        self.resyncs = 0
        if other is not None:
            self.base, self.room, self.cookie = other.base, other.room, other.cookie
        else:
            self._join(link)

    # HTTP

    def connect(self, timeout=10):
        parts = urllib.parse.urlsplit(self.base)
        if parts.scheme == "https":
            return http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=timeout, context=self.context)
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)

    def request(self, method, path, body=None, cookie=None, headers=None, connection=None):
        own = connection or self.connect()
        head = dict(headers or {})
        cookie = self.cookie if cookie is None else cookie
        if cookie:
            head["Cookie"] = f"attune_room={cookie}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            form = path.startswith("/join/")
            head.setdefault(
                "Content-Type", "application/x-www-form-urlencoded" if form else "application/json")
        own.request(method, path, body, head)
        answer = own.getresponse()
        data = answer.read()
        if connection is None:
            own.close()
        return answer.status, answer.headers, data

    def _join(self, link):
        parts = urllib.parse.urlsplit(link)
        self.base = f"{parts.scheme}://{parts.netloc}"
        self.cookie = ""
        status, _, text = self.request("GET", parts.path)
        if status != 200 or b"<form" not in text:
            raise Failure(f"the link answers {status}")
        status, headers, _ = self.request("POST", parts.path, body=b"")
        if status != 303:
            raise Failure(f"joining answers {status}")
        cookie = headers["Set-Cookie"]
        self.cookie_text = cookie
        self.cookie = re.match(r"attune_room=([^;]+)", cookie)[1]
        self.room = headers["Location"]

    # State

    def follow(self):
        """Follows the stream on a thread of its own, and connects again until `leave`."""
        threading.Thread(target=self._follow, daemon=True).start()
        wait_for("the room's state", lambda: self.state is not None)
        return self

    def _follow(self):
        while not self.ended:
            try:
                self._read_stream()
            except (OSError, http.client.HTTPException, Failure):
                pass
            time.sleep(0.1)

    def _read_stream(self):
        connection = self.connect(timeout=30)
        connection.request(
            "GET", self.room + "stream", headers={"Cookie": f"attune_room={self.cookie}"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise Failure(f"the stream answers {answer.status}")
        event, data, number = "message", [], None
        while not self.ended:
            line = answer.readline()
            if not line:
                break
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: "):
                data.append(line[6:])
            elif line.startswith("id: "):
                number = int(line[4:])
            elif not line and data:
                self._take(event, json.loads("".join(data)), number)
                event, data, number = "message", [], None
        connection.close()

    def _take(self, event, value, number):
        with self.lock:
            if event == "state":
                self.state = value
                self.resyncs += 1
            else:
                self.state = patched(self.state, value)
            self.revision = number
            self.history.append((time.monotonic(), event, value))

    def leave(self):
        self.ended = True

    def turns(self, author=None):
        with self.lock:
            chat = (self.state or {}).get("chat") or {}
            return [turn for turn in chat.get("turns", [])
                    if not turn["partial"] and author in (None, turn["author"])]

    def wait(self, what, condition, seconds=30):
        return wait_for(what, lambda: condition(self.state) if self.state else None, seconds)

    def wait_for_turns(self, count, author="client", seconds=30):
        return wait_for(
            f"{count} turns of the {author}",
            lambda: len(self.turns(author)) >= count and self.turns(author), seconds)

    # The clock

    def now(self):
        return time.monotonic_ns() - self.origin

    def measure(self, count=8, pause=0.005):
        """Round trips of this page's clock."""
        connection = self.connect()
        for _ in range(count):
            sent = self.now()
            status, _, data = self.request(
                "POST", self.room + "clock", {"client_ns": sent}, connection=connection)
            if status != 200:
                raise Failure(f"the clock answers {status}")
            answer = json.loads(data)
            self.trips.append({
                "client_sent_ns": sent, "received_ns": answer["received_ns"],
                "sent_ns": answer["sent_ns"], "client_received_ns": self.now()})
            time.sleep(pause)
        connection.close()
        return self

    # Events

    def add(self, kind, **payload):
        with self.lock:
            self.sequence += 1
            self.unacknowledged.append({
                "sequence": self.sequence, "time_ns": self.now(), "kind": kind,
                "payload": payload})
            return self.sequence

    def post(self, events=None, trips=None):
        """Hands in once, and gives the answer's status and body."""
        with self.lock:
            body = {
                "page": self.page, "version": "test",
                "trips": self.trips if trips is None else trips,
                "events": self.unacknowledged if events is None else events}
        status, _, data = self.request("POST", self.room + "events", body)
        try:
            answer = json.loads(data) if data else {}
        except ValueError:
            answer = {}
        if status == 200:
            with self.lock:
                if trips is None:
                    self.trips = []
                done = answer["acknowledged"]
                self.unacknowledged = [
                    event for event in self.unacknowledged if event["sequence"] > done]
        return status, answer

    def deliver(self, seconds=20):
        """Hands in until everything is acknowledged, also while the server is away."""
        def done():
            try:
                self.post()
            except (OSError, http.client.HTTPException):
                return False
            return not self.unacknowledged
        wait_for("the events to be acknowledged", done, seconds, step=0.05)

    def tell(self, kind, **payload):
        self.add(kind, **payload)
        self.deliver()

    def type(self, text, draft):
        """The edits of a text, letter by letter, as one collects them."""
        for position, letter in enumerate(text):
            kind = "space" if letter == " " else "letter" if letter.isalpha() else "punctuation"
            self.add("draft_edit", draft=draft, position=position, deleted=0, inserted=1,
                     **{"class": kind})

    def say(self, text, draft=1, identifier=None):
        started = self.now()
        self.type(text, draft)
        self.add("turn", id=identifier or secrets.token_hex(6), text=text, draft=draft,
                 composed_from_ns=started, sent_ns=self.now())

    def insist(self, method, path, body=None, headers=None, target=None):
        """A request as it is, without anything of http.client's own tidying of the path."""
        parts = urllib.parse.urlsplit(self.base)
        with socket.create_connection((parts.hostname, parts.port), 10) as plain:
            channel = plain
            if parts.scheme == "https":
                channel = (self.context or ssl.create_default_context()).wrap_socket(
                    plain, server_hostname=parts.hostname)
            head = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close",
                    f"Cookie: attune_room={self.cookie}"]
            head += [f"{name}: {value}" for name, value in (headers or {}).items()]
            channel.sendall(("\r\n".join(head) + "\r\n\r\n").encode() + (body or b""))
            data = b""
            while True:
                try:
                    piece = channel.recv(65536)
                except OSError:
                    break
                if not piece:
                    break
                data += piece
        return int(data.split(b" ", 2)[1]) if data else 0, data
