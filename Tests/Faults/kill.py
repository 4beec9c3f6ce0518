"""Kills the daemon at random instants and compares what it stored with the devices' own logs.

    kill.py PROGRAMS [--kills 50] [--seed N] [--keep]

Counted are kills of a daemon that was seen to record since its start. A BITalino of two channels and one of six,
both at 1 kHz, sketches at 130, 4 and 1 Hz, a keyboard, a program that sends events, and a chat go on all the while.
Prints figures, and exits with 1 if anything is lost without a gap that says so, if more is lost than lies between
reading and publishing, or if anything is stored twice.
"""

import argparse
import fcntl
import os
import pathlib
import random
import struct
import sys
import termios
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "Integration"), str(HERE.parent / "Readers")]

import varlink

import compare
import stored
from device_log import read_log
from linked_client import LinkedClient
from station import Failure, Station, end_on_signals, wait_for

ROWS = 400_000
SKETCHES = {"ecg": 130, "skin": 4, "pulse": 1}
# Bytes of a frame, and of the shortest line: a digit and its end.
FRAMES = {"two": 4, "six": 8}
LEAST_LINE = 3
SETTINGS = """station: test
devices:
  - {{profile: bitalino, path: {folder}/two, name: two, options: {{channels: [A1, A2]}}}}
  - {{profile: bitalino, path: {folder}/six, name: six, options: {{channels: [A1, A2, A3, A4, A5, A6]}}}}
  - {{profile: line-sketch, path: {folder}/ecg, name: ecg, options: {{rate: 130}}}}
  - {{profile: line-sketch, path: {folder}/skin, name: skin, options: {{rate: 4}}}}
  - {{profile: line-sketch, path: {folder}/pulse, name: pulse, options: {{rate: 1}}}}
keyboards:
  - {{test_source: {folder}/keyboard, name: keyboard}}
"""


def write_rows(station):
    """Recordings whose every row is another, so that a value tells its row."""
    with open(station.path("split.csv"), "w") as split, open(station.path("plain.csv"), "w") as plain:
        split.write("low,high\n")
        plain.write("n\n")
        for number in range(ROWS):
            split.write(f"{number & 1023},{number >> 10}\n")
            plain.write(f"{number}\n")


def simulate(station):
    def bitalino(name, channels):
        return station.simulate(
            "bitalino", "--link", station.path(name), "--log", station.path(name + ".log"),
            "--channels", channels, "--csv", station.path("split.csv"), "--column", "low,high",
            "--stay")
    return [
        bitalino("two", 2), bitalino("six", 6),
        *(station.simulate(
            "lines", "--rate", rate, "--link", station.path(name), "--csv",
            station.path("plain.csv"), "--log", station.path(name + ".log"), "--stay",
            "--autostart") for name, rate in SKETCHES.items()),
        station.simulate(
            "keyboard", "--pipe", station.path("keyboard"), "--log", station.path("keyboard.log"),
            "--stay"),
    ]


def steal(path, length, generator):
    """Takes away the bytes that wait in a terminal, as a real port loses them that nobody has open.

    All but a few, so that frames and lines are cut in two. Whole turns of the counter, after which
    nobody could tell before or behind the waiting bytes what is missing, are not taken.
    """
    port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    taken = 0
    try:
        while True:
            waiting = struct.unpack("i", fcntl.ioctl(port, termios.FIONREAD, bytes(4)))[0]
            left = waiting - generator.randrange(8)
            try:
                taken += len(os.read(port, left)) if left > 0 else 0
            except BlockingIOError:
                pass
            if waiting < 4000 and 2 <= taken // length % 16 <= 13:
                return taken
            time.sleep(0.005)
    finally:
        os.close(port)


class Watch(threading.Thread):
    """Asks each daemon what it has recorded, and notes from when on a device is read."""

    def __init__(self, socket):
        super().__init__(daemon=True)
        self.address = f"unix:{socket}"
        self.lock = threading.Lock()
        self.life = 0
        self.seen = {}
        self.ending = threading.Event()

    def reading(self):
        """By the devices' names, when the daemon that runs was seen to have read more than at first."""
        with self.lock:
            return dict(self.seen)

    def forget(self):
        """The daemon is gone: what is seen from now on is of another one."""
        with self.lock:
            self.life += 1
            self.seen = {}

    def run(self):
        while not self.ending.is_set():
            with self.lock:
                life = self.life
            try:
                with varlink.Client(self.address) as client, client.open("io.attune.Control") as control:
                    self.ask(control, life)
            except (OSError, ValueError, KeyError, varlink.VarlinkError):
                # It is killed all the time; what was not seen counts for nothing.
                self.ending.wait(0.01)

    def ask(self, control, life):
        first = {}
        while not self.ending.is_set():
            devices = control.GetStatus()["status"]["devices"]
            now = time.monotonic_ns()
            with self.lock:
                if life != self.life:
                    return
                for device in devices:
                    name = device["name"]
                    if device["samples"] > first.setdefault(name, device["samples"]):
                        self.seen.setdefault(name, now)
            self.ending.wait(0.03)


def kill_often(station, wanted, generator):
    """Kills and restarts, until so many kills have met a daemon that records. Gives all kills."""
    kills = []
    recording = stolen = 0
    watch = Watch(station.socket)
    watch.start()
    while recording < wanted:
        if len(kills) > 4 * wanted:
            raise Failure(f"of {len(kills)} kills only {recording} met a daemon that records")
        # Some meet a daemon that has hardly begun to take up what was left; the others one that records.
        if generator.random() < 0.25:
            time.sleep(generator.uniform(0.02, 0.4))
        else:
            wait_for("a daemon that records", watch.reading, 60)
            time.sleep(generator.uniform(0, 1))
        reading = watch.reading()
        moment = time.monotonic_ns()
        station.kill()
        dead = time.monotonic_ns()
        watch.forget()
        time.sleep(generator.uniform(0, 0.15))
        # The first half goes without, to see that then nothing is lost at all.
        steals = recording >= wanted // 2 and generator.random() < 0.6
        if steals:
            for name, length in (("two", 4), ("six", 8), ("ecg", 6)):
                stolen += steal(station.path(name), length, generator)
        recording += bool(reading)
        kills.append(compare.Kill(moment, dead, steals, reading))
        station.start(wait=False)
    watch.ending.set()
    watch.join(10)
    wait_for("the daemon", lambda: station._answers())
    print(f"{len(kills)} kills, {recording} of them of a daemon that had recorded since its start; {stolen} bytes were "
          "lost while no daemon ran", flush=True)
    return kills


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs")
    parser.add_argument("--kills", type=int, default=50, help="of a daemon that records; there are more")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}, {options.kills} kills", flush=True)
    generator = random.Random(seed)
    began = time.monotonic()
    end_on_signals()
    with Station(options.programs, keep=options.keep) as station:
        station.set(SETTINGS.format(folder=station.folder))
        write_rows(station)
        devices = simulate(station)
        station.start()
        for name in ("two", "six", *SKETCHES):
            station.wait_for_device(name)
        before = time.monotonic_ns()
        session = station.attune("session", "start", "kills", "p01", "--protocol", "pilot")
        station.attune("session", "phase", "chat")  # in which keys may be read
        client = LinkedClient(station.socket, session["id"])
        client.start()
        words = station.path("words.txt")
        pathlib.Path(words).write_text("".join(f"this is message {n}\n" for n in range(1, 400)))
        chat = station.spawn(
            "attune-chat", "--terminal", "--runtime", station.runtime, "--state",
            station.path("chat"), "--typist", words, "--pace", "0.05",
            "--script", replies(station), log=station.path("chat.log"))
        time.sleep(1.0)
        kills = kill_often(station, options.kills, generator)
        # A loss that only lateness shows is decided after a second and a few packets.
        time.sleep(2.5)
        client.end()
        chat.terminate()
        chat.wait(20)
        after = time.monotonic_ns()
        session = station.attune("session", "stop", "--wait", "--session", session["id"])
        for device in devices:
            station.end(device)
        station.stop()
        if session["state"] != "finished":
            raise Failure(f"the session is {session['state']}")
        return judge(station, session["file"], client, kills, before, after, began)


def replies(station):
    path = pathlib.Path(station.path("replies.txt"))
    path.write_text("".join(f"reply {number}\n" for number in range(1, 400)))
    return path


def judge(station, path, client, kills, before, after, began):
    database = stored.connect(path)
    results = []
    for name in ("two", "six", *SKETCHES):
        log = read_log(station.path(name + ".log"))
        frames = {frame.number: frame for frame in log.frames}
        stream = stored.stream_id(database, name)
        columns, arrivals = stored.samples(database, stream)
        if name in SKETCHES:
            numbers = columns[0]
        else:
            numbers = [low | high << 10 for low, high in zip(columns[0], columns[1])]
            wrong = [
                index for index, number in enumerate(numbers)
                if number not in frames or tuple(frames[number].values[2:]) !=
                tuple(column[index] for column in columns[:len(frames[number].values) - 2])]
            if wrong:
                results.append(compare.Comparison(name))
                results[-1].fault(f"{len(wrong)} samples are not what was sent, first {wrong[0]}")
                continue
        # Times of neighbours are read off the final line; a gap's row may be of the one before.
        results.append(compare.regular(
            database, name, frames, numbers, None if name in SKETCHES else 16, kills, arrivals,
            tolerance=20_000_000, size=FRAMES.get(name, LEAST_LINE), lines=name in SKETCHES))
    results.append(compare.keys(
        database, "keyboard", read_log(station.path("keyboard.log")), before, after, kills))
    for result in results:
        print(result.line())
    faults = [fault for result in results for fault in result.faults]
    try:
        count = compare.exactly_once(database, client.name, client.made)
        print(f"events: {client.made} made, {count} stored once; {client.resent} sent again over "
              f"{client.connections} connections")
    except Failure as failure:
        faults.append(str(failure))
    try:
        (name,), = database.execute("SELECT DISTINCT client FROM turns").fetchall()
        count = compare.exactly_once(database, name)
        turns = [row[0] for row in database.execute(
            "SELECT text FROM turns WHERE author = 'participant' ORDER BY sent_ns")]
        if turns != [f"this is message {n}" for n in range(1, len(turns) + 1)]:
            faults.append(f"chat: the turns are {turns[:20]}")
        print(f"chat: {count} items stored once, {len(turns)} turns of the participant")
        if not turns:
            faults.append("chat: nothing was said")
    except Failure as failure:
        faults.append(str(failure))
    print(f"{time.monotonic() - began:.0f} s")
    for fault in faults[:30]:
        print("FAILED", fault)
    if faults:
        station.show_log(60)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
