"""What tests of withdrawals share: recorded sessions, and whether what remains is whole."""

import hashlib
import json
import pathlib
import socket
import sqlite3
import time

import faults
import audit_trail
from station import wait_for

SETTINGS = "station: test\ndevices:\n  - {profile: bitalino, path: %s, name: six}\n"


class Caller:
    """One Varlink connection, in a few lines."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.waiting = b""

    def call(self, method, **parameters):
        self.socket.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
        while b"\0" not in self.waiting:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("the daemon is gone")
            self.waiting += piece
        reply, self.waiting = self.waiting.split(b"\0", 1)
        reply = json.loads(reply)
        if "error" in reply:
            raise RuntimeError(f"{reply['error']} {reply.get('parameters')}")
        return reply["parameters"]


class WithdrawalTest(faults.FaultTest):
    def recorded(self, station, participant, said, drafts=(), seconds=0.8, scripted=(), suggested=(), alarm=False):
        """A finished session with samples, messages, edits of drafts and a model's log; also with what a script
        says and suggests, and with an alarm that nobody acknowledged."""
        station.attune("study", "add", "trail", participant, check=False)
        session = station.attune(
            "session", "start", "trail", participant, "--protocol", "pilot", "--kind", "chat")["id"]
        for tier in ("conversation", "draft-text", "sensors", "key-timing", "model-endpoint"):
            station.attune("consent", "set", participant, tier, "yes", "--study", "trail")
        station.attune("session", "phase", "chat", "--session", session, "--reason", "a test")
        link = Caller(station.socket)
        link.call("io.attune.Link.Register", session=session, client="talk", title="Talk",
                  clock="station", streams=[])
        events = []

        def add(kind, **payload):
            now = time.monotonic_ns()
            if kind == "turn":
                payload["sent_ns"] = now
            events.append({"sequence": len(events) + 1, "time_ns": now, "kind": kind, "payload": payload})
        for number, text in enumerate(scripted, 1):
            add("turn", number=number, author="client", text=text)
        if suggested:
            add("suggestions", set="1", turn=1, shown=True, source="rules", groups=[
                {"name": "next", "title": "Next", "items": [{"id": text[:4], "text": text} for text in suggested]}])
        if alarm:
            add("alarm", code="participant-safety", text="somebody must look", severity="urgent",
                needs_acknowledgement=True)
        for number, text in enumerate(said, 1 + len(scripted)):
            add("turn", number=number, author="participant", text=text)
            # As attune-chat writes it: the bodies are texts, as they were sent and as they came.
            body = {"model": "m", "messages": [{"role": "user", "content": f"Say something.\n{text}"}], "stream": True}
            pieces = [text[at:at + 2] for at in range(0, len(text), 2)]
            add("model_call", turn=number, purpose="reply", text=text, request=json.dumps(body),
                response="".join(f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n"
                                 for piece in pieces) + "data: [DONE]\n\n")
        for draft, text in enumerate(drafts, 1):
            for position, letter in enumerate(text):
                add("draft_edit", draft=draft, position=position, deleted=0, inserted=1,
                    **{"class": "letter", "text": letter})
        link.call("io.attune.Link.SendEvents", session=session, client="talk", events=events)
        time.sleep(seconds)
        link.socket.close()
        station.attune("session", "stop", "--session", session, "--wait")
        file = wait_for("the session to be finished", lambda: next(
            (entry["file"] for entry in station.attune("session", "list")
             if entry["id"] == session and entry["state"] == "finished"), None), 60)
        wait_for("its report", lambda: pathlib.Path(file).with_suffix(".quality.html").exists(), 60)
        return session, pathlib.Path(file)

    def begin(self, programs=None):
        station = self.station()
        station.programs = pathlib.Path(programs or self.programs)
        station.set(SETTINGS % station.path("six"))
        station.simulate("bitalino", "--link", station.path("six"), "--channels", "6", "--seed", "7")
        station.start()
        station.wait_for_device("six")
        station.attune("study", "new", "trail", "--protocol", "pilot", "--participants", "3")
        return station

    def left(self, station, *needles):
        """Files below the data directory that hold one of these, in their bytes or in decoded rows."""
        found = []
        for path in station.data.rglob("*"):
            if not path.is_file():
                continue
            content = path.read_bytes()
            found += [(path.name, needle) for needle in needles if needle.encode() in content]
        return found

    def assert_whole(self, station, file):
        done = station.attune("check", file, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        audit_trail.verify(file)
        study = sqlite3.connect(f"file:{station.data}/trail/study.db?mode=ro", uri=True)
        [(told,)] = study.execute("SELECT sha256 FROM sessions WHERE file = ?", (
            f"{file.parent.name}/{file.name}",))
        self.assertEqual(told, hashlib.sha256(file.read_bytes()).hexdigest(), "the index knows the file")
