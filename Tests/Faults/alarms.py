"""What a station tells of its devices and its disk before anything is lost: a battery that runs out, a poor link, a
disk that fills. Run in a mount namespace of its own (the disk is a tmpfs):

    unshare -m python3 alarms.py PROGRAMS      (with -Ur as well where one is not root)

The strap with the battery is on a fake BlueZ (DeviceStand/fake_bluez.py). Prints figures, and exits with 1 if an
alarm does not come within its limit, comes without its reason, or does not end with it."""

import json
import os
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Integration"), str(HERE.parent / "Readers")]

import disk_station
from device_log import read_log
from full_disk import MEBIBYTE, Disk, check
from station import Failure, Station, end_on_signals, wait_for

STRAP = "A0:9E:1A:00:00:02"
BASE = "-0000-1000-8000-00805f9b34fb"
SIZE, LEAST = 800 * MEBIBYTE, 500 * MEBIBYTE
SETTINGS = """disk_minimum_mb: 500
devices:
  - {{profile: bitalino, path: {folder}/good, name: good, options: {{channels: [A1, A2]}}}}
  - {{profile: bitalino, path: {folder}/poor, name: poor, options: {{channels: [A1, A2]}}}}
  - {{profile: heart-rate, address: "{strap}", name: strap}}
"""
# What is told or filled is an alarm within a second. Of a link, ten seconds are judged, counted once a second.
LIMIT = 1.0
LINK = 10.0, 12.0


def fake_bluez(made):
    """A strap whose battery is at 80%; gives the process, which takes commands."""
    bus = made.spawn("/usr/bin/dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1",
                     f"--address=unix:path={made.runtime}/bus", stdout=subprocess.PIPE)
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
    pathlib.Path(made.path("devices.json")).write_text(json.dumps([{
        "address": STRAP, "name": "Strap", "services": ["0000180d" + BASE], "pty": made.path("strap"), "battery": 80,
        "characteristics": [{"name": name, "uuid": "0000" + number + BASE, "flags": flags} for name, number, flags in (
            ("measurement", "2a37", ["notify"]), ("location", "2a38", ["read"]))]}]))
    return made.spawn(
        "/usr/bin/python3", HERE.parent / "DeviceStand" / "fake_bluez.py", "--bus",
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"], "--devices", made.path("devices.json"), stdin=subprocess.PIPE,
        log=made.path("bluez.log"))


def standing(made):
    return {alarm["code"]: alarm for alarm in disk_station.status(made)[0]["alarms"]}


def came(made, code, begun, limit=LIMIT):
    seconds, _ = disk_station.wait_for_alarm(made, code, begun)
    check(f"the alarm '{code}' stood {seconds:.2f} s after its reason", 0 <= seconds < limit)


def charge(made, bluez):
    def is_told(percent):
        bluez.stdin.write(f"battery {STRAP} {percent}\n".encode())
        bluez.stdin.flush()
        wait_for(f"{percent}% to be told", lambda: made.device("strap").get("battery_percent") == percent)
    is_told(40)
    check("a battery at 40% is no alarm", "battery:strap" not in standing(made))
    begun = time.monotonic()
    is_told(9)
    came(made, "battery:strap", begun)
    check("it says how much is left", "9%" in standing(made)["battery:strap"]["text"])
    is_told(90)
    check("a battery that is charged is none any more", "battery:strap" not in standing(made))


def room(made, disk):
    filler = disk.place / ".filler"
    check("a disk with room is no alarm", "disk" not in standing(made))
    room = os.statvfs(disk.place)
    with open(filler, "wb") as file:
        file.write(bytes(room.f_bavail * room.f_frsize - LEAST - 40 * MEBIBYTE))
        file.flush()
        time.sleep(LIMIT)
        check("nor one that has just enough", "disk" not in standing(made), standing(made))
        begun = time.monotonic()
        file.write(bytes(40 * MEBIBYTE))
        file.flush()
    came(made, "disk", begun)
    check("it says how much is left", "MiB" in standing(made)["disk"]["text"])
    filler.unlink()
    disk_station.wait_for_peace(made, "disk")


def link(made):
    """A tenth of what comes is missing at most where nothing is wrong; here three of ten frames are lost on the
    air."""
    alarm = wait_for("the alarm of the link", lambda: standing(made).get("link:poor"), 20)
    first = next(frame.written for frame in read_log(made.path("poor.log")).frames if frame.fate == "sent")
    seconds = (alarm["since_ns"] - first) / 1e9
    check(f"the alarm 'link:poor' stood {seconds:.2f} s after the first sample", LINK[0] <= seconds < LINK[1])
    check("it says how much arrives", any(f"Only {share}%" in alarm["text"] for share in range(60, 80)), alarm["text"])
    check("no other device is named", [code for code in standing(made) if code.startswith("link:")] == ["link:poor"])


def main():
    end_on_signals()
    with Station(sys.argv[1]) as made:
        made.set(SETTINGS.format(folder=made.folder, strap=STRAP))
        made.data = made.folder / "disk" / "data"
        disk = Disk(made.folder / "disk", SIZE)
        made.simulate("heart-rate", "--link", made.path("strap"), "--log", made.path("strap.log"))
        bluez = fake_bluez(made)  # opens the strap's terminal
        for name, loss in (("good", 0), ("poor", 0.3)):
            made.simulate("bitalino", "--link", made.path(name), "--log", made.path(name + ".log"), "--channels", 2,
                          "--loss", loss)
        made.start()
        for name in ("good", "poor", "strap"):
            made.wait_for_device(name)
        made.attune("session", "start", "alarms", "p1", "--protocol", "pilot")
        charge(made, bluez)
        room(made, disk)
        link(made)
        made.attune("session", "stop", "--wait")
        check("the daemon ends well", made.stop() == 0)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
