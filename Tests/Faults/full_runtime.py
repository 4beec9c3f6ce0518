"""A runtime directory that is really full: a small tmpfs for rings and sockets. Run in a mount namespace of its own:

    unshare -m python3 full_runtime.py PROGRAMS      (with -Ur as well where one is not root)

Prints figures, and exits with 1 if anything is not as it must be."""

import pathlib
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Integration"), str(HERE.parent / "Readers")]

import disk_station
from full_disk import Disk, check
from station import Failure, Station, end_on_signals, wait_for

MEBIBYTE = 1 << 20
RACES = 3


def last_line(made):
    return made.log.read_text().splitlines()[-1]


def starts(made):
    """Starts the daemon; gives whether it runs. One that ends tells on its last line where room is missing."""
    process = made.start(wait=False)
    wait_for("the daemon to answer or to end", lambda: process.poll() is not None
             or made.attune("status", check=False).returncode in (0, 3), 20)
    if process.poll() is None:
        return True
    said = last_line(made)
    check("it ends with 1 and says where", process.returncode == 1 and str(made.runtime) in said,
          (process.returncode, said))
    print("   ", said[:300])
    return False


def refused(made):
    """A start for which there is no room: it ends soon, and says what to do."""
    check("without room the daemon does not start", not starts(made))
    check("and says what to do", "make room in" in last_line(made).lower(), last_line(made))


def nobody_answers(made):
    for arguments in (["status"], ["session", "start", "runtime", "p00"]):
        done = made.attune(*arguments, check=False)
        check(f"attune {' '.join(arguments[:2])} says that no daemon runs",
              done.returncode not in (0, 3) and "daemon" in done.stderr, (done.returncode, done.stderr))
        print(f"    {done.returncode}: {done.stderr.strip()[:200]}")


def goes_on(made, disk, session):
    """What records already needs no room there, and neither does a further session."""
    disk.fill()
    time.sleep(1.5)
    told, code = disk_station.status(made)
    check("attune status ends with 0, and knows no alarm", (code, told["alarms"]) == (0, []), (code, told["alarms"]))
    made.attune("session", "mark", "full", "--session", session["id"])
    other = made.attune("session", "start", "runtime", "p02", "--no-devices")
    made.attune("session", "stop", "--wait", "--session", other["id"])
    check("a further session is recorded meanwhile", made.attune("check", other["file"])["result"] == "ok")


def taken_up(made, disk):
    """Killed there, the daemon stores what the rings of before hold, and makes its own in their room."""
    made.kill()
    disk.fill()
    made.start()
    made.wait_for_device("one")
    time.sleep(0.5)
    # Somebody else takes that room as soon as it is free: who comes first has it.
    came_first = [raced(made, disk) for _ in range(RACES)]
    print(f"    of {RACES} times the daemon had its room {came_first.count(True)} times")
    disk.empty()


def raced(made, disk):
    """Starts the daemon beside a taker of its room; gives whether it runs at once. In the end it does in any case."""
    made.kill()
    ended = threading.Event()

    def take():
        while not ended.is_set():
            disk.fill()
    taker = threading.Thread(target=take)
    taker.start()
    try:
        runs = starts(made)
    finally:
        ended.set()
        taker.join()
    if not runs:
        check("and says what to do", "make room in" in last_line(made).lower(), last_line(made))
        disk.empty()
        made.start()
    made.wait_for_device("one")
    time.sleep(0.5)
    return runs


def few_inodes(made, disk):
    """However few files may still be made, a start succeeds, or ends and says why."""
    made.stop()
    outcomes = {}
    for free in range(8):
        for path in disk.place.iterdir():
            path.unlink()
        names = iter(range(10_000))
        try:
            while True:
                (disk.place / f".{next(names)}").touch()
        except OSError:
            pass
        for number in range(free):
            (disk.place / f".{number}").unlink()
        print(f"    with room for {free} files:")
        outcomes[free] = starts(made)
        if outcomes[free]:
            check("it starts, and ends well", made.stop() == 0)
    check("with too few it refuses, with enough it starts",
          not outcomes[0] and outcomes[7], outcomes)


def main():
    end_on_signals()
    with Station(sys.argv[1]) as made:
        made.runtime.rmdir()
        made.runtime = made.folder / "run"
        disk = Disk(made.runtime, 8 * MEBIBYTE)
        disk_station.prepare(made, ("one",))
        disk.fill()
        refused(made)
        nobody_answers(made)
        disk.empty()
        made.start()
        made.wait_for_device("one")
        session = made.attune("session", "start", "runtime", "p01", "--device", "one")
        time.sleep(0.5)
        goes_on(made, disk, session)
        taken_up(made, disk)
        ended = made.attune("session", "stop", "--wait", "--session", session["id"])
        found, missing, gaps = disk_station.losses(ended["file"], "one")
        check(f"of {len(found)} samples nothing is missing but what no daemon read",
              found and all(gaps[index].cause == "restart" for index in missing) and len(missing) <= 1 + RACES,
              (missing, gaps))
        check("the file is whole", made.attune("check", ended["file"])["result"] == "ok")
        disk.allow(files=64)
        few_inodes(made, disk)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
