"""A finished session with some of everything, recorded by the real daemon in about twenty seconds, for tests
in a browser.

    session = recorded.put(station)     # before station.start(): its id; the files lie in station.data
    station.start()
    station.serve_console()

The session is recorded once for a build of the programs and this file, and kept in .build-browser. Its chat
is this script: a linked client that says what a chat's pages would. What is in it, at which second, is told
by the constants below, so that tests can look for it.
"""

import fcntl
import hashlib
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import sys
import time
import uuid

from console_station import CHECKOUT, ConsoleStation, programs

KEPT = CHECKOUT / ".build-browser" / "recorded"
# What the virtual device has at its ports, at 1 kHz: breathing, an ECG, skin conductance.
SENSORS = "{rate: 1000, channels: [A1, A2, A3], sensors: {A1: raw}}"
STUDY, PARTICIPANT = "browser", "p7"

# Turns, by author. The last client's turn is not answered.
TURNS = [
    ("client", "I could not sleep again. Everything <b>feels</b> heavy."),
    ("participant", "That sounds exhausting. What keeps you awake?"),
    ("client", "Mostly work & what my sister said. \"You never call.\""),
    ("participant", "How did that land with you?"),
    ("client", "It hurt. 😔 I miss her."),
]
SUGGESTIONS = {
    "s1": [("motivational", "Motivational", ["What would help you to rest?", "What matters to you here?"]),
           ("empathy", "Empathy", ["That sounds exhausting.", "I hear how heavy this is."]),
           ("support", "Support", ["You are not alone with this."])],
    "s2": [("motivational", "Motivational", ["What would you like to tell her?"]),
           ("empathy", "Empathy", ["That must have stung."]),
           ("support", "Support", ["It is good that you talk about it."])],
}
EMOTIONS = {1: ("sad", "😢", "sadness", -0.6, 0.1), 3: ("angry", "😠", "anger", -0.5, 0.55), 5: ("hurt", "😔", "sadness", -0.8, 0.3)}
MARKS = ["deep breath", "door"]
PAUSE = "a phone rang"


class Chat:
    """A linked client on the station's clock."""

    def __init__(self, station, session):
        self.session = session
        self.sequence = 0
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(str(station.socket))
        self.call("Register", title="Chat", clock="station", streams=[])

    def call(self, method, **parameters):
        message = {"method": f"io.attune.Link.{method}",
                   "parameters": {"session": self.session, "client": "chat", **parameters}}
        self.connection.sendall(json.dumps(message).encode() + b"\0")
        answer = b""
        while not answer.endswith(b"\0"):
            more = self.connection.recv(65536)
            if not more:
                raise RuntimeError("the daemon closed the link")
            answer += more
        reply = json.loads(answer[:-1])
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply}")
        return reply["parameters"]

    def say(self, kind, **payload):
        self.sequence += 1
        self.call("SendEvents", events=[{"sequence": self.sequence, "time_ns": time.monotonic_ns(), "kind": kind,
                                         "payload": payload}])

    def turn(self, number, composed):
        author, text = TURNS[number - 1]
        now = time.monotonic_ns()
        self.say("turn", number=number, author=author, text=text, composed_from_ns=composed, sent_ns=now,
                 **({"draft": number // 2} if author == "participant" else {}))
        self.say("turn_shown", number=number, shown_ns=time.monotonic_ns())

    def reply(self, number):
        """A turn of the client, with its emotion and the suggestions for the answer."""
        composed = time.monotonic_ns()
        time.sleep(0.3)
        label, emoji, category, valence, arousal = EMOTIONS[number]
        for which, shift in [("intended", 0.05), ("scored", 0), ("displayed", 0)]:
            self.say("emotion", which=which, turn=number, label=label, emoji=emoji, category=category,
                     valence=round(valence + shift, 2), arousal=arousal, uncertainty=0.2,
                     probabilities={category: 0.8, "neutral": 0.2}, source="lexicon")
        self.turn(number, composed)
        self.say("emotion_shown", turn=number)
        name = f"s{number // 2 + 1}"
        if name in SUGGESTIONS:
            groups = [{"name": group, "title": title, "items": [{"id": f"{name}.{group}.{place}", "text": text}
                                                                for place, text in enumerate(texts, 1)]}
                      for group, title, texts in SUGGESTIONS[name]]
            self.say("suggestions", set=name, turn=number, shown=True, source="scripted", groups=groups)
            self.say("suggestions_shown", set=name, ids=[item["id"] for group in groups for item in group["items"]])

    def edit(self, draft, position, deleted, inserted, kind, with_text=True):
        self.say("draft_edit", draft=draft, position=position, deleted=deleted, inserted=len(inserted),
                 **{"class": kind}, **({"text": inserted} if with_text and inserted else {}))

    def type(self, draft, start, text, with_text=True, pause=0.035):
        for place, letter in enumerate(text):
            kind = "space" if letter == " " else "letter" if letter.isalpha() else "punctuation"
            self.edit(draft, start + place, 0, letter, kind, with_text)
            time.sleep(pause)


def _record(station):
    started = station.attune("session", "start", STUDY, PARTICIPANT, "--protocol", "browser-test")
    session = started["id"]
    chat = Chat(station, session)
    for tier in ["conversation", "sensors", "draft-text"]:
        chat.say("consent", tier=tier, granted=True)
    station.phase(session, "baseline")
    chat.say("phase_shown", phase="baseline")
    station.attune("session", "mark", MARKS[0], "--session", session)
    time.sleep(3)
    station.phase(session, "chat")
    chat.say("focus", focused=True)
    chat.say("window_focus", focused=True)
    chat.say("view", page_version="test", width=1280, height=720, pixel_ratio=1, zoom=1, language="en",
             user_agent="a script")
    chat.reply(1)
    chat.say("scroll", top=0, height=700)
    time.sleep(0.7)
    # A suggestion is put in and written on; then a pause of more than two seconds.
    composed = time.monotonic_ns()
    inserted = SUGGESTIONS["s1"][1][2][0]
    chat.say("suggestion_inserted", id="s1.empathy.1", draft=1, position=0, deleted=0, inserted=len(inserted))
    chat.edit(1, 0, 0, inserted, "suggestion")
    time.sleep(2.3)
    chat.type(1, len(inserted), " What keepss")
    chat.edit(1, len(inserted) + len(" What keeps"), 1, "", "delete")
    chat.type(1, len(inserted) + len(" What keeps"), TURNS[1][1][len(inserted + " What keeps"):])
    chat.turn(2, composed)
    chat.say("provenance", turn=2, shown=True, **{"class": "combination"}, contributors=["s1.empathy.1"], own=0.5,
             words=7, length=len(TURNS[1][1]), edit_similarity=0.5, containment=1.0,
             thresholds={"direct": 0.95, "slight": 0.7, "overlap": 0.3}, method="test", suggestions=[])
    chat.reply(3)
    station.attune("session", "pause", PAUSE, "--session", session, check=False, json_output=False).returncode == 0 \
        or station.attune("session", "pause", "--reason", PAUSE, "--session", session, json_output=False)
    time.sleep(1.2)
    station.attune("session", "resume", "--session", session, json_output=False)
    # The second message without the text of its edits.
    composed = time.monotonic_ns()
    chat.type(2, 0, TURNS[3][1], with_text=False)
    chat.turn(4, composed)
    chat.say("provenance", turn=4, shown=True, **{"class": "no-detected-overlap"}, contributors=[], own=1.0, words=6,
             length=len(TURNS[3][1]), edit_similarity=0.2, containment=0.0,
             thresholds={"direct": 0.95, "slight": 0.7, "overlap": 0.3}, method="test", suggestions=[])
    station.attune("session", "mark", MARKS[1], "--session", session)
    chat.reply(5)
    # A draft that never becomes a message.
    chat.type(3, 0, "I am")
    chat.say("window_focus", focused=False)
    chat.say("safety", category="loneliness", severity="low", rule="miss", side="client", start=0, length=4,
             source="rules", turn=5, action="noted")
    time.sleep(3)
    station.phase(session, "ratings")
    chat.say("answers", questionnaire="client", phase="ratings", final=True,
             answers={"human-likeness": 5, "effort": 40, "role": 1}, scales={"realism": 5})
    chat.say("answers", questionnaire="self", phase="ratings", final=True, answers={"valence": 6, "helped": [1]})
    station.stop_session(session, "--outcome", "completed")
    return session


def recorded():
    """The folder of the data, and the session's id; records it where that was not done yet."""
    folder = pathlib.Path(programs())
    key = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    for name in ["attuned", "attune"]:
        status = (folder / name).stat()
        key.update(f"{status.st_mtime_ns} {status.st_size}".encode())
    kept = pathlib.Path(f"{KEPT}-{key.hexdigest()[:12]}")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{KEPT}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / "session").exists():
            shutil.rmtree(kept, ignore_errors=True)
            for old in kept.parent.glob(f"{KEPT.name}-*"):
                shutil.rmtree(old, ignore_errors=True)
            with ConsoleStation(str(folder), settings="") as station:
                settings = [f"  - {{profile: bitalino, path: {station.node('bitalino')}, options: {SENSORS}}}\n"]
                station.set("devices:\n" + "".join(settings)
                            + f"keyboards:\n  - {{test_source: {station.node('keyboard')}, participant: true}}\n")
                # A hole of 700 ms in each 15 s; signals with drift.
                station.simulate("bitalino", "--rate", "1000", "--link", station.node("bitalino"), "--seed", "3",
                                 "--loss-pattern", "15000:700", "--drift-ppm", "40")
                station.simulate("keyboard", "--pipe", station.node("keyboard"), "--seed", "5")
                station.start()
                station.wait_for_device("bitalino")
                session = _record(station)
                station.stop()
                shutil.copytree(station.data, kept / "data")
            (kept / "session").write_text(session)
        return kept / "data", (kept / "session").read_text()


def put(station):
    """Copies the recorded session into a station's data; gives its id. Call it before the daemon starts."""
    data, session = recorded()
    shutil.copytree(data, station.data, dirs_exist_ok=True)
    return session


CLASSES = ["direct-adoption", "slight-modification", "combination", "rewritten", "no-detected-overlap"]


def another(first, participant, number):
    """Makes another chat of the recorded one: other words, feelings, ratings and uses of Suggestions. Gives its path."""
    path = first.parent.parent / participant / f"20261122T0{number}0000Z-chat.attune"
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(first, path)
    file = sqlite3.connect(path)
    identifier = str(uuid.UUID(int=number << 96 | 0x4000_8000_0000_0000_0000))
    file.execute("UPDATE session SET id = ?, participant = ?, started_realtime_ns = started_realtime_ns + ?",
                 (identifier, path.parent.name, number * 10**12))
    for turn, text in file.execute("SELECT id, text FROM turns WHERE author = 'participant'").fetchall():
        file.execute("UPDATE turns SET text = ? WHERE id = ?", (" ".join([text] * (1 + (number * turn) % 4)), turn))
    for event, kind, payload in file.execute("SELECT id, kind, payload FROM events").fetchall():
        told = json.loads(payload)
        if kind == "emotion":
            told["valence"] = round(max(-1, min(1, told["valence"] + 0.11 * (number % 7))), 2)
            told["arousal"] = round(max(-1, min(1, told["arousal"] + 0.07 * (number % 5) - 0.2)), 2)
        elif kind == "provenance":
            told["class"] = CLASSES[(number + told["turn"]) % 5]
        elif kind == "answers" and told["questionnaire"] == "client":
            told["answers"]["human-likeness"] = 1 + (number * 3) % 7
        else:
            continue
        file.execute("UPDATE events SET payload = ? WHERE id = ?", (json.dumps(told), event))
    file.commit()
    file.close()
    return path


if __name__ == "__main__":
    started = time.monotonic()
    print(*recorded(), f"in {time.monotonic() - started:.1f} s", file=sys.stderr)
