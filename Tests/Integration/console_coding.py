"""Annotations over HTTP, with the real daemon, the real console and a session that they recorded.

    console_coding.py PROGRAMS [corrections | rules | elan]...

corrections: R peaks and artefacts added, moved and taken away; what is derived follows, names the version that it was
made with, and is exactly what it was once all is undone. rules: what a scheme says holds on the server, whatever a page does.
elan: a document as ELAN 6 writes it comes in by the page and by the command line alike; what it has that annotations have no
place for is told; what goes out is read by others' programs (Readers/tiers.py).
"""

import json
import math
import os
import pathlib
import re
import struct
import subprocess
import sys
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Browser")]

import recorded  # noqa: E402
from console_station import ConsoleStation  # noqa: E402
from station import Failure  # noqa: E402

LAB = "lab:researcher"
SCHEME = "peer-support-moments"
checked = 0


def check(what, holds, seen=""):
    global checked
    if not holds:
        raise Failure(f"{what}: {seen}")
    checked += 1


def name():
    return str(uuid.uuid4())


class Session:
    """The recorded session, as a researcher's page reads and changes it."""

    def __init__(self, station, session):
        self.station, self.address = station, f"/api/sessions/{session}"
        self.cookie = {"cookie": station.cookie(LAB)}
        self.csrf = station.get("/api/me", LAB)["csrf"]

    def get(self, path, **headers):
        status, answered, body = self.station.request("GET", path, headers=self.cookie | headers)
        return status, answered, body

    def json(self, path):
        return self.station.get(path, LAB)

    def post(self, changes):
        status, _, body = self.station.request(
            "POST", self.address + "/annotations", json.dumps({"changes": changes}),
            self.cookie | {"content-type": "application/json", "x-attune-csrf": self.csrf})
        return status, json.loads(body)

    def put(self, *changes):
        status, answer = self.post(list(changes))
        check("a change is taken", status == 200, answer)
        return answer

    def history(self, annotation):
        return self.json(f"{self.address}/annotations/{annotation}/history")["rows"]

    def rows(self):
        return self.json(f"{self.address}/annotations")["annotations"]


def change(action="add", **fields):
    return {"change": name(), "annotation": name(), "action": action, "layer": "signals", "removed": action == "remove"} | fields


# Signals

def floats(body):
    return struct.unpack(f"<{len(body) // 4}f", body)


def intervals(session, track, *stretch):
    """RR intervals as `{end in ms: length in ms}`."""
    status, _, body = session.get(f"{session.address}/samples?track={track}" + "".join(stretch))
    check("samples are answered", status == 200, body[:200])
    [count] = struct.unpack_from("<I", body)
    times = struct.unpack_from(f"<{count}d", body, 8)
    lengths = struct.unpack_from(f"<{count}f", body, 8 + 8 * count)
    return {round(1000 * at): length for at, length in zip(times, lengths)}


class Derived:
    """Everything that is computed of the session's signals, by address: status, headers and bytes."""

    def __init__(self, session, tracks):
        self.session = session
        self.paths = [f"{session.address}/{what}track={track}{rest}" for track in tracks
                      for what, rest in [("tiles?", "&from_s=0&to_s=30&pixels=600"), ("samples?", "&from_s=0&to_s=30")]]
        self.paths += [f"{session.address}/peaks", f"{session.address}/beats?track={tracks[0]}",
                       f"/api/figures/{recorded.STUDY}/physiology.json", f"/api/figures/{recorded.STUDY}/physiology.csv"]
        self.read()

    def read(self):
        self.answers = {path: self.session.get(path) for path in self.paths}
        for path, (status, _, body) in self.answers.items():
            check(path, status == 200, body[:200])

    def figures(self):
        """What was computed, without the names of the versions."""
        def plain(body, path):
            if path.endswith(".csv"):
                return [line.rpartition(b",")[0] for line in body.splitlines()]
            if body[:1] != b"{":
                return body
            return {key: value for key, value in json.loads(body).items() if key not in ("version", "corrections", "data_version")}
        return {path: plain(body, path) for path, (_, _, body) in self.answers.items()}

    def check_version(self, version, what):
        """Each answer names the version, and is the same for who has it."""
        for path, (_, headers, body) in self.answers.items():
            if "/api/figures/" in path:
                if path.endswith("json"):
                    check(f"{what}: {path} names the version of its data", json.loads(body)["data_version"])
                continue
            check(f"{what}: {path} names {version}", headers["x-attune-corrections"] == str(version), headers)
            check(f"{what}: its tag does", headers["etag"].endswith(f'-r{version}"'), headers)
            check(f"{what}: 304", self.session.get(path, **{"if-none-match": headers["etag"]})[0] == 304)
            if body[:1] == b"{":
                told = json.loads(body)
                check(f"{what}: its words do", told["corrections"] == version and told["version"] == headers["etag"].strip('"'), told)
        _, headers, body = self.session.get(self.session.address)
        manifest = json.loads(body)
        check(f"{what}: the manifest", (manifest["corrections"], headers["x-attune-corrections"]) == (version, str(version)), headers)
        sources = self.session.get(f"/api/figures/{recorded.STUDY}/sources.csv?pilots=1")[2].decode()
        check(f"{what}: the figures' sources", f",{version}," in sources, sources)

    def check_changed(self, what):
        """Tags of before do not fit any more; what the tags belong to is read again."""
        before = self.answers
        self.read()
        for path, (_, headers, _) in before.items():
            if "etag" not in headers:
                continue
            status, now, _ = self.session.get(path, **{"if-none-match": headers["etag"]})
            check(f"{what}: {path} is another one", status == 200 and now["etag"] != headers["etag"], (status, headers, now))


def corrections(station, session):
    session = Session(station, session)
    manifest = session.json(session.address)
    check("nothing is corrected at first", manifest["corrections"] == 0, manifest["corrections"])
    rr = next(track for track in manifest["tracks"] if track["kind"] == "rr")
    rate = next(track for track in manifest["tracks"] if track["kind"] == "heart-rate")
    skin = [track for track in manifest["tracks"] if track["kind"] in ("tonic", "phasic")]
    derived = Derived(session, [rr["id"], rate["id"], *[track["id"] for track in skin]])
    derived.check_version(0, "at first")
    untouched = derived.figures()
    beats = session.json(f"{session.address}/beats?track={rr['id']}")
    check("all found peaks count", beats["found"] == beats["corrected"] and len(beats["found"]) > 15, beats)
    before = intervals(session, rr["id"])
    # Three beats in a row, away from gaps: intervals before and behind the one in the middle count.
    first, middle, last = next(three for three in zip(beats["found"], beats["found"][1:], beats["found"][2:])
                               if three[0] > 4 and all(round(1000 * at) in before for at in three[1:]))
    signal = {"stream": rr["stream"], "channel": manifest["streams"][[s["id"] for s in manifest["streams"]].index(rr["stream"])]["channels"][rr["channel"]]["name"]}

    # A peak that is none: the intervals on both its sides go, and the one across is none of a heart.
    gone = change(kind="no-beat", code="no-beat", start_s=middle, **signal)
    version = session.put(gone)["version"]
    derived.check_changed("a peak is taken away")
    derived.check_version(version, "a peak is taken away")
    now = intervals(session, rr["id"])
    check("its interval is gone", round(1000 * middle) in before and round(1000 * middle) not in now, (before, now))
    told = session.json(f"{session.address}/beats?track={rr['id']}")
    check("what was found stays", told["found"] == beats["found"] and middle not in told["corrected"], told)

    # It is put 40 ms later: moved. Both intervals are there again, of other lengths.
    moved = change(kind="beat", code="beat", start_s=middle + 0.04, **signal)
    version = session.put(moved)["version"]
    derived.check_changed("it was moved")
    derived.check_version(version, "it was moved")
    now = intervals(session, rr["id"])
    at = round(1000 * (middle + 0.04))
    check("the interval before is 40 ms longer", math.isclose(now[at], before[round(1000 * middle)] + 40, abs_tol=0.01), (now, before))
    check("the one behind is 40 ms shorter", math.isclose(now[round(1000 * last)], before[round(1000 * last)] - 40, abs_tol=0.01), (now, before))
    # Moved again, the same annotation.
    row = session.history(moved["annotation"])[-1]["id"]
    again = moved | change("change", annotation=moved["annotation"], kind="beat", code="beat", start_s=middle - 0.02, based_on=row, **signal)
    version = session.put(again)["version"]
    derived.check_changed("it was moved again")
    now = intervals(session, rr["id"])
    check("the interval before is 20 ms shorter than found", math.isclose(now[round(1000 * (middle - 0.02))], before[round(1000 * middle)] - 20, abs_tol=0.01), now)

    # A stretch of artefact: nothing of it is told, in heart rate as in skin conductance.
    artefact = change(kind="artefact", code="movement", start_s=last + 0.1, end_s=last + 1.1, stream=rr["stream"])
    version = session.put(artefact)["version"]
    derived.check_changed("an artefact was drawn")
    derived.check_version(version, "an artefact was drawn")
    now = intervals(session, rr["id"])
    inside = [end for end, length in before.items() if last + 0.1 < end / 1000 and (end - length) / 1000 < last + 1.1]
    check("intervals in it are left out", inside and not set(inside) & set(now), (inside, now))
    tile = floats(session.get(f"{session.address}/tiles?track={rate['id']}&from_s={last + 0.2}&to_s={last + 1.0}&pixels=8")[2])
    check("so is heart rate", all(math.isnan(value) for value in tile), tile)
    own = [track for track in skin if track["stream"] == rr["stream"]]
    for track in own:
        tile = floats(session.get(f"{session.address}/tiles?track={track['id']}&from_s={last + 0.2}&to_s={last + 1.0}&pixels=8")[2])
        check("so is skin conductance of the stream", all(math.isnan(value) for value in tile), tile)
    check("skin conductance was there to be left out", own, manifest["tracks"])
    # Stretched, then away.
    row = session.history(artefact["annotation"])[-1]["id"]
    wide = artefact | change("change", annotation=artefact["annotation"], kind="artefact", code="movement", start_s=last + 0.1, end_s=last + 3,
                             stream=rr["stream"], based_on=row)
    version = session.put(wide)["version"]
    derived.check_changed("it was stretched")
    check("more is left out", len(intervals(session, rr["id"])) < len(now), now)

    # What is of no signal changes nothing that is derived.
    session.put(change(kind="point", code="marker", layer="lab", start_s=2))
    derived.read()
    derived.check_version(version, "a marker")
    check("the review has a version of its own", session.json(session.address)["review_version"] == version + 1)

    # Each step is taken back: row by row what was there before; then everything is as it was, to the byte.
    def undo(step, state):
        row = session.history(step["annotation"])[-1]["id"]
        session.put({**(state or step), "change": name(), "action": "undo", "removed": state is None, "based_on": row})

    for step, state in [(wide, artefact), (artefact, None), (again, moved), (moved, None), (gone, None)]:
        undo(step, state)
    derived.check_changed("all is undone")
    check("all figures are exactly what they were", derived.figures() == untouched,
          [path for path, figures in derived.figures().items() if figures != untouched[path]])
    version = session.json(session.address)["corrections"]
    derived.check_version(version, "all is undone")
    # Nothing was overwritten: every state is there, with who, when and what, in order.
    history = session.history(moved["annotation"])
    check("each step is a row", [(one["action"], one["removed"], round(one["start_s"] - middle, 6)) for one in history]
          == [("add", False, 0.04), ("change", False, -0.02), ("undo", False, 0.04), ("undo", True, 0.04)], history)
    check("with who and when", {one["actor"] for one in history} == {"lab"} and [one["id"] for one in history] == sorted(one["id"] for one in history)
          and [one["made_utc_ns"] for one in history] == sorted(one["made_utc_ns"] for one in history), history)
    check("nothing stands", [one for one in session.rows() if one["layer"] == "signals"] == [], session.rows())
    # What is done on a state that does not stand any more is refused.
    status, answer = session.post([again | {"change": name(), "start_s": middle}])
    check("a stale change is refused", status == 409 and answer["newest"] == history[-1]["id"], (status, answer))


# Rules of schemes

def rules(station, session):
    session = Session(station, session)
    scheme = next(one for one in session.json("/api/schemes")["schemes"] if one["name"] == SCHEME)
    fields = {"layer": "lab", "scheme": SCHEME, "scheme_sha256": scheme["sha256"]}
    end = session.json(session.address)["last_s"]

    def coded(code, start, stop=None, action="add", **more):
        kind = "interval" if stop is not None else "point"
        return change(action, **fields | {"kind": kind, "code": code, "start_s": start, "end_s": stop} | more)

    def refused(what, *changes, words):
        count = len(session.rows())
        status, answer = session.post(list(changes))
        check(f"{what} is refused", status == 400, (status, answer))
        check(f"{what} is refused in words", words in answer["error"] and answer["error"].lstrip("'")[0].isupper() and answer["error"].endswith("."), answer)
        check(f"{what}: it is told which", answer["change"] in {one["change"] for one in changes}, answer)
        check(f"{what}: nothing was added", len(session.rows()) == count, session.rows())

    # What fits no scheme, or no session.
    refused("an unknown code", coded("wisdom", 2, 3), words="has no code 'wisdom'")
    refused("an unknown modifier", coded("reflecting", 2, 3, modifiers={"loudly": "x"}), words="has no modifier 'loudly'")
    refused("an unknown choice", coded("reflecting", 2, 3, modifiers={"of": "everything"}), words="one of content, feeling, both")
    refused("a code on the wrong kind", coded("reflecting", 2), words="'Reflecting' is put on an interval, not on a point")
    refused("an end before its start", coded("reflecting", 3, 2), words="needs a start before its end")
    refused("no length", coded("reflecting", 3, 3), words="needs a start before its end")
    refused("an end beyond the session", coded("reflecting", 3, end + 60), words="is not within the session")
    refused("a beginning before the session", coded("turning-point", -3), words="is not within the session")
    refused("a point with an end", coded("turning-point", 3, 4, kind="point"), words="a point has no end")
    refused("an unknown kind", coded("turning-point", 3, kind="cloud"), words="'Turning point' is put on a point, not on a cloud")
    refused("an unknown kind without a scheme", change(layer="lab", kind="cloud", code="x", start_s=3), words="a kind is one of")
    refused("no such turn", change(layer="lab", kind="turn", code="x", turn=99), words="the session has no turn 99")
    refused("an artefact of no stream", change(kind="artefact", code="movement", start_s=3, end_s=4), words="needs a stream")

    # Codes that exclude one another.
    exploring = coded("exploring", 4, 6)
    session.put(exploring, coded("reflecting", 6, 8))
    refused("what overlaps another of its group", coded("advising", 5, 7), words="'Advising' would overlap 'Exploring'")
    refused("what holds another of its group", coded("advising", 3, 9), words="of 'What the supporter is doing' one is marked at a time")
    refused("two at once that overlap", coded("sharing", 10, 12), coded("advising", 11, 13), words="would overlap")
    session.put(coded("struggle", 5, 7))
    row = session.history(exploring["annotation"])[-1]["id"]
    refused("what is stretched over its neighbour", coded("exploring", 4, 6.001, "change", annotation=exploring["annotation"], based_on=row), words="would overlap 'Reflecting'")
    # In one request its neighbour may make room.
    reflecting = next(one for one in session.rows() if one["code"] == "reflecting")
    session.put(coded("reflecting", 6.5, 8, "change", annotation=reflecting["annotation"], based_on=reflecting["id"]),
                coded("exploring", 4, 6.5, "change", annotation=exploring["annotation"], based_on=row))
    # Another one's layer is another one's.
    status, _, body = station.request("POST", session.address + "/annotations",
                                      json.dumps({"changes": [coded("advising", 4, 8, layer="ben")]}),
                                      {"cookie": station.cookie("ben:researcher"), "content-type": "application/json",
                                       "x-attune-csrf": station.get("/api/me", "ben:researcher")["csrf"]})
    check("somebody else's codes exclude nothing of mine", status == 200, body)

    # Codes that lie within another.
    refused("a child without its parent", coded("rewording", 9), words="'Rewording of a Suggestion' has to lie within one 'Struggle to find words'")
    child = coded("rewording", 6)
    session.put(child)
    struggle = next(one for one in session.rows() if one["code"] == "struggle")
    refused("a parent that leaves its child behind", coded("struggle", 6.5, 7, "change", annotation=struggle["annotation"], based_on=struggle["id"]),
            words="'Rewording of a Suggestion' lies within it")
    refused("a child that leaves its parent", coded("rewording", 7.5, None, "change", annotation=child["annotation"]), words="has to lie within")
    # Parent and child in one request, whichever comes first; moved together.
    both = [coded("rewording", 15), coded("struggle", 14, 16)]
    session.put(*both)
    session.put(coded("struggle", 17, 19, "change", annotation=both[1]["annotation"]), coded("rewording", 18, None, "change", annotation=both[0]["annotation"]))
    # Steps are taken back one at a time, also a parent's that came after its child; what never stood is no step back.
    session.put(coded("struggle", 17, 19, "undo", annotation=both[1]["annotation"], removed=True))
    session.put(coded("rewording", 18, None, "undo", annotation=both[0]["annotation"], removed=True))
    session.put(coded("rewording", 18, None, "redo", annotation=both[0]["annotation"]))
    refused("a step back that never was", coded("rewording", 3, None, "undo", annotation=both[0]["annotation"]), words="has to lie within")
    session.put(coded("struggle", 17, 19, "redo", annotation=both[1]["annotation"]))
    # The same request again, because its answer was lost, adds nothing and gets the same answer.
    again = coded("sharing", 20, 21)
    first, second = session.put(again), session.put(again)
    check("it is there once", second["rows"] == [first["rows"][0] | {"repeated": True}], (first, second))


# Files of ELAN

def elan(station, session):
    path = next(station.data.rglob("*-chat.attune"))
    session = Session(station, session)
    text = (HERE.parent / "Readers" / "elan-6.eaf").read_bytes()
    # As it comes from Windows.
    body = b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n")
    file = station.folder / "p7.eaf"
    file.write_bytes(body)
    headers = session.cookie | {"content-type": "text/xml", "x-attune-csrf": session.csrf}
    status, _, answer = station.request("POST", f"{session.address}/annotations/import-elan?file=p7.eaf&scheme={SCHEME}", body, headers)
    page = json.loads(answer)
    check("the page brings it in", (status, page["taken"], page["repeated"]) == (200, 12, 0), page)
    shell = station.attune("review", "import", path, file, "--layer", "carla", "--scheme", SCHEME)
    check("the command line does the same", [shell[key] for key in ("taken", "tiers", "problems")] == [page[key] for key in ("taken", "tiers", "problems")], (page, shell))
    problems = "\n".join(page["problems"])
    for words in ["has no time, and was not taken", "shifted by 1520 ms", "3 files that it names", "stands in another file", "1 link between", "lexicon"]:
        check(f"it is told: {words}", words in problems, problems)
    again = station.attune("review", "import", path, file, "--layer", "carla", "--scheme", SCHEME)
    check("a second time adds nothing", (again["taken"], again["repeated"]) == (0, 12), again)
    rows = [row for row in session.rows() if row["layer"] == "carla"]
    words = sorted((row["start_s"], row["note"]) for row in rows if row["code"] == "words@P7")
    check("parts are where ELAN shows them", words == [(1, "I"), (2, "couldn't"), (3, "sleep")], words)
    # Out, and read by programs of others; in again, and out: nothing changes.
    outs = []
    for layer, into in [("carla", "dora"), ("dora", "emil"), ("emil", None)]:
        eaf, grid = station.folder / f"{layer}.eaf", station.folder / f"{layer}.TextGrid"
        for format, out in [("elan", eaf), ("textgrid", grid)]:
            station.attune("review", "export", path, "--format", format, "--out", out, "--layer", layer, "--without-turns", json_output=False)
        read = subprocess.run([sys.executable, str(HERE.parent / "Readers" / "tiers.py"), eaf, grid], capture_output=True, text=True, check=False)
        check("others read the same", read.returncode == 0, read.stdout + read.stderr)
        outs.append(re.sub(r"DATE=\S+|<PROPERTY.*", "", eaf.read_text(encoding="utf-8").replace(layer, "LAYER")))
        if into:
            taken = station.attune("review", "import", path, eaf, "--layer", into, "--scheme", SCHEME)
            check("nothing is lost on the way", taken["taken"] == 12 and taken["problems"] == [], taken)
    check("out, in and out is the same", outs[0] == outs[1] == outs[2], outs)


def main(programs, *modes):
    os.environ["ATTUNE_PROGRAMS"] = programs  # those that record what is put into the station
    for mode in modes or ["corrections", "rules", "elan"]:
        with ConsoleStation(programs) as station:
            session = recorded.put(station)
            station.start()
            station.serve_console()
            {"corrections": corrections, "rules": rules, "elan": elan}[mode](station, session)
        print(f"ok {mode}", flush=True)
    print(f"{checked} checks")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failure as failure:
        sys.exit(f"FAILED {failure}")
