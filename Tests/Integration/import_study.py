"""Sessions that are imported into a study: the daemon's index has them, told at once or found when it starts next;
what was deleted stays deleted; check, summary, measures and exports take them, and the console plays them back.

    import_study.py PROGRAMS
"""

import json
import pathlib
import shutil
import sqlite3
import struct
import sys

from station import Failure, Station, wait_for
from think_aloud import Console


def check(what, condition, found=""):
    if not condition:
        raise Failure(f"{what} {found}")
    print("ok", what, flush=True)


def chunk(tag, content):
    return b"\x04" + struct.pack("<IH", len(content) + 2, tag) + content


def write(path, date):
    """Two minutes of a heart at 100 Hz and of a skin at 4 Hz, and three marks."""
    parts = [b"XDF:", chunk(1, f"<info><version>1.0</version><datetime>{date}</datetime></info>".encode())]
    for number, (name, kind, rate, form) in enumerate(
            [("heart", "ECG", 100, "double64"), ("skin", "EDA", 4, "double64"), ("marks", "Markers", 0, "string")], 1):
        parts.append(chunk(2, struct.pack("<I", number) + (
            f"<info><name>{name}</name><type>{kind}</type><channel_count>1</channel_count>"
            f"<nominal_srate>{rate}</nominal_srate><channel_format>{form}</channel_format></info>").encode()))
        for second in range(0, 120, 5):
            parts.append(chunk(4, struct.pack("<Idd", number, 500 + second, 2.5)))
    for second in range(120):
        for number, rate in ((1, 100), (2, 4)):
            content = struct.pack("<IBB", number, 1, rate)
            for sample in range(rate):
                value = (1.0 if sample == 50 else 0.0) if number == 1 else 3.0 + second / 100
                content += struct.pack("<Bdd", 8, 500 + second + sample / rate, value)
            parts.append(chunk(3, content))
        if second % 40 == 20:
            text = f"mark {second}".encode()
            parts.append(chunk(3, struct.pack("<IBBBdBB", 3, 1, 1, 8, 500 + second, 1, len(text)) + text))
    path.write_bytes(b"".join(parts))


def entries(station):
    """The sessions of the index: file, state, hash, by id."""
    path = pathlib.Path(station.data) / "lab" / "study.db"
    if not path.exists():
        return {}
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)
    try:
        rows = connection.execute("SELECT id, file, state, sha256, outcome FROM sessions").fetchall()
    except sqlite3.OperationalError as error:
        # The daemon is just making it.
        if "no such table" not in str(error):
            raise
        rows = []
    finally:
        connection.close()
    return {row[0]: row[1:] for row in rows}


def play(station, session):
    """What the researcher's pages get of it."""
    console = Console(station)
    listed = console.get("/api/sessions?study=lab")["sessions"]
    check("the console lists it", session in [one["id"] for one in listed], listed)
    told = console.get(f"/api/sessions/{session}")
    check("playback has its streams",
          [(stream["name"], stream["samples"]) for stream in told["streams"]][:2] == [("heart", 12000), ("skin", 480)],
          told["streams"])
    texts = [event for event in told["events"] if "mark" in json.dumps(event)]
    check("and its marks", [event["t_s"] for event in texts] == [20, 60, 100], told["events"])
    heart = next(track for track in told["tracks"] if track["stream"] == told["streams"][0]["id"])
    status, _, body = console.call(
        "GET", f"/api/sessions/{session}/samples?track={heart['id']}&from_s=29.995&to_s=31.995")
    (number, _), count = struct.unpack_from("<II", body), 200
    times = struct.unpack_from(f"<{count}d", body, 8)
    values = struct.unpack_from(f"<{count}f", body, 8 + 8 * count)
    check("and its samples, each in its place", (status, number) == (200, count)
          and all(abs(time - 30 - place / 100) < 1e-3 for place, time in enumerate(times))
          and [place for place, value in enumerate(values) if value == 1] == [50, 150], (status, number, times[:3]))
    console.kill()


def main(programs):
    with Station(programs, "station: import\n") as station:
        first, second = pathlib.Path(station.path("1.xdf")), pathlib.Path(station.path("2.xdf"))
        write(first, "2026-03-04T10:00:00Z")
        write(second, "2026-03-05T10:00:00Z")

        done = station.attune("import", str(first), "--study", "lab", "--participant", "P01")
        check("it has the daemon's name", done["file"].endswith("/lab/P01/20260304T100000Z-chat.attune"), done["file"])
        check("all of it is there", [(stream["name"], stream["samples"], stream["events"]) for stream in done["streams"]]
              == [("heart", 12000, 0), ("skin", 480, 0), ("marks", 0, 3)], done["streams"])

        # A daemon that starts finds it.
        station.start()
        wait_for("the index to have it", lambda: entries(station).get(done["session"], (0, 0, None))[2])
        file, state, sha256, outcome = entries(station)[done["session"]]
        check("what lies there is taken in at the start",
              (file, state, sha256, outcome) == ("P01/20260304T100000Z-chat.attune", "finished", done["sha256"],
                                                 "imported"), (file, state, sha256, outcome))

        # One that runs is told.
        other = station.attune("import", str(second), "--study", "lab", "--participant", "P01")
        wait_for("the index to have the second", lambda: entries(station).get(other["session"], (0, 0, None))[2])
        listed = station.attune("session", "list")
        check("both are listed", {done["session"], other["session"]} <= {one["id"] for one in listed}, listed)
        wait_for("its quality report", lambda: pathlib.Path(
            other["file"].replace(".attune", ".quality.html")).exists())

        # The same once more, and what is none.
        again = station.attune("import", str(second), "--study", "lab", "--participant", "P01", check=False)
        check("nothing is written over", "is there already" in str(again), again)

        for words in (["check", done["file"]], ["summary", done["file"]], ["measures", done["file"]],
                      ["align", done["file"]], ["export", done["file"], "--format", "csv,xdf", "--out",
                                                station.path("out")]):
            station.attune(*words)
            check(f"attune {words[0]} takes it", True)

        play(station, other["session"])

        # What was deleted is not brought back by a copy.
        kept = pathlib.Path(station.path("kept.attune"))
        shutil.copy2(other["file"], kept)
        station.attune("participant", "withdraw", "P01", "--study", "lab", "--delete-all", "--yes")
        wait_for("it to be gone", lambda: not pathlib.Path(other["file"]).exists())
        station.stop()
        pathlib.Path(other["file"]).parent.mkdir(exist_ok=True)
        shutil.copy2(kept, other["file"])
        station.start()
        station.attune("status")
        check("a copy of what was deleted is not taken in", other["session"] not in entries(station), entries(station))
        station.stop()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
