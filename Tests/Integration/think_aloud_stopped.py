"""A think-aloud that somebody else stops, with `attune session stop`: what its page still holds is kept.

    think_aloud_stopped.py PROGRAMS

This program is the page, as in think_aloud.py. Prints one line a check; exits with 1 at the first that fails.
"""

import sys
import threading
import time

import numpy

from station import Failure, Station, wait_for
from think_aloud import RATE, Console, Events, Page, check, finished_file, open_session, sound, task

#: A stop is durable within a second; what else a command line takes comes on top.
LONGEST_STOP_S = 2.0
#: What a page sends at once when it ends.
LONGEST_PIECE_S = 1.5


def begin(console, parent):
    commentary = console.post("/api/think-aloud", {"session": parent})["commentary"]
    events = Events(console, commentary)
    wait_for("the first state", lambda: events.last)
    page = Page(console, commentary, "researcher-1")
    page.settle()
    console.post(f"/api/think-aloud/{commentary}/microphone", {"view": page.name, "rate": RATE, "settings": {}})
    page.command("play")
    page.speak(1.5)
    return commentary, events, page


def stop(station):
    """Stops as an operator does; gives how many seconds that took."""
    began = time.monotonic()
    station.attune("session", "stop")
    return time.monotonic() - began


def stored_samples(station, commentary):
    file = finished_file(station, commentary)
    with open_session(file) as database:
        samples, _, _ = sound(database)
    return samples


def all_is_kept(station, console, parent):
    commentary, events, page = begin(console, parent)

    def hand_over():
        """What a page does: it sends what it holds, and says that this was all."""
        wait_for("the word that it stops", lambda: events.last["stopping"], step=0.005)
        page.capture()
        while page.acknowledged < len(page.samples) // 2:
            page.send(LONGEST_PIECE_S)
        console.post(f"/api/think-aloud/{commentary}/handed-over", {"view": page.name})

    thread = threading.Thread(target=hand_over)
    thread.start()
    # Half a second is in the page alone when the stop comes.
    time.sleep(0.5)
    page.capture()
    held = len(page.samples) // 2 - page.acknowledged
    seconds = stop(station)
    thread.join()
    wait_for("the end", lambda: events.last["ended"])
    events.over = True
    samples = stored_samples(station, commentary)
    sent = numpy.frombuffer(bytes(page.samples), dtype="<i2")
    check("what the page held is stored", held > 0.3 * RATE and len(samples) == len(sent) and (samples == sent).all(),
          f"{len(samples)} of {len(sent)} samples, {held} of them held")
    check("and the stop took no longer", seconds < LONGEST_STOP_S, f"{seconds:.2f} s")
    told = console.get(f"/api/commentaries/{commentary}")
    last = told["map"][-1]
    check("the log says where the replay was stopped", (last["cause"], last["by"], last["playing"]) == ("stop", "console", False), last)


def nobody_answers(station, console, parent):
    """A page that is gone holds the stop up for a moment, and what the console had of it is kept."""
    commentary, events, page = begin(console, parent)
    acknowledged = page.acknowledged
    seconds = stop(station)
    wait_for("the end", lambda: events.last["ended"])
    events.over = True
    samples = stored_samples(station, commentary)
    sent = numpy.frombuffer(bytes(page.samples), dtype="<i2")
    check("what was acknowledged is stored", len(samples) == acknowledged and (samples == sent[:acknowledged]).all(),
          f"{len(samples)} of {acknowledged} samples")
    check("and the stop takes its time all the same", seconds < LONGEST_STOP_S, f"{seconds:.2f} s")
    status, _, body = console.call("POST", f"{page.base}/audio?view={page.name}&first={acknowledged}&rate={RATE}&captured_ms=1",
                                   bytes(200), kind="application/octet-stream")
    check("what comes later is refused", status in (404, 410), (status, body))


def console_is_gone(station, console, parent):
    """Nobody is waited for who is not there."""
    commentary, events, page = begin(console, parent)
    acknowledged = page.acknowledged
    events.over = True
    wait_for("what the console sends", lambda: station.attune("session", "show", commentary)["session"]["samples"]
             >= acknowledged)
    console.kill()
    seconds = stop(station)
    check("without a console nothing is waited for", seconds < 0.9, f"{seconds:.2f} s")
    check("and all is stored", len(stored_samples(station, commentary)) == acknowledged)


def main():
    with Station(sys.argv[1], "devices: []\n") as station:
        station.start()
        parent = task(station)
        console = Console(station)
        all_is_kept(station, console, parent)
        nobody_answers(station, console, parent)
        console_is_gone(station, console, parent)
    print("everything holds")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"FAILED {failure}")
        sys.exit(1)
