"""All kinds of sensors at once, recorded by the real daemon and compared with the devices' own logs.

    sensors.py PROGRAMS [SECONDS, 20] [all | unplugged | silent]

`all`: BITalino with six channels at 1 kHz, Shimmer3 at 512 Hz, Cyton at 250 Hz, Polar ECG at 130 Hz and
acceleration at 200 Hz, a heart rate strap, an oximeter and a Grove sketch; every sample that was sent
must be in the file, and no gap. The Bluetooth devices are behind a made-up BlueZ (fake_bluez.py) on a
private bus, which the daemon takes for the system's.

`unplugged`: the same while each is unplugged, or out of reach, now and then: what was sent while the
device was open is stored once, and each absence is a gap row between the right neighbours.

`silent`: the devices go on counting while nothing comes from them, as when a radio is out of reach: the
gaps' counts are exact modulo the device's counter.
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
from station import Failure, Station, wait_for

STAND = HERE.parent / "DeviceStand"
BASE = "-0000-1000-8000-00805f9b34fb"
PMD = "fb005c%s-02e7-f387-1cad-8acd2d8df0c8"


def characteristic(name, uuid, flags, **more):
    return {"name": name, "uuid": uuid if len(uuid) > 4 else f"0000{uuid}{BASE}", "flags": flags,
            **more}


# Everything that a test knows of a device: how it is started, and from its log the rows of each stream.
SERIAL = {
    "bitalino": dict(
        options=["--channels", "6"], settings="options: {rate: 1000, channels: [A1, A2, A3, A4, A5, A6]}",
        streams={"bitalino": lambda v: [v[2:8]]}, modulus=16),
    "shimmer3-gsr": dict(options=[], settings="", streams={"shimmer3-gsr": lambda v: [v[1:]]}, modulus=1 << 18),
    "openbci-cyton": dict(
        options=["--accelerometer-every", "10"], settings="",
        streams={"openbci-cyton.cyton": lambda v: [v[1:9]]}, modulus=256),
    # What comes before the first newline may be half a line: the first reading is left out.
    "grove-gsr": dict(
        options=[], settings="", streams={"grove-gsr": lambda v: [v[:1]]}, first=1),
}


def polar_rows(kind):
    def rows(values):
        if values[0] != kind:
            return []
        width = 1 if kind == 0 else 3
        flat = values[3:]
        return [flat[i:i + width] for i in range(0, len(flat), width)]
    return rows


BLUETOOTH = {
    "polar-h10": dict(
        address="A0:9E:1A:00:00:01", name="Polar H10 A0000001", manufacturer=107,
        characteristics=[
            characteristic("control", PMD % "81", ["read", "write", "indicate"]),
            characteristic("data", PMD % "82", ["notify"])],
        settings="options: {rate: 200}",
        streams={"polar-h10.ecg": polar_rows(0), "polar-h10.acceleration": polar_rows(2)}),
    "heart-rate": dict(
        address="A0:9E:1A:00:00:02", name="Strap", services=["0000180d" + BASE],
        characteristics=[
            characteristic("measurement", "2a37", ["notify"]),
            characteristic("battery", "2a19", ["read", "notify"]),
            characteristic("location", "2a38", ["read"])],
        settings="",
        streams={"heart-rate.heart-rate": lambda v: [v[1:3]] if v[0] == 0 else [],
                 "heart-rate.rr": lambda v: [[x] for x in v[5:]] if v[0] == 0 else []}),
    "pulse-oximeter": dict(
        address="A0:9E:1A:00:00:03", name="Oximeter", services=["00001822" + BASE],
        characteristics=[
            characteristic("continuous", "2a5f", ["notify"]),
            characteristic("spot", "2a5e", ["indicate"])],
        settings="", streams={
            "pulse-oximeter.oximeter": lambda v: [[
                v[1] / 10, v[2], v[3] / 10, v[4], v[5] / 10, v[6], v[9] / 100, v[7], v[8]]]
            if v[0] == 0 else []}),
}


def frames_of(path):
    """The frames of a log: whether each was sent, and its values."""
    frames = []
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith("F "):
            parts = line.split()
            frames.append((parts[2] == "sent", [int(word) for word in parts[5:]]))
    return frames


def bus(station):
    daemon = station.spawn(
        "/usr/bin/dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1",
        f"--address=unix:path={station.runtime}/bus", stdout=subprocess.PIPE)
    return daemon.stdout.readline().decode().strip()


def run(programs, seconds, lossy):
    with Station(programs) as station:
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
        station.start()
        session = station.attune("session", "start", "sensors", "p1")

        simulated = {}
        for name, device in {**SERIAL, **BLUETOOTH}.items():
            options = list(device.get("options", []))
            if lossy and lossy != "silent":
                options += ["--unplug-every", "2", "--unplug-for", "0.7"]
            elif lossy:
                options += ["--silent", "--unplug-every", "1.7", "--unplug-for", "0.4"]
            simulated[name] = station.simulate(
                name, "--link", station.path(name), "--log", station.path(name + ".log"),
                "--seed", "7", *options)
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

        for name in {**SERIAL, **BLUETOOTH}:
            station.wait_for_device(name, seconds=60)
        began = os.times()
        used = processor(station.daemon.pid)
        time.sleep(seconds)
        share = (processor(station.daemon.pid) - used) / (os.times().elapsed - began.elapsed)
        print(f"processor: {share * 100:.2f}% of a core over {seconds} s")
        for device in simulated.values():
            station.end(device)
        time.sleep(1)
        station.attune("session", "stop", "--wait")
        if station.attune("check", session["file"], check=False).returncode != 0:
            raise Failure("the file is not in order")
        station.stop()
        faults = compare(station, session["file"], lossy)
        if faults:
            print(pathlib.Path(station.path("bluez.log")).read_text()[-3000:])
            raise Failure("; ".join(faults))


def processor(pid):
    """Seconds that a process has used so far."""
    parts = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def compare(station, path, lossy):
    database = stored.connect(path)
    faults = []
    for name, device in {**SERIAL, **BLUETOOTH}.items():
        frames = frames_of(station.path(name + ".log"))
        for stream, take in device["streams"].items():
            made = [(sent, row) for sent, values in frames for row in take(values)]
            sent = [row for was_sent, row in made if was_sent][device.get("first", 0):]
            number = stored.stream_id(database, stream)
            columns, arrivals = stored.samples(database, number)
            have = [[round(value, 6) for value in row] for row in zip(*columns)]
            gaps = {
                after: gap for after, gap in stored.gaps(database, number).items() if after >= 0}
            print(f"{stream}: {len(made)} made, {len(sent)} sent, {len(have)} stored, "
                  f"{len(gaps)} gaps")
            if len(sent) < 3:
                faults.append(f"{stream}: hardly anything was sent")
            elif lossy:
                faults += in_gaps(stream, have, made, gaps, stored.times(database, number), arrivals,
                                  rate_of(database, number),
                                  device.get("modulus") if lossy == "silent" else None)
            elif have != sent:
                place = next((i for i, pair in enumerate(zip(have, sent)) if pair[0] != pair[1]),
                             min(len(have), len(sent)))
                faults.append(f"{stream}: other from {place} on: {have[place:place + 2]} instead of "
                              f"{sent[place:place + 2]}")
            elif [gap for after, gap in gaps.items() if after < len(have) - 1]:
                faults.append(f"{stream}: nothing is missing, and there are gaps: {gaps}")
    faulted = database.execute(
        "SELECT name, cause, sum(count) FROM faults JOIN streams ON streams.id = stream_id"
        " GROUP BY 1, 2").fetchall()
    print("faults:", faulted)
    return faults


def rate_of(database, stream):
    return database.execute(
        "SELECT nominal_rate_hz FROM streams WHERE id = ?", (stream,)).fetchone()[0]


def in_gaps(stream, have, made, gaps, time_of, arrivals, rate, modulus):
    """What is stored is what was sent, in its order; and what is left out lies in gap rows with the
    neighbours' times for bounds. With a modulus the count is exact modulo the device's counter; without
    one the device began anew, and the count is what its rate makes of the time."""
    faults = []
    position = -1
    inner = {after: gap for after, gap in gaps.items() if after < len(have) - 1}
    if not inner and rate:
        return [f"{stream}: there is no gap"]
    for index, row in enumerate(have):
        place = next((i for i in range(position + 1, len(made)) if made[i] == (True, row)), None)
        if place is None:
            return faults + [f"{stream}: sample {index} was not sent: {row}"]
        missing = place - position - 1
        position = place
        gap = inner.get(index - 1) if index else None
        if gap is None:
            if index and missing and modulus:
                faults.append(f"{stream}: {missing} are missing before sample {index} without a gap")
            continue
        for end, neighbour in ((gap.start, index - 1), (gap.end, index)):
            if rate and abs(end - time_of(neighbour)) > 1:
                faults.append(f"{stream}: a bound of the gap before sample {index} is {end}, not its "
                              f"neighbour's time {time_of(neighbour)}")
        if not rate and gap.end - gap.start != arrivals[index] - arrivals[index - 1]:
            faults.append(f"{stream}: the gap before sample {index} is not as long as from its "
                          "neighbour's arrival to the other's")
        if modulus:
            if (gap.lost - missing) % modulus:
                faults.append(f"{stream}: the gap before sample {index} says {gap.lost} of {missing}")
        elif rate:
            expected = (gap.end - gap.start) * rate / 1e9 - 1
            if abs(gap.lost - expected) > gap.bound + 2:
                faults.append(f"{stream}: the gap before sample {index} says {gap.lost} ± {gap.bound}, "
                              f"and by its length it is {expected:.0f}")
    return faults[:5]


if __name__ == "__main__":
    try:
        run(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 20,
            sys.argv[3] if len(sys.argv) > 3 and sys.argv[3] != "all" else "")
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
