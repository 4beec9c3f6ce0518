"""Cue points that a protocol chooses from a session with real signals: a virtual BITalino replays a heart and a skin
whose responses are known, a linked client brings turns, and the console lists the cue points over HTTP.

    cues.py PROGRAMS

Prints one line a check; exits with 1 at the first that fails.
"""

import math
import pathlib
import sys
import tempfile
import time

import varlink

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Readers")]

import stored  # noqa: E402
from chat_room import checkout  # noqa: E402
from station import Failure, Station, wait_for  # noqa: E402
from think_aloud import Console, check, open_session  # noqa: E402

RATE = 1000
SECONDS = 50
#: Where responses of the skin have their tops, in s of the device's own time, and how large they are, in µS.
RESPONSES = [(12.0, 0.6), (23.0, 1.3), (41.0, 0.3)]
#: From here on the heart beats 100 times a minute and not 60.
FASTER = 30.0
PROTOCOL = """
name: cued
version: 1
title: Cue points
phases:
  - {name: chat, title: Chat, kind: chat}
  - name: think-aloud
    title: Think-aloud
    kind: think-aloud
    cues:
      - {peaks: skin-conductance, most: 2}
      - {peaks: heart-rate, most: 1}
      - {pausesLongerThan: 8, most: 1}
      - {turns: client}
      - {marks: surprise}
    cueLeadSeconds: 3
    shows: [chat, suggestions]
consent: []
chat: {persona: distressed-client}
"""


def skin(at):
    """Conductance in µS: a slow level, and responses that rise within a second and fall in three."""
    level = 5 + 0.002 * at
    for top, size in RESPONSES:
        since = at - top
        if -1 < since <= 0:
            level += size * math.sin(math.pi / 2 * (since + 1)) ** 2
        elif since > 0:
            level += size * math.exp(-since / 3)
    return round(level / 25 * 1024)


def beats():
    times, at = [], 0.5
    while at < SECONDS:
        times.append(at)
        at += 1.0 if at < FASTER else 0.6
    return times


def rows():
    """Raw values of 10 bits: nothing, the heart, the skin."""
    heart = [512] * (RATE * SECONDS)
    for beat in beats():
        for offset in range(-40, 41):
            place = int(beat * RATE) + offset
            if 0 <= place < len(heart):
                heart[place] += round(300 * max(0, 1 - abs(offset) / 20) - 60 * math.exp(-((abs(offset) - 28) / 8) ** 2))
    return [(0, value, skin(place / RATE)) for place, value in enumerate(heart)]


class Talk:
    """A linked client that says turns and types."""

    def __init__(self, station, session):
        self.session, self.number = session, 0
        self.client = varlink.Client(f"unix:{station.socket}")
        self.link = self.client.open("io.attune.Link")
        self.link.Register(session=session, client="talk", title="A talk", clock="station", streams=[])

    def say(self, kind, **payload):
        self.number += 1
        now = time.monotonic_ns()
        self.link.SendEvents(session=self.session, client="talk", events=[
            {"sequence": self.number, "time_ns": now, "kind": kind, "payload": payload}])
        return now

    def turn(self, author, text):
        now = time.monotonic_ns()
        self.say("turn", author=author, text=text, sent_ns=now, shown_ns=now)
        return now


def record(station):
    """A session of which all is known. Gives its row, when the turns and the mark were, and the file."""
    with open(station.path("rows.csv"), "w") as file:
        file.write("nothing,heart,skin\n")
        file.writelines(f"{a},{b},{c}\n" for a, b, c in rows())
    session = station.attune("session", "start", "study", "P01", "--protocol", "cued", "--device", "bitalino")
    station.attune("session", "phase", "chat")
    station.simulate("bitalino", "--link", station.path("bitalino"), "--csv", station.path("rows.csv"), "--column",
                     "nothing,heart,skin", "--channels", 3, "--log", station.path("sent"), "--stay")
    talk = Talk(station, session["id"])
    wait_for("samples", lambda: station.attune("session", "show", session["id"])["session"]["samples"] > 0)
    turns = [talk.turn("client", "I do not know what to do.")]
    time.sleep(3)
    talk.turn("participant", "Tell me more.")
    time.sleep(3)
    turns.append(talk.turn("client", "Since March I am alone."))
    time.sleep(2)
    last = time.monotonic_ns()
    station.attune("session", "mark", "surprise")
    station.attune("session", "mark", "door")
    wait_for("all samples", lambda: station.attune("session", "show", session["id"])["session"]["samples"]
             >= RATE * SECONDS, seconds=SECONDS + 30, step=0.5)
    talk.client.cleanup()
    station.attune("session", "stop", "--wait")
    return session, turns, last


def device_time(file):
    """When the device's first sample was, in s of the session: by the stored clock."""
    with open_session(file) as database:
        [(started,)] = database.execute("SELECT started_ns FROM session")
        stream = stored.stream_id(database, "bitalino")
        [(origin, period)] = list(database.execute(
            "SELECT origin_ns, period_ns FROM clock_segments WHERE stream_id = ? ORDER BY first_index LIMIT 1", (stream,)))
    check("the device's clock is known", abs(period - 1e9 / RATE) < 5e3, period)
    return started, (origin - started) / 1e9


def compare(cues, session):
    started, begun = device_time(session["file"])
    check("cues come by time", [cue["t_s"] for cue in cues["cues"]] == sorted(cue["t_s"] for cue in cues["cues"]))
    check("ids are unique", len({cue["id"] for cue in cues["cues"]}) == len(cues["cues"]))
    check("the replay begins a little before each", all(
        abs(cue["from_s"] - max(0, cue["t_s"] - 3)) < 1e-6 and cue["to_s"] >= cue["t_s"] for cue in cues["cues"]), cues)
    check("the participant sees what the protocol says", cues["shows"] == ["chat", "suggestions"], cues["shows"])
    by = {}
    for cue in cues["cues"]:
        by.setdefault(cue["origin"], []).append(cue)
    check("each names the rule that chose it", set(by) == {
        "peaks: skin-conductance, most: 2", "peaks: heart-rate, most: 1", "pausesLongerThan: 8, most: 1", "turns: client",
        "marks: surprise"}, {origin: len(found) for origin, found in by.items()})
    return started, begun, by


def main():
    with tempfile.TemporaryDirectory() as folder, Station(checkout(
            pathlib.Path(sys.argv[1]), folder, PROTOCOL, name="cued", also=["attune-console"])) as station:
        station.set("devices:\n  - {profile: bitalino, path: %s, name: bitalino, options: {channels: [A2, A3]}}\n"
                    % station.path("bitalino"))
        station.start()
        session, turns, last = record(station)
        console = Console(station)
        cues = console.get(f"/api/sessions/{session['id']}/cues")
        started, begun, by = compare(cues, session)
        wanted = sorted(begun + top for top, size in sorted(RESPONSES, key=lambda one: -one[1])[:2])
        found = by["peaks: skin-conductance, most: 2"]
        check("the two largest responses of the skin", len(found) == 2 and all(
            cue["kind"] == "peak" and abs(cue["t_s"] - time_s) < 1 and "SCR" in cue["label"]
            for cue, time_s in zip(found, wanted)), (wanted, found))
        [rise] = by["peaks: heart-rate, most: 1"]
        check("where the heart began to beat faster", abs(rise["t_s"] - begun - FASTER) < 3 and "bpm" in rise["label"],
              (begun + FASTER, rise))
        [pause] = by["pausesLongerThan: 8, most: 1"]
        check("the longest pause", pause["kind"] == "pause" and abs(pause["t_s"] - (turns[-1] - started) / 1e9) < 0.01
              and pause["to_s"] - pause["t_s"] > 8, (pause, (turns[-1] - started) / 1e9))
        check("the client's turns", [round(cue["t_s"], 2) for cue in by["turns: client"]]
              == [round((turn - started) / 1e9, 2) for turn in turns], by["turns: client"])
        [mark] = by["marks: surprise"]
        check("the mark of that name alone", 0 <= mark["t_s"] - (last - started) / 1e9 < 2, mark)
        again = console.get(f"/api/sessions/{session['id']}/cues")
        check("they are the same again", again == cues)
        use(console, session["id"], by["peaks: skin-conductance, most: 2"][1])
    print("everything holds")


def use(console, session, cue):
    """A think-aloud goes to a cue point, and logs where it comes from."""
    commentary = console.post("/api/think-aloud", {"session": session})["commentary"]
    state = console.post(f"/api/think-aloud/{commentary}/command",
                         {"view": "researcher-1", "by": "researcher", "action": "cue", "cue": cue["id"]})
    check("the replay goes there", abs(state["position_s"] - cue["from_s"]) < 1e-6 and state["cue"] == cue["id"], state)
    console.post(f"/api/think-aloud/{commentary}/stop")
    told = wait_for("the log of the cue", lambda: console.get(f"/api/commentaries/{commentary}")["cues"] or None)
    check("and logs its origin", told[0]["origin"] == cue["origin"] and told[0]["cue"] == cue["id"]
          and abs(told[0]["session_s"] - cue["t_s"]) < 0.001, told)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"FAILED {failure}")
        sys.exit(1)
