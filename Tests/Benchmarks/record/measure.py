#!/usr/bin/env python3
"""What recording the same streams of Lab Streaming Layer takes, side by side: attuned with attune-net, and a
recorder of XDF with pylsl that is as durable.

    measure.py PROGRAMS DIRECTORY SECONDS

Both record the same outlets at the same time. DIRECTORY is where the files are made. Prints one JSON object: for
each of them the percent of a core and the resident megabytes."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "Integration"), str(HERE.parents[1] / "Readers")]

import pyxdf  # noqa: E402
from network_settings import LSL  # noqa: E402
from outlets import RATES  # noqa: E402
import station as stations  # noqa: E402
import stored  # noqa: E402


def processor(number):
    """Seconds of processor time so far, of all threads."""
    text = pathlib.Path(f"/proc/{number}/stat").read_text()
    fields = text[text.rindex(")") + 1:].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(number):
    """Megabytes that are in memory, without the rings, which are files."""
    total, is_ring = 0, False
    for line in pathlib.Path(f"/proc/{number}/smaps").read_text().splitlines():
        words = line.split()
        if "-" in words[0] and not words[0].endswith(":"):
            is_ring = ".ring" in line
        elif words[0] == "Rss:" and not is_ring:
            total += int(words[1])
    return total / 1000


def main():
    programs, directory, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    tempfile.tempdir = directory
    with stations.Station(programs, "devices: []\n") as station:
        configuration = station.path("lsl_api.cfg")
        pathlib.Path(configuration).write_text(LSL % os.getpid())
        import pylsl.lib
        library = pathlib.Path(pylsl.lib.__file__).parent / "liblsl.so"
        environment = dict(os.environ, LSLAPICFG=configuration, ATTUNE_LIBLSL=str(library))
        outlets = station.spawn(sys.executable, HERE / "outlets.py", stdout=subprocess.PIPE, env=environment)
        outlets.stdout.readline()
        settings = station.path("net.yaml")
        pathlib.Path(settings).write_text("lsl:\n" + "".join(f"  - {{name: {name}}}\n" for name in RATES))
        daemon = station.start()
        session = station.attune("session", "start", "bench", "p1")
        net = station.spawn("attune-net", "--config", settings, "--runtime", station.runtime, "--state",
                            station.path("state"), log=station.log, env=environment)
        xdf = station.path("peer.xdf")
        recorder = station.spawn(sys.executable, HERE / "recorder.py", xdf, *RATES, stdout=subprocess.PIPE,
                                 env=environment)
        recorder.stdout.readline()

        def counts():
            database = stored.connect(session["file"])
            return [database.execute("SELECT coalesce(max(first_index + sample_count), 0) FROM chunks JOIN streams"
                                     " ON streams.id = stream_id WHERE name = ?", (name,)).fetchone()[0]
                    for name in RATES]

        stations.wait_for("all streams to be recorded", lambda: all(counts()), 30, 0.2)
        time.sleep(3)
        numbers = {"attuned": daemon.pid, "attune-net": net.pid, "recorder": recorder.pid}
        before = {name: processor(number) for name, number in numbers.items()}
        begin = time.monotonic()
        time.sleep(seconds)
        span = time.monotonic() - begin
        used = {name: (processor(number) - before[name]) / span * 100 for name, number in numbers.items()}
        memory = {name: resident(number) for name, number in numbers.items()}
        recorder.terminate()
        net.terminate()
        recorder.wait(20)
        net.wait(20)
        station.attune("session", "stop", "--wait")
        found, _ = pyxdf.load_xdf(xdf)
        taken = {stream["info"]["name"][0]: len(stream["time_stamps"]) for stream in found}
        least = {name: rate * seconds for name, rate in RATES.items()}
        for name, count in zip(RATES, counts()):
            if count < least[name] or taken[name] < least[name]:
                raise SystemExit(f"{name}: {count} and {taken[name]} samples recorded, {least[name]} expected")
        print(json.dumps({
            "own": {"processor": used["attuned"] + used["attune-net"],
                    "resident": memory["attuned"] + memory["attune-net"]},
            "peer": {"processor": used["recorder"], "resident": memory["recorder"]}}))


if __name__ == "__main__":
    main()
