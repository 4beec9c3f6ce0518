"""All kinds of sensors at once are closed when the participant's consent is taken back, and opened when
it is given again.

    withheld.py PROGRAMS

The sensors and the made-up BlueZ are those of sensors.py. First a session in which consent counts as
given, is taken back, given, and taken back again; then one in which nobody is ever asked. Prints one line
a check; exits with 1 at the first that fails.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import stored
from sensors import BLUETOOTH, SERIAL, STAND, bus
from station import Failure, Station, wait_for

NAMES = [*SERIAL, *BLUETOOTH]


def check(what, condition, detail=""):
    print("ok" if condition else "FAILED", what, "" if condition else detail, flush=True)
    if not condition:
        raise Failure(what)


def begin(station):
    address = bus(station)
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = address
    settings = ["devices:"]
    for name, device in SERIAL.items():
        settings.append("  - {profile: %s, path: %s, name: %s%s}" % (
            name, station.path(name), name, device["settings"] and ", " + device["settings"]))
    for name, device in BLUETOOTH.items():
        settings.append('  - {profile: %s, address: "%s", name: %s%s}' % (
            name, device["address"], name, device["settings"] and ", " + device["settings"]))
    station.set("\n".join(settings) + "\n")
    for name, device in {**SERIAL, **BLUETOOTH}.items():
        station.simulate(
            name, "--link", station.path(name), "--seed", "7", *device.get("options", []))
    described = []
    for name, device in BLUETOOTH.items():
        described.append({
            key: device[key] for key in
            ("address", "name", "services", "manufacturer", "characteristics") if key in device})
        described[-1]["pty"] = station.path(name)
    pathlib.Path(station.path("devices.json")).write_text(json.dumps(described))
    station.spawn(
        "/usr/bin/python3", STAND / "fake_bluez.py", "--bus", address, "--devices",
        station.path("devices.json"), log=station.path("bluez.log"), stdin=subprocess.PIPE)
    station.start()


def states(station):
    return {device["name"]: device["state"] for device in station.attune("devices")}


def all_are(station, state, seconds=60):
    began = time.monotonic()
    wait_for(f"all to be {state}: {states(station)}", lambda: all(
        states(station).get(name) == state for name in NAMES), seconds)
    return time.monotonic() - began


def counts(station, session):
    return {stream["name"]: stream["samples"]
            for stream in station.attune("session", "show", session["id"])["streams"]}


def taken_back(station):
    all_are(station, "streaming")
    for name in NAMES:
        station.wait_for_device(name, seconds=60)
    session = station.attune("session", "start", "withheld", "p1", "--protocol", "pilot")
    time.sleep(2.5)
    station.attune("consent", "set", "p1", "sensors", "no")
    check("all are closed at once", all(
        states(station)[name] == "paused" for name in NAMES), states(station))
    time.sleep(0.3)
    before = counts(station, session)
    # Some streams give little or nothing, such as batteries.
    busy = {name for name, count in before.items() if count >= 2}
    check("all have given something", all(
        any(stream.split(".")[0] == name for stream in busy) for name in NAMES), before)
    time.sleep(2)
    check("nothing comes of them", counts(station, session) == before, counts(station, session))
    station.attune("consent", "set", "p1", "sensors", "yes")
    print(f"all are open after {all_are(station, 'streaming'):.1f} s")
    wait_for("samples of all", lambda: all(
        count > before[name] for name, count in counts(station, session).items() if name in busy), 30)
    time.sleep(2)
    station.attune("consent", "set", "p1", "sensors", "no")
    time.sleep(0.5)
    station.attune("session", "stop", "--wait")
    check("the file is in order", station.attune(
        "check", session["file"], check=False).returncode == 0)
    database = stored.connect(session["file"])
    [(begun, ended)] = database.execute("SELECT started_ns, stopped_ns FROM session")
    for number, name in database.execute("SELECT id, name FROM streams ORDER BY id").fetchall():
        gaps = database.execute(
            "SELECT after_index, start_ns, end_ns FROM gaps WHERE stream_id = ? AND cause = 'pause'"
            " ORDER BY after_index", [number]).fetchall()
        check(f"{name}: what is missing is a pause, to the end", gaps and gaps[-1][2] == ended, gaps)
        if name not in busy:
            continue
        check(f"{name}: two pauses", len(gaps) == 2 and gaps[0][0] == before[name] - 1,
              (gaps, before[name]))
        check(f"{name}: as long as it was", gaps[0][2] - gaps[0][1] > 2e9, gaps)
    database.close()


def never_asked(station):
    all_are(station, "streaming")
    time.sleep(1.1)
    session = station.attune("session", "start", "asking", "p1", "--protocol", "peer-support")
    all_are(station, "paused", 5)
    time.sleep(2)
    station.attune("session", "stop", "--wait")
    check("the file is in order", station.attune(
        "check", session["file"], check=False).returncode == 0)
    database = stored.connect(session["file"])
    [(begun, ended)] = database.execute("SELECT started_ns, stopped_ns FROM session")
    check("no sample is in it", database.execute("SELECT count(*) FROM chunks").fetchone()[0] == 0)
    for number, name in database.execute("SELECT id, name FROM streams ORDER BY id").fetchall():
        gaps = database.execute(
            "SELECT after_index, cause, start_ns, end_ns FROM gaps WHERE stream_id = ?",
            [number]).fetchall()
        check(f"{name}: a pause from the start to the end",
              gaps == [(-1, "pause", begun, ended)], (gaps, begun, ended))
    database.close()
    # Without a session they are looked at again.
    all_are(station, "streaming")


def run(programs):
    with Station(programs) as station:
        begin(station)
        taken_back(station)
        never_asked(station)
        check("orderly end", station.stop() == 0)


if __name__ == "__main__":
    try:
        run(sys.argv[1])
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
