"""Kills the daemon at random instants and compares what it stored with the devices' own logs.

    kill.py PROGRAMS [--kills 50] [--seed N] [--keep]

A BITalino of two channels and one of six, both at 1 kHz, a line sketch, a keyboard, a program that
sends events, and a chat go on all the while. Prints figures, and exits with 1 if anything is lost
without a gap that says so, or stored twice.
"""

import argparse
import fcntl
import os
import pathlib
import random
import struct
import sys
import termios
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Readers")]

import compare
import stored
from device_log import read_log
from linked_client import LinkedClient
from station import Failure, Station, wait_for

ROWS = 400_000
SETTINGS = """station: test
devices:
  - {{profile: bitalino, path: {folder}/two, name: two, options: {{channels: [A1, A2]}}}}
  - {{profile: bitalino, path: {folder}/six, name: six, options: {{channels: [A1, A2, A3, A4, A5, A6]}}}}
  - {{profile: line-sketch, path: {folder}/sketch, name: sketch}}
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
        station.simulate(
            "lines", "--rate", 100, "--link", station.path("sketch"), "--csv",
            station.path("plain.csv"), "--log", station.path("sketch.log"), "--stay",
            "--autostart"),
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


def kill_often(station, kills, generator):
    """Kills and restarts; gives the moments of the kills, and after which something was stolen."""
    moments = []
    stolen = 0
    for number in range(kills):
        # Some kills meet a daemon that has hardly begun to take up what was left.
        time.sleep(generator.choice((generator.uniform(0.02, 0.4), generator.uniform(0.4, 1.4))))
        moments.append(time.monotonic_ns())
        station.kill()
        time.sleep(generator.uniform(0, 0.15))
        # The first half goes without, to see that then nothing is lost at all.
        if number >= kills // 2 and generator.random() < 0.6:
            for name, length in (("two", 4), ("six", 8), ("sketch", 6)):
                stolen += steal(station.path(name), length, generator)
            moments[-1] = (moments[-1], True)
        else:
            moments[-1] = (moments[-1], False)
        station.start(wait=False)
    wait_for("the daemon", lambda: station._answers())
    print(f"{stolen} bytes were lost while no daemon ran", flush=True)
    return moments


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}, {options.kills} kills", flush=True)
    generator = random.Random(seed)
    began = time.monotonic()
    with Station(options.programs, keep=options.keep) as station:
        station.set(SETTINGS.format(folder=station.folder))
        write_rows(station)
        devices = simulate(station)
        station.start()
        for name in ("two", "six", "sketch"):
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
    for name in ("two", "six", "sketch"):
        log = read_log(station.path(name + ".log"))
        frames = {frame.number: frame for frame in log.frames}
        stream = stored.stream_id(database, name)
        columns, arrivals = stored.samples(database, stream)
        if name == "sketch":
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
            database, name, frames, numbers, None if name == "sketch" else 16, kills, arrivals,
            tolerance=20_000_000))
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
