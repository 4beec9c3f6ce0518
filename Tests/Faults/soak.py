"""Lets a station record for hours, and looks at what it takes of the machine.

    soak.py PROGRAMS [--hours 8] [--csv FILE]

One session goes on all the time: two BITalinos of six channels at 1 kHz, a line sketch, a keyboard, a program
that sends events, a subscriber. A second participant's sessions come and go all the while, with a chat in
them, and devices are pulled out and put back. Prints memory, descriptors, threads and the distance of commits
with their slopes, and exits with 1 where one of them grows or a sample is missing. SIGUSR1 ends it early, in
good order, with its verdict on the hours until then.
"""

import argparse
import pathlib
import signal
import subprocess
import sys
import threading
import time

import faults  # noqa: F401  finds the modules beside it
import compare
import stored
from linked_client import LinkedClient
from station import Failure, Station, end_on_signals, wait_for

SETTINGS = """station: soak
devices:
  - {{profile: bitalino, path: {folder}/one, name: one, options: {{channels: [A1, A2, A3, A4, A5, A6]}}}}
  - {{profile: bitalino, path: {folder}/two, name: two, options: {{channels: [A1, A2, A3, A4, A5, A6]}}}}
  - {{profile: line-sketch, path: {folder}/sketch, name: sketch}}
  - {{profile: line-sketch, path: {folder}/other, name: other}}
keyboards:
  - {{test_source: {folder}/keyboard, name: keyboard}}
"""
# What may grow in eight hours: what a day's work may not notice, and far less than a lost page a minute.
MEBIBYTES_IN_EIGHT_HOURS = 8
# Two columns of ten bits tell so many samples apart; then the recording begins anew.
ROWS = 1 << 17


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def slope(points):
    """Theil and Sen's slope: the median of those between all pairs (of at most 300 points)."""
    step = max(1, len(points) // 300)
    chosen = points[::step]
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for number, a in enumerate(chosen)
              for b in chosen[number + 1:] if b[0] > a[0]]
    return median(slopes) if slopes else 0.0


class Look:
    """What a process takes at one moment."""

    def __init__(self, station, began):
        pid = station.daemon.pid
        self.hours = (time.monotonic() - began) / 3600
        fields = dict(line.split(":", 1) for line in
                      pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
        self.own = int(fields["RssAnon"].split()[0]) / 1024
        self.resident = int(fields["VmRSS"].split()[0]) / 1024
        self.threads = int(fields["Threads"])
        self.descriptors = len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))
        storage = station.attune("status")["storage"]
        self.commits = storage["commits"]
        self.commit = storage["commit_ms_median"]
        self.seconds = time.monotonic()

    def row(self):
        return (f"{self.hours:.4f},{self.own:.1f},{self.resident:.1f},{self.threads},{self.descriptors},"
                f"{self.commits},{self.commit:.2f}")


class Watch(threading.Thread):
    """Looks again and again, whatever else goes on."""

    def __init__(self, station, began, pause, csv):
        super().__init__(daemon=True)
        self.station, self.began, self.pause, self.csv = station, began, pause, csv
        self.looks = []
        self.failure = None
        self.ending = threading.Event()

    def run(self):
        try:
            due = time.monotonic()
            while not self.ending.is_set():
                self.looks.append(Look(self.station, self.began))
                if self.csv:
                    self.csv.write(self.looks[-1].row() + "\n")
                    self.csv.flush()
                due += self.pause
                self.ending.wait(max(0, due - time.monotonic()))
        except Exception as failure:
            # Whatever it was: a watch that has ended has seen nothing wrong since.
            self.failure = failure

    def end(self):
        """Gives the looks. Most have to be there, or the run says little."""
        seconds = time.monotonic() - self.began
        self.ending.set()
        self.join(120)
        if self.failure or self.is_alive():
            raise Failure(f"the station could not be looked at: {self.failure or 'no answer'}")
        wanted = int(seconds / self.pause * 0.7)
        if len(self.looks) < wanted:
            raise Failure(f"{len(self.looks)} looks in {seconds:.0f} s, and {wanted} at least were wanted")
        return self.looks


def rest(station, wanted=None):
    """Descriptors and threads when no session comes or goes: the least within some seconds, or as soon as
    there are no more than wanted."""
    least, end = None, time.monotonic() + (3 if wanted is None else 20)
    while time.monotonic() < end:
        look = Look(station, 0)
        found = (look.descriptors, look.threads)
        least = found if least is None else tuple(map(min, least, found))
        if wanted is not None and all(map(int.__le__, least, wanted)):
            break
        time.sleep(0.2)
    return least


def simulate(station, name, *arguments):
    return station.simulate(*arguments, "--link", station.path(name), "--stay")


def visit(station, number):
    """A session of the second participant, from its start to its end, with a chat and a lost device."""
    session = station.attune("session", "start", "soak", f"v{number:05}", "--protocol", "pilot",
                             "--device", "other")
    station.attune("session", "phase", "chat", "--session", session["id"])
    words = pathlib.Path(station.path("words.txt"))
    words.write_text("one\ntwo\nthree\n")
    replies = pathlib.Path(station.path("replies.txt"))
    replies.write_text("yes\nno\nwell\n")
    chat = station.spawn(
        "attune-chat", "--terminal", "--runtime", station.runtime, "--state", station.path("chat"),
        "--session", session["id"], "--typist", words, "--pace", "0.02", "--script", replies,
        log=station.path("chat.log"))
    try:
        chat.wait(20)
    except subprocess.TimeoutExpired:
        chat.terminate()
        chat.wait(20)
    station.processes.remove(chat)
    found = station.attune("session", "stop", "--wait", "--session", session["id"])
    if found["state"] != "finished":
        raise Failure(f"{found['id']} is {found['state']}")
    pathlib.Path(found["file"]).unlink()


def told(growth, unit, hours):
    """A slope in words; in less than half an hour it says nothing."""
    return f"slope {growth:+.2f} {unit} in 8 hours" if hours >= 0.5 else "too short for a slope"


def judge(looks, hours, session, summaries):
    """Prints the figures; gives what is wrong. hours: that it lasted. summaries: what the devices say of themselves,
    by name."""
    faults = []
    steady = looks
    for name, unit in (("own", "MiB"), ("resident", "MiB"), ("descriptors", ""), ("threads", ""),
                       ("commit", "ms")):
        points = [(look.hours, getattr(look, name)) for look in steady]
        values = [value for _, value in points]
        growth = slope(points) * 8
        print(f"{name}: {values[0]:.1f} at first, {values[-1]:.1f} at last, {min(values):.1f}–{max(values):.1f} "
              f"{unit}; {told(growth, unit, hours)}", flush=True)
        if name == "own" and hours >= 0.5 and growth > MEBIBYTES_IN_EIGHT_HOURS:
            faults.append(f"memory grows by {growth:.1f} MiB in 8 hours")
    distances = [(b.hours, (b.seconds - a.seconds) * 1000 / (b.commits - a.commits))
                 for a, b in zip(steady, steady[1:]) if b.commits > a.commits]
    if len(distances) != len(steady) - 1 or not distances:
        return faults + [f"{len(steady)} looks, and {len(distances)} times with commits between them"]
    values = [value for _, value in distances]
    drift = slope(distances) * 8
    print(f"from commit to commit: median {median(values):.1f} ms, {min(values):.1f}–{max(values):.1f}; "
          f"{told(drift, 'ms', hours)}", flush=True)
    if median(values) > 250:
        faults.append(f"commits are {median(values):.0f} ms apart")
    if hours >= 0.5 and abs(drift) > 25:
        faults.append(f"the distance of commits drifts by {drift:.1f} ms in 8 hours")

    database = stored.connect(session["file"])
    for name in ("one", "two"):
        stream = stored.stream_id(database, name)
        count = missing = 0
        last = None
        gaps = stored.gaps(database, stream)
        for (data,) in database.execute(
                "SELECT data FROM chunks WHERE stream_id = ? ORDER BY first_index", (stream,)):
            for low, high in zip(*stored.columns(data)[:2]):
                number = low | high << 10
                if last is not None and number != (last + 1) % ROWS:
                    hole = (number - last - 1) % ROWS
                    missing += hole
                    gap = gaps.get(count - 1)
                    if gap is None or abs(gap.lost - hole) > gap.bound:
                        faults.append(f"{name}: {hole} samples are missing before {count}, and told is {gap}")
                last = number
                count += 1
        # A machine that is too busy to read a terminal for half a second makes a device drop; it says so.
        if missing > summaries[name]["overrun"]:
            faults.append(f"{name}: {missing} samples are missing, and the device dropped "
                          f"{summaries[name]['overrun']}")
        if count < hours * 3600 * 990:
            faults.append(f"{name}: {count} samples are too few")
        print(f"{name}: {count} samples in order; {missing} that the device dropped are told", flush=True)
    return faults


def run(station, hours, csv, enough):
    station.set(SETTINGS.format(folder=station.folder))
    with open(station.path("rows.csv"), "w") as rows:
        rows.write("low,high\n")
        rows.writelines(f"{number & 1023},{number >> 10}\n" for number in range(ROWS))
    with open(station.path("plain.csv"), "w") as rows:
        rows.write("n\n")
        rows.writelines(f"{number}\n" for number in range(10_000))
    devices = [simulate(station, name, "bitalino", "--channels", 6, "--csv", station.path("rows.csv"),
                        "--column", "low,high", "--count", 10**12) for name in ("one", "two")]
    sketch = ("lines", "--rate", 100, "--csv", station.path("plain.csv"), "--count", 10**12, "--autostart")
    devices += [simulate(station, name, *sketch) for name in ("sketch", "other")]
    devices.append(station.simulate(
        "keyboard", "--pipe", station.path("keyboard"), "--log", station.path("keyboard.log"), "--stay"))
    station.start()
    for name in ("one", "two", "sketch", "other"):
        station.wait_for_device(name)
    session = station.attune("session", "start", "soak", "p1", "--protocol", "pilot", *(
        word for name in ("one", "two", "sketch", "keyboard") for word in ("--device", name)))
    station.attune("session", "phase", "chat", "--session", session["id"])
    client = LinkedClient(station.socket, session["id"])
    client.start()
    watcher = station.spawn("attune", "watch", "--session", session["id"], "--runtime", station.runtime)
    # What is made once, at first use, is no growth.
    visit(station, 0)
    at_rest = rest(station)
    began = time.monotonic()
    end = began + hours * 3600
    watch = Watch(station, began, min(60.0, max(1.0, hours * 3600 / 60)), csv)
    watch.start()
    visits = 1
    while time.monotonic() < end and not enough.is_set():
        visit(station, visits)
        visits += 1
        # One that comes and goes.
        if visits % 5 == 3:
            station.end(devices[3])
            devices[3] = simulate(station, "other", *sketch)
            station.wait_for_device("other")
        # In a long run, one a minute.
        enough.wait(max(0.0, min(60.0, hours * 3600 / 60) - 1))
    looks = watch.end()
    lasted = (time.monotonic() - began) / 3600
    left = rest(station, at_rest)
    client.end()
    watcher.terminate()
    watcher.wait(10)
    session = station.attune("session", "stop", "--wait", "--session", session["id"], seconds=600)
    summaries = dict(zip(("one", "two"), (station.end(device) for device in devices[:2])))
    for device in devices[2:]:
        station.end(device)
    station.stop()
    print(f"{lasted:.2f} hours, {len(looks)} looks, {visits} sessions beside it, {client.made} events, "
          f"{client.connections} connections for them", flush=True)
    print(f"descriptors and threads at rest: {at_rest} at first, {left} at last", flush=True)
    faults = judge(looks, lasted, session, summaries)
    if any(map(int.__gt__, left, at_rest)):
        faults.append(f"descriptors and threads: {at_rest} at first, {left} at last")
    database = stored.connect(session["file"])
    compare.exactly_once(database, client.name, client.made)
    if client.connections != 1:
        faults.append(f"the linked client had to connect {client.connections} times")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs")
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--csv", type=argparse.FileType("w"))
    options = parser.parse_args()
    end_on_signals()
    enough = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: enough.set())
    with Station(options.programs) as station:
        faults = run(station, options.hours, options.csv, enough)
    for fault in faults:
        print("FAILED", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
