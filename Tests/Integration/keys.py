"""Keyboards are read in the protocol's phases alone, and with the chat's focus alone.

    keys.py PROGRAMS

Two test sources are typed on all the time: `free`, which is bound to no focus, and `guarded`, which
is. The chat is this script. Then, which keys they are is stored with consent alone. Prints one line a check; exits with 1 at the first that fails.
"""

import json
import os
import pathlib
import shutil
import socket
import sqlite3
import struct
import sys
import tempfile
import time

import stored
from station import Station, wait_for

SETTINGS = """
keyboards:
  - {{test_source: {folder}/free, name: free}}
  - {{test_source: {folder}/guarded, name: guarded, only_with_focus: true}}
"""
# Letters that the test types, by the kernel's codes, and what becomes of them.
LETTERS = [16, 17, 18, 19, 20, 30, 31, 32, 33, 34, 44, 45, 46, 47, 48]


def check(what, condition, *more):
    print("ok" if condition else "FAILED", what, *([] if condition else more), flush=True)
    if not condition:
        raise SystemExit(1)


class Keyboard:
    """Writes what a keyboard's driver would."""

    def __init__(self, path):
        os.mkfifo(path)
        self.pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        self.written = b""
        self.next = 0

    def event(self, kind, code, value):
        now = time.monotonic_ns()
        event = struct.pack("=qqHHi", now // 10**9, now % 10**9 // 1000, kind, code, value)
        self.written += event
        os.write(self.pipe, event)

    def move(self, code, value):
        self.event(1, code, value)
        self.event(0, 0, 0)

    def type(self, count):
        for _ in range(count):
            code = LETTERS[self.next % len(LETTERS)]
            self.next += 1
            self.move(code, 1)
            self.move(code, 2)  # the kernel's own repeating
            self.move(code, 0)


class Chat:
    """A linked client that says whether it has the focus."""

    def __init__(self, station, session, sequence=0):
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(str(station.socket))
        self.session = session
        self.sequence = sequence
        reply = self.call("Register", session=session, client="chat", title="Chat", clock="station",
                          streams=[])
        check("the chat is linked", "error" not in reply, reply)

    def call(self, method, **parameters):
        message = json.dumps({"method": f"io.attune.Link.{method}", "parameters": parameters})
        self.connection.sendall(message.encode() + b"\0")
        answer = b""
        while not answer.endswith(b"\0"):
            answer += self.connection.recv(65536)
        return json.loads(answer[:-1])

    def focus(self, focused):
        self.sequence += 1
        event = {"sequence": self.sequence, "time_ns": time.monotonic_ns(), "kind": "focus",
                 "payload": {"focused": focused}}
        return self.call("SendEvents", session=self.session, client="chat", events=[event])

    def close(self):
        self.connection.close()


def run(programs):
    with Station(programs) as station:
        station.set(SETTINGS.format(folder=station.folder))
        free = Keyboard(station.path("free"))
        guarded = Keyboard(station.path("guarded"))
        station.start()

        def closed(name, why):
            def is_closed():
                entry = station.device(name)
                return entry["state"] == "paused" and why in entry["reason"]
            wait_for(f"{name} to be closed since '{why}': {station.device(name)}", is_closed)
            time.sleep(0.3)  # until the reader has obeyed, also on a busy machine
            print("ok", name, "is closed:", station.device(name)["reason"], flush=True)

        def opened(name):
            wait_for(f"{name} to be open: {station.device(name)}",
                     lambda: station.device(name)["state"] == "streaming")
            time.sleep(0.3)

        def presses(name, count):
            wait_for(f"{count} presses of {name}: {station.device(name)}",
                     lambda: station.device(name)["samples"] == count)

        session = station.attune("session", "start", "keys", "p1", "--protocol", "pilot")
        closed("free", "no phase has begun")
        free.type(3)
        guarded.type(3)
        station.attune("session", "phase", "baseline")
        closed("free", "in the phase 'baseline'")
        free.type(3)
        guarded.type(3)

        station.attune("session", "phase", "chat")
        opened("free")
        closed("guarded", "no chat is linked")
        free.type(5)
        guarded.type(5)
        presses("free", 5)
        presses("guarded", 0)

        chat = Chat(station, session["id"])
        closed("guarded", "no chat is linked")
        refused = chat.call("SendEvents", session=session["id"], client="chat", events=[
            {"sequence": 1, "time_ns": 1, "kind": "focus", "payload": {"focused": "yes"}}])
        check("a focus that is no boolean is refused", "ItemRefused" in refused.get("error", ""))
        chat.focus(True)
        opened("guarded")
        guarded.type(4)
        guarded.move(25, 1)
        presses("guarded", 5)
        chat.focus(False)
        closed("guarded", "does not have the focus")
        guarded.type(7)  # a password, say
        chat.focus(True)
        opened("guarded")
        guarded.move(25, 0)
        guarded.type(2)
        presses("guarded", 7)

        chat.close()
        closed("guarded", "no chat is linked")
        guarded.type(7)
        chat = Chat(station, session["id"], chat.sequence)
        closed("guarded", "no chat is linked")  # what was said on the connection before is void
        chat.focus(True)
        opened("guarded")
        guarded.type(1)
        presses("guarded", 8)

        station.kill()
        guarded.type(3)
        station.start()
        closed("guarded", "no chat is linked")  # although it had the focus before
        chat.close()
        guarded.type(3)
        chat = Chat(station, session["id"], chat.sequence)
        chat.focus(True)
        opened("guarded")
        guarded.type(1)
        presses("guarded", 1)  # since this start
        station.attune("session", "phase", "debrief")
        closed("guarded", "in the phase 'debrief'")
        closed("free", "in the phase 'debrief'")
        free.type(7)
        guarded.type(7)

        search(station, session["file"], free.written + guarded.written)
        station.attune("session", "stop", "--wait")
        look(session["file"])
        check("orderly end", station.stop() == 0)
        search(station, session["file"], free.written + guarded.written)


def search(station, file, written):
    """No code of a key is in any file: rings, session file, its log of writes, the daemon's log."""
    codes = LETTERS + [25]
    # An event's kind, code and value as the kernel has them; the text forms of the log.
    forms = [struct.pack("=HHi", 1, code, value) for code in codes for value in (0, 1, 2)]
    check("the search finds keys where there are some", sum(form in written for form in forms) > 40)
    places = [station.log]
    for folder in (station.runtime, station.data):
        places += [path for path in folder.rglob("*") if path.is_file()]
    check("files to search", len(places) >= 3, places)
    for place in places:
        content = place.read_bytes()
        found = [form.hex() for form in forms if form in content]
        check(f"no key in {place.name}", not found, found)
    log = station.log.read_text()
    for word in ("KEY_", "code 16", "keycode"):
        check(f"no '{word}' in the log", word not in log)


def look(file):
    """What the session file holds."""
    database = stored.connect(file)
    [(begun, ended)] = database.execute("SELECT started_ns, stopped_ns FROM session")
    for name, count, borders in (("free", 5, [-1, 4]), ("guarded", 9, [-1, 4, 6, 7, 8])):
        [(stream,)] = database.execute("SELECT id FROM streams WHERE source = ?", [name])
        keys = database.execute(
            "SELECT pressed_ns, released_ns, class FROM keystrokes WHERE stream_id = ?"
            " ORDER BY ordinal", [stream]).fetchall()
        check(f"{name}: presses", len(keys) == count, keys)
        check(f"{name}: classes", {key[2] for key in keys} == {"letter"}, keys)
        gaps = database.execute(
            "SELECT after_index, cause, start_ns, end_ns FROM gaps WHERE stream_id = ?"
            " ORDER BY after_index", [stream]).fetchall()
        check(f"{name}: gaps", [gap[0] for gap in gaps] == borders, gaps)
        check(f"{name}: their cause", {gap[1] for gap in gaps} == {"pause"}, gaps)
        check(f"{name}: the first from the start on, the last to the end",
              gaps[0][2] == begun and gaps[-1][3] == ended, gaps, begun, ended)
        for after, _, start, end in gaps:
            inside = [key[0] for key in keys if start < key[0] < end]
            check(f"{name}: no key in the gap after {after}", not inside, inside, start, end)
        held = [index for index, key in enumerate(keys) if key[1] is None]
        # The key that was down when the focus went has no release, although it was seen to rise.
        check(f"{name}: dwell of a held key is discarded", held == ([4] if name == "guarded" else []))
    focus = [json.loads(payload)["focused"] for (payload,) in database.execute(
        "SELECT payload FROM events WHERE kind = 'focus' ORDER BY client_sequence")]
    check("the focus itself is in the file", focus == [True, False, True, True, True], focus)
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
    check("there is no table of key codes", "key_codes" not in tables)
    database.close()


def content(programs):
    """Which keys were pressed is stored where protocol and participant say so, and nowhere else."""
    with tempfile.TemporaryDirectory(prefix="attune-checkout-") as folder:
        own = checkout(pathlib.Path(folder), pathlib.Path(programs))
        with Station(own) as station:
            station.set("keyboards: [{test_source: %s, name: free}]\n" % station.path("free"))
            keyboard = Keyboard(station.path("free"))
            station.start()
            for participant, answers, plan, stores in (
                    ("unasked", [], "curious", False), ("yes", [1], "curious", True),
                    ("never-mind", [1, 0], "curious", False), ("yes", [], "pilot", False)):
                station.attune("session", "start", "content", participant)
                station.attune("session", "stop", "--wait")  # so that the participant is registered
                with sqlite3.connect(station.data / "content" / "study.db", timeout=10) as study:
                    for granted in answers:
                        study.execute(
                            "INSERT INTO consent (participant, tier, granted, realtime_ns)"
                            " VALUES (?, 'key-content', ?, ?)",
                            [participant, granted, time.time_ns()])
                study.close()
                session = station.attune(
                    "session", "start", "content", participant, "--protocol", plan)
                station.attune("session", "phase", "chat")
                wait_for("the keyboard", lambda: station.device("free")["state"] == "streaming")
                before, keyboard.next = station.device("free")["samples"], 0
                time.sleep(0.3)
                keyboard.type(3)
                wait_for("three presses", lambda: station.device("free")["samples"] == before + 3)
                station.attune("session", "stop", "--wait")
                wait_for("the finished file", lambda: next(
                    entry["state"] for entry in station.attune("session", "list")
                    if entry["id"] == session["id"]) == "finished")
                database = stored.connect(session["file"])
                tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
                codes = [code for (code,) in database.execute(
                    "SELECT code FROM key_codes ORDER BY ordinal")] if "key_codes" in tables else None
                check(f"{participant}, {plan}: codes", codes == (LETTERS[:3] if stores else None), codes)
                database.close()


def checkout(folder, programs):
    """A folder like a checkout, with a protocol that asks for the keys."""
    sources = pathlib.Path(__file__).resolve().parents[2]
    for part in ("Devices/profiles", "Protocols/studies", "Protocols/personas"):
        shutil.copytree(sources / part, folder / part)
    (folder / "Package.swift").touch()
    text = (sources / "Protocols/studies/pilot.yaml").read_text()
    (folder / "Protocols/studies/curious.yaml").write_text(
        text.replace("name: pilot", "name: curious").replace(
            "consent:\n",
            "consent:\n  - {name: key-content, title: Which keys, covers: [key-content]}\n"))
    own = folder / "programs"
    own.mkdir()
    for name in ("attuned", "attune"):
        shutil.copy(programs / name, own / name)
    return own


run(sys.argv[1])
content(sys.argv[1])
