"""Callers of a station's link who are many, slow, or up to no good.

    load_clients.py SOCKET SESSION READERS SLEEPERS VANDALS SEED

Readers follow the session and read all; sleepers follow it and read nothing until they are told to wake;
vandals send what nobody should. A line on standard input wakes the sleepers; a second one ends everything,
and the result is printed as one line of JSON: of the first reader and of each sleeper that woke, the pieces
it got, as [stream, first index, count, missed].
"""

import json
import random
import selectors
import socket
import sys
import threading
import time

FOLLOW = "io.attune.Control.Subscribe"


def call(method, parameters, **flags):
    return json.dumps({"method": method, "parameters": parameters, **flags}).encode() + b"\0"


class Follower:
    """Follows a session."""

    def __init__(self, path, session, receives=None, parses=False):
        self.socket = socket.socket(socket.AF_UNIX)
        if receives:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        self.socket.connect(path)
        self.socket.sendall(call(FOLLOW, {"session": session}, more=True))
        self.parses = parses
        self.rest = b""
        self.pieces = []
        self.messages = 0
        self.errors = []
        self.is_open = True

    def read(self):
        data = self.socket.recv(1 << 16)
        if not data:
            self.is_open = False
            return
        *whole, self.rest = (self.rest + data).split(b"\0")
        self.messages += len(whole)
        if self.parses:
            for text in whole:
                message = json.loads(text)
                if "error" in message:
                    self.errors.append(message)
                    continue
                item = message["parameters"]["item"]
                if item["kind"] == "samples":
                    self.pieces.append(
                        [item["stream"], item["first_index"], item["count"], item["missed"]])


class Vandal(threading.Thread):
    """Sends garbage of all kinds, reads what comes back now and then, and comes again."""

    def __init__(self, path, seed):
        super().__init__(daemon=True)
        self.path = path
        self.random = random.Random(seed)
        self.sent = self.answers = self.closed = 0
        self.ending = threading.Event()

    def garbage(self):
        kind = self.random.randrange(9)
        if kind == 0:
            return self.random.randbytes(self.random.randrange(1, 4000))
        if kind == 1:
            return self.random.randbytes(200).replace(b"\0", b"x") + b"\0"
        if kind == 2:
            return b"[" * 100_000 + b"\0"
        if kind == 3:
            return b'{"method":"' + b"a" * (5 << 20)
        if kind == 4:
            return call("io.attune.Control.Nothing", {"x": "\ud800"})
        if kind == 5:
            return call(FOLLOW, {"session": "x" * 60_000}, more=True)
        if kind == 6:
            return call("io.attune.Link.SendSamples", {
                "session": "", "client": "vandal", "batches": [{"values": "A" * 50_000, "count": 1 << 60}]})
        if kind == 7:
            return b'{"method": "org.varlink.service.GetInfo", "parameters": {' + b"\0" * 50
        return call("io.attune.Link.Register", {
            "session": "", "client": "vandal\0", "title": "", "clock": "own",
            "streams": [{"name": "x", "kind": "signal", "rate_hz": -1e308, "clock": "counter",
                         "silence_limit_ms": -1, "channels": []}] * 50})

    def run(self):
        while not self.ending.is_set():
            try:
                with socket.socket(socket.AF_UNIX) as caller:
                    caller.settimeout(1)
                    caller.connect(self.path)
                    for _ in range(self.random.randrange(1, 6)):
                        caller.sendall(self.garbage())
                        self.sent += 1
                        if self.random.random() < 0.5:
                            self.answers += 1 if caller.recv(1 << 16) else 0
            except OSError:
                self.closed += 1
            time.sleep(self.random.random() * 0.05)


def main():
    path, session = sys.argv[1:3]
    readers, sleepers, vandals, seed = map(int, sys.argv[3:7])
    followers = [Follower(path, session, parses=number == 0) for number in range(readers)]
    asleep = [Follower(path, session, receives=4096, parses=True) for _ in range(sleepers)]
    crowd = [Vandal(path, seed + number) for number in range(vandals)]
    for vandal in crowd:
        vandal.start()
    print("ready", flush=True)
    # Buffered lines would hide the second one from the selector.
    chooser = selectors.DefaultSelector()
    for follower in followers:
        chooser.register(follower.socket, selectors.EVENT_READ, follower)
    chooser.register(0, selectors.EVENT_READ, None)
    woken = []
    lines = b""
    while lines.count(b"\n") < 2:
        for key, _ in chooser.select(0.2):
            if key.data is None:
                told = sys.stdin.buffer.raw.read(64)
                lines += told or b"\n\n"
                if not woken:
                    # Half of them; the others never read at all.
                    woken = asleep[:len(asleep) // 2]
                    for follower in woken:
                        chooser.register(follower.socket, selectors.EVENT_READ, follower)
                continue
            try:
                key.data.read()
            except OSError:
                key.data.is_open = False
            if not key.data.is_open:
                chooser.unregister(key.fileobj)
    for vandal in crowd:
        vandal.ending.set()
    for vandal in crowd:
        vandal.join(5)
    print(json.dumps({
        "reader": followers[0].pieces, "messages": [follower.messages for follower in followers],
        "sleepers": [follower.pieces for follower in woken],
        "open": [follower.is_open for follower in followers + woken],
        "errors": [error for follower in followers + woken for error in follower.errors],
        "garbage": sum(vandal.sent for vandal in crowd),
        "answers": sum(vandal.answers for vandal in crowd),
        "closed": sum(vandal.closed for vandal in crowd)}), flush=True)


if __name__ == "__main__":
    main()
