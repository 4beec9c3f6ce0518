"""Another program holds a study's database while a session ends: the session ends all the same, the station
stays awake, and the index is brought up to date once it can be, also where the daemon died meanwhile.

    index.py PROGRAMS
"""

import pathlib
import sqlite3
import sys
import time

from station import Failure, Station, wait_for


def check(what, condition, found=""):
    if not condition:
        raise Failure(f"{what} {found}")
    print("ok", what, flush=True)


def hold(station):
    """A reader that does not let go, as some browsers of databases do."""
    [path] = pathlib.Path(station.data).glob("*/study.db")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.execute("BEGIN")
    connection.execute("SELECT * FROM sessions").fetchone()
    return connection


def entry(station, session):
    [path] = pathlib.Path(station.data).glob("*/study.db")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)
    row = connection.execute(
        "SELECT state, sha256 FROM sessions WHERE id = ?", [session["id"]]).fetchone()
    connection.close()
    return row


def main(programs):
    with Station(programs, "station: index\n") as station:
        station.start()
        session = station.attune("session", "start", "pilot", "P01", "--protocol", "pilot", "--pilot")
        held = hold(station)
        station.attune("session", "stop", "--session", session["id"])
        began = time.monotonic()
        status = station.attune("status")
        check("the station answers meanwhile", time.monotonic() - began < 3)
        time.sleep(2)
        status = station.attune("status")
        check("it says that the index waits",
              any(alarm["code"].startswith("index") for alarm in status["alarms"]), status["alarms"])
        held.close()
        wait_for("the index to be up to date", lambda: entry(station, session)[0] == "finished"
                 and entry(station, session)[1])
        wait_for("the alarm to end", lambda: not any(
            alarm["code"].startswith("index") for alarm in station.attune("status")["alarms"]))
        check("once it is let go, all is there", True)

        session = station.attune("session", "start", "pilot", "P02", "--protocol", "pilot", "--pilot")
        held = hold(station)
        station.attune("session", "stop", "--session", session["id"])
        time.sleep(2)
        station.kill()
        held.close()
        check("a daemon that dies leaves it behind", entry(station, session)[0] == "recording",
              entry(station, session))
        station.start()
        wait_for("the index to be made good", lambda: entry(station, session)[0] == "finished"
                 and entry(station, session)[1])
        check("the next one makes it good", True)
        station.stop()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
