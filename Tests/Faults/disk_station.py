"""A station whose every sample tells its number, so that what is missing can be counted."""

import json

import stored
from station import Failure, wait_for

ROWS = 400_000


def settings(made, names, ring=1, least=1):
    lines = [f"ring_megabytes: {ring}", f"disk_minimum_mb: {least}", "devices:"]
    lines += [
        f"  - {{profile: bitalino, path: {made.path(name)}, name: {name}, options: "
        f"{{channels: [A1, A2, A3, A4, A5, A6]}}}}" for name in names]
    return "\n".join(lines) + "\n"


def prepare(made, names, **options):
    """Settings, and virtual devices of six channels at 1 kHz; the first two channels are a number. Gives the
    devices by name."""
    made.set(settings(made, names, **options))
    with open(made.path("rows.csv"), "w") as rows:
        rows.write("low,high\n")
        rows.writelines(f"{number & 1023},{number >> 10}\n" for number in range(ROWS))
    return {
        name: made.simulate(
            "bitalino", "--link", made.path(name), "--log", made.path(name + ".sent"), "--channels", 6,
            "--csv", made.path("rows.csv"), "--column", "low,high", "--stay")
        for name in names}


def numbers(path, name):
    """The numbers of the stored samples."""
    database = stored.connect(path)
    columns, _ = stored.samples(database, stored.stream_id(database, name))
    database.close()
    return [low | high << 10 for low, high in zip(columns[0], columns[1])]


def losses(path, name):
    """What is missing between neighbours, and what the gap rows say, by the index before."""
    found = numbers(path, name)
    database = stored.connect(path)
    gaps = stored.gaps(database, stored.stream_id(database, name))
    database.close()
    missing = {index: after - before - 1
               for index, (before, after) in enumerate(zip(found, found[1:])) if after != before + 1}
    return found, missing, gaps


def status(made):
    """What `attune status` tells, and its exit status."""
    done = made.attune("status", check=False)
    return json.loads(done.stdout), done.returncode


def wait_for_alarm(made, code, begun):
    """Waits until an alarm stands in the status and in the journal: seconds since the fault began, and the
    exit status of `attune status`."""
    def standing():
        told, exit_status = status(made)
        found = [alarm for alarm in told["alarms"] if alarm["code"] == code]
        return (found[0], exit_status) if found else None
    alarm, exit_status = wait_for(f"the alarm '{code}'", standing, 10)
    if alarm["text"] not in made.log.read_text():
        raise Failure(f"the journal does not say: {alarm['text']}")
    return alarm["since_ns"] / 1e9 - begun, exit_status


def wait_for_peace(made, code):
    """Waits until an alarm has ended."""
    wait_for(f"the end of the alarm '{code}'", lambda: not any(
        alarm["code"] == code for alarm in status(made)[0]["alarms"]), 20)
