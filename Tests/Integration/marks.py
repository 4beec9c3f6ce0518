"""Marks in and out by a marker port: bytes that come in are samples, and the operator's marks and the
phases go out as bytes, with an event that tells when each had left.

    marks.py PROGRAMS
"""

import json
import os
import pty
import sys
import time
import tty
import pathlib

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]

import stored
from station import Failure, Station, wait_for


def run(programs):
    with Station(programs) as station:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        station.set(
            "devices:\n  - {profile: marker-port, path: %s, name: port,"
            " marks: {stimulus: 10, 'phase:rest': 20, '*': 99}}\n" % os.ttyname(theirs))
        station.start()
        session = station.attune("session", "start", "marks", "p1")
        wait_for("the port", lambda: station.device("port")["state"] in ("streaming", "silent"))
        for code in (1, 2, 0, 200):
            os.write(ours, bytes([code]))
            time.sleep(0.05)
        received = b""

        def take(count):
            nonlocal received
            try:
                received += os.read(ours, 100)
            except BlockingIOError:
                pass
            return len(received) >= count

        asked = []
        for number, words in enumerate((["mark", "stimulus"], ["mark", "other"], ["phase", "rest"],
                                        ["phase", "silent"], ["mark", "stimulus"])):
            asked.append(time.monotonic_ns())
            station.attune("session", *words)
            wait_for("the byte", lambda: take(number + (1 if number < 3 else 0)))
        if received != bytes([10, 99, 20, 10]):
            raise Failure(f"the port received {list(received)}")
        time.sleep(0.3)
        station.attune("session", "stop", "--wait")
        station.stop()
        os.close(ours)
        os.close(theirs)

        database = stored.connect(session["file"])
        columns, _ = stored.samples(database, stored.stream_id(database, "port"))
        if columns != [[1, 2, 200]]:
            raise Failure(f"the codes are {columns}")
        events = [(t, json.loads(payload)) for t, payload in database.execute(
            "SELECT t_ns, payload FROM events WHERE kind = 'mark_out' ORDER BY t_ns")]
        if [event["byte"] for _, event in events] != [10, 99, 20, 10]:
            raise Failure(f"the events are {events}")
        marks = [t for (t,) in database.execute(
            "SELECT t_ns FROM events WHERE kind = 'mark' ORDER BY t_ns")]
        for t, event in events:
            if event["failure"] is not None or t - event["asked_ns"] != event["delay_ns"]:
                raise Failure(f"{event} at {t}")
            if not 0 < event["delay_bound_ns"] <= event["delay_ns"] < 5_000_000_000:
                raise Failure(f"no delay can be {event}")
        if [event["asked_ns"] for _, event in events if event["byte"] != 20] != marks:
            raise Failure(f"the marks were at {marks}, the bytes for {events}")
        print("delays in µs:", [event["delay_ns"] // 1000 for _, event in events])


if __name__ == "__main__":
    try:
        run(sys.argv[1])
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
