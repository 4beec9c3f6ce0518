"""Recoveries that are themselves killed: between their commit and the removal of the rings, and with
an end of the session waiting in the ring.

    recovery.py PROGRAMS
"""

import pathlib
import shutil
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "Integration"), str(HERE.parent / "Readers")]

import stored
from station import Failure, Station, end_on_signals, wait_for

ROWS = 100_000
RINGS = ("acquisition.ring", "control.ring")


def check(what, condition, detail=""):
    print("ok" if condition else "FAILED", what, "" if condition else detail, flush=True)
    if not condition:
        raise Failure(what)


def numbers(path):
    database = stored.connect(path)
    columns, _ = stored.samples(database, stored.stream_id(database, "bitalino"))
    return [low | high << 10 for low, high in zip(*columns[:2])]


def prepare(station, settings=""):
    station.set(
        settings + "devices:\n  - {profile: bitalino, path: %s, name: bitalino, options: {channels: [A1, A2]}}\n"
        % station.path("bitalino"))
    with open(station.path("rows.csv"), "w") as file:
        file.write("low,high\n")
        file.writelines(f"{number & 1023},{number >> 10}\n" for number in range(ROWS))
    station.simulate(
        "bitalino", "--link", station.path("bitalino"), "--channels", 2, "--csv",
        station.path("rows.csv"), "--column", "low,high", "--stay")
    station.start()
    station.wait_for_device("bitalino")
    return station.attune("session", "start", "recovery", "p1")


def broken_off(programs):
    """The rings of before are put back, as if they had never been removed."""
    with Station(programs) as station:
        session = prepare(station)
        time.sleep(1.3)
        station.kill()
        kept = station.folder / "rings"
        kept.mkdir()
        for name in RINGS:
            shutil.copy(station.runtime / name, kept)
        before = numbers(session["file"])
        station.start()
        taken_up = numbers(session["file"])
        check("the recovery stored what was in the ring", len(taken_up) > len(before))
        for _ in range(2):
            station.kill()
            for name in RINGS:
                shutil.copy(kept / name, station.runtime)
            station.start()
        time.sleep(0.5)
        station.attune("session", "stop", "--wait")
        found = numbers(session["file"])
        check("nothing is stored twice", all(a < b for a, b in zip(found, found[1:])),
              [pair for pair in zip(found, found[1:]) if pair[0] >= pair[1]][:3])
        check("what was there is still there", found[:len(taken_up)] == taken_up)
        station.stop()


def stopped_while_killed(programs):
    """Killed right after it was told to end: the session is stopped or goes on, and is whole."""
    with Station(programs) as station:
        session = prepare(station)
        stopped = 0
        for pause in (0.0, 0.002, 0.004, 0.008, 0.012, 0.02, 0.03):
            time.sleep(0.6)
            station.daemon.terminate()
            time.sleep(pause)
            station.kill()
            station.start()
            state = next(entry["state"] for entry in station.attune("session", "list")
                         if entry["id"] == session["id"])
            check(f"after {pause * 1000:.0f} ms it is {state}",
                  state in ("recording", "stopped", "finishing", "finished"))
            if state != "recording":
                wait_for("its final form", lambda: next(
                    entry["state"] for entry in station.attune("session", "list")
                    if entry["id"] == session["id"]) == "finished")
                stopped += 1
                found = numbers(session["file"])
                check("its samples are in order",
                      found and all(a < b for a, b in zip(found, found[1:])))
                check("the file is whole", station.attune(
                    "check", session["file"])["result"] == "ok")
                station.wait_for_device("bitalino")
                session = station.attune("session", "start", "recovery", f"p{stopped + 1}")
        print(f"{stopped} sessions were stopped by it")
        station.stop()


def away_for_too_long(programs):
    """A daemon that was away for longer than resume_limit_s closes the session, and begins another one that
    says which it continues. How often it tries to start in between changes nothing."""
    with Station(programs) as station:
        session = prepare(station, "resume_limit_s: 2\n")
        time.sleep(1)
        station.kill()
        time.sleep(0.3)
        station.start()
        station.wait_for_device("bitalino")
        check("one that was away shortly goes on with it", [
            entry["id"] for entry in station.attune("session", "list")
            if entry["state"] == "recording"] == [session["id"]])
        time.sleep(1)
        station.kill()
        time.sleep(3.5)
        station.start()
        listed = station.attune("session", "list")
        check("a session is closed as interrupted", next(
            entry["state"] for entry in listed if entry["id"] == session["id"]) in (
                "interrupted", "finishing"), listed)
        check("and another one goes on", [
            entry["id"] for entry in listed if entry["state"] == "recording"] not in (
                [], [session["id"]]), listed)
        wait_for("its final form", lambda: is_final(session["file"]))
        station.stop()


def is_final(path):
    path = pathlib.Path(path)
    beside = [entry.name for entry in path.parent.iterdir() if entry.name.startswith(path.name + ".")
              or entry.name.startswith(path.name + "-")]
    return not path.stat().st_mode & 0o200 and not [
        name for name in beside if not name.endswith(".review")]


def given_up_while_killed(programs):
    """Aborted, and killed before the file has its final form: it gets it at the next start."""
    with Station(programs) as station:
        session = prepare(station)
        found = 0
        for number in range(6):
            time.sleep(0.8)
            station.attune("session", "stop", "--outcome", "aborted", "--reason", "a test")
            station.kill()
            found += not is_final(session["file"])
            station.start()
            wait_for("its final form", lambda: is_final(session["file"]))
            check("the file is whole", station.attune("check", session["file"])["result"] == "ok")
            station.wait_for_device("bitalino")
            session = station.attune("session", "start", "recovery", f"p{number + 2}")
        check(f"{found} of 6 files were not in their final form when the daemon was killed", found)
        station.stop()


def main():
    end_on_signals()
    broken_off(sys.argv[1])
    stopped_while_killed(sys.argv[1])
    away_for_too_long(sys.argv[1])
    given_up_while_killed(sys.argv[1])


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
