"""Sensors of the network through the real attune-net into the real daemon, compared value by value.

    network.py PROGRAMS lsl | killed | emotibit | nothing

`lsl` records each numeric format and markers; `killed` ends attune-net with SIGKILL in the middle, and the
stream's own program as well; `emotibit` has datagrams lost; `nothing` has no library. Lab Streaming
Layer's library comes with PyPI's pylsl.
"""

import collections
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Readers")]

import stored
from device_log import read_log
from network_settings import LSL
from station import Failure, Station, wait_for


def check(what, condition, detail=""):
    print("ok" if condition else "FAILED", what, "" if condition else detail, flush=True)
    if not condition:
        raise Failure(what)


class Network:
    """A station that records, attune-net beside it, and outlets."""

    def __init__(self, station, settings):
        self.station = station
        config = station.path("lsl_api.cfg")
        pathlib.Path(config).write_text(LSL % os.getpid())
        self.settings = station.path("net.yaml")
        pathlib.Path(self.settings).write_text(settings)
        self.log = station.log = pathlib.Path(station.path("attuned.log"))
        import pylsl.lib
        library = pathlib.Path(pylsl.lib.__file__).parent / "liblsl.so"
        self.environment = dict(os.environ, LSLAPICFG=config, ATTUNE_LIBLSL=str(library))
        station.start()
        self.session = station.attune("session", "start", "network", "p1")
        self.net = None
        self.start()

    def start(self):
        self.net = self.station.spawn(
            "attune-net", "--config", self.settings, "--runtime", self.station.runtime, "--state",
            self.station.path("state"), log=self.log, env=self.environment)

    def said(self, text):
        return pathlib.Path(self.log).read_text().count(text)

    def wait_until_said(self, text, count=1, seconds=30):
        wait_for(f"attune-net to say '{text}'", lambda: self.said(text) >= count, seconds, 0.1)

    def outlet(self, *arguments):
        return self.station.spawn(
            sys.executable, HERE / "lsl_outlet.py", *arguments, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env=self.environment, text=True)

    @staticmethod
    def sent(outlet, seconds=60):
        """What an outlet sent, by its streams; waits for its end."""
        output, _ = outlet.communicate(timeout=seconds)
        found = collections.defaultdict(list)
        for line in output.splitlines():
            if line.startswith("["):
                name, stamp, values = json.loads(line)
                found[name].append((stamp, values))
        return found

    def database(self):
        return stored.connect(self.session["file"])

    def stored(self, name):
        """The columns and times of a stream, none while there is none."""
        database = self.database()
        row = database.execute("SELECT id FROM streams WHERE name = ?", (name,)).fetchone()
        return stored.samples(database, row[0]) if row else ([], [])

    def wait_for_samples(self, name, count):
        wait_for(f"{count} samples of {name}", lambda: len(self.stored(name)[1]) >= count, 30, 0.2)

    def stop(self):
        self.net.send_signal(signal.SIGTERM)
        check("attune-net ends when told to", self.net.wait(20) == 0, self.net.returncode)
        self.station.attune("session", "stop", "--wait")


def compare(network, name, sent):
    """Each value and each time, as they were sent."""
    columns, times = network.stored(name)
    *values, stamps = columns
    expected = [[row[channel] for _, row in sent] for channel in range(len(values))]
    check(f"{name}: the {len(sent)} samples came as they were sent", values == expected,
          (len(times), [row[:3] for row in values], [row[:3] for row in expected]))
    check(f"{name}: the sender's stamps too", stamps == [stamp for stamp, _ in sent])
    check(f"{name}: their times are the stamps, on the session's clock",
          times == [round(stamp * 1e9) for stamp, _ in sent],
          [(a, b) for a, (b, _) in zip(times, sent)][:3])


def lsl(programs):
    formats = ("f32", "f64", "i8", "i16", "i32", "i64")
    settings = "lsl:\n" + "".join(
        f"  - {{name: numbers-{name}, as: {name}}}\n" for name in formats
    ) + "  - {name: markers, type: test}\n"
    with Station(programs, "devices: []\n") as station:
        network = Network(station, settings)
        numbers = network.outlet("numbers", 3)
        markers = network.outlet("markers", 2)
        listed = subprocess.run(
            [station.programs / "attune-net", "--list"], env=network.environment,
            capture_output=True, text=True, timeout=60)
        check("--list names what is there", all(
            f"name 'numbers-{name}'" in listed.stdout for name in formats), listed)
        sent = {**network.sent(numbers), **network.sent(markers)}
        for name in formats:
            network.wait_for_samples(name, len(sent[name]))
        # An estimate of the clock comes every five seconds.
        wait_for("LSL's estimates", lambda: network.database().execute(
            "SELECT count(*) FROM clock_observations").fetchone()[0] >= 7, 30, 0.2)
        wait_for("all markers", lambda: network.database().execute(
            "SELECT count(*) FROM events WHERE kind = 'marker'").fetchone()[0]
            >= len(sent["markers"]), 30, 0.2)
        network.stop()
        for name in formats:
            compare(network, name, sent[name])
        database = network.database()
        rows = database.execute(
            "SELECT t_ns, payload, streams.name FROM events JOIN streams ON streams.id = stream_id"
            " WHERE events.kind = 'marker' ORDER BY events.id").fetchall()
        check(f"the {len(rows)} markers came as they were sent", [
            (time_ns, json.loads(payload)["value"], stream) for time_ns, payload, stream in rows
        ] == [(round(stamp * 1e9), values[0], "markers") for stamp, values in sent["markers"]],
            rows[:3])
        channels = database.execute(
            "SELECT channels.name, unit FROM channels JOIN streams ON streams.id = stream_id"
            " WHERE streams.name = 'f32' ORDER BY position").fetchall()
        check("labels and units are those of the stream", channels == [
            ("label0", "microvolts"), ("label1", "microvolts"), ("lsl_time", "s")], channels)
        rows = database.execute(
            "SELECT streams.name, device_time, sent_ns, arrival_ns FROM clock_observations"
            " JOIN streams ON streams.id = stream_id").fetchall()
        check(f"{len(rows)} readings of the senders' clocks are there",
              {row[0] for row in rows} == {*formats, "markers"}, rows)
        # All on one machine: the two clocks are the same.
        check("and say what LSL measured", all(
            sent_ns <= arrival and abs((sent_ns + arrival) / 2 - device) <= arrival - sent_ns
            + 2_000_000 for _, device, sent_ns, arrival in rows), rows)
        check("no gaps", not database.execute("SELECT * FROM gaps").fetchall())
        check("the clock was measured", network.said("its clock is CLOCK_MONOTONIC") == 1)


def killed(programs):
    with Station(programs, "devices: []\n") as station:
        network = Network(station, "lsl: [{source_id: test-source, as: one}]\n")
        first = network.outlet("one", 8)
        network.wait_for_samples("one", 400)
        daemon = station.daemon.pid
        network.net.kill()
        network.net.wait()
        time.sleep(1)
        check("the daemon records on", station.daemon.poll() is None and station.attune(
            "session", "show")["session"]["state"] == "recording")
        network.start()
        sent = network.sent(first)["one"]
        wait_for("the last sample", lambda: network.stored("one")[0]
                 and network.stored("one")[0][-1][-1] == sent[-1][0], 30, 0.2)
        # Now the stream's own program ends, and comes back.
        network.wait_until_said("went away")
        second = network.sent(network.outlet("one", 2))["one"]
        wait_for("the last sample", lambda: network.stored("one")[0][-1][-1] == second[-1][0],
                 30, 0.2)
        network.stop()
        check("it was one daemon", station.daemon.pid == daemon and station.daemon.poll() is None)
        columns, times = network.stored("one")
        sent_by_stamp = {stamp: values for stamp, values in sent + second}
        check("each stored sample was sent, and none is there twice", all(
            sent_by_stamp.get(stamp) == [a, b] for a, b, stamp in zip(*columns)
        ) and len(set(columns[2])) == len(columns[2]))
        database = network.database()
        gaps = stored.gaps(database, stored.stream_id(database, "one"))
        missing = [stamp for stamp, _ in sent if stamp not in set(columns[2])]
        print(f"{len(times)} of {len(sent) + len(second)} samples are stored; {gaps}")
        check("the second run is whole", columns[2][-len(second):] == [s for s, _ in second])
        check("there are two gaps of disconnection", [gap.cause for gap in gaps.values()]
              == ["disconnect", "disconnect"], gaps)
        gap = list(gaps.values())[0]
        check("its bounds are the neighbouring samples",
              (gap.start, gap.end) == (times[gap.after], times[gap.after + 1]), gap)
        check("and its count is right within its bound",
              abs(gap.lost - len(missing)) <= gap.bound + 1, (gap, len(missing)))
        check("samples are missing nowhere else", all(
            times[gap.after] < round(stamp * 1e9) < times[gap.after + 1] for stamp in missing))


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


DECIMALS = {"EA": 6, "EL": 6, "T1": 2, "AX": 3, "AY": 3, "AZ": 3}


def emotibit(programs):
    port = free_port()
    with Station(programs, "devices: []\n") as station:
        network = Network(
            station, f"emotibit: [{{address: 127.0.0.1, port: {port}, name: wrist}}]\n")
        log = station.path("emotibit.log")
        device = station.simulate(
            "emotibit", "--udp", f"127.0.0.1:{port}", "--loss", "0.08", "--log", log, "--seed", 5)
        network.wait_until_said("connected to the EmotiBit")
        network.wait_for_samples("wrist.PG", 500)
        station.end(device)
        frames = read_log(log).frames
        sent = collections.defaultdict(list)
        for frame in frames:
            tag, _, _, *values = frame.values
            tag = chr(tag >> 8) + chr(tag & 255)
            scale = 10 ** DECIMALS.get(tag, 0)
            sent[tag].append((frame.fate, [value / scale for value in values]))
        for tag in ("EA", "PI", "PG", "AX", "T1"):
            last = sum(len(values) for fate, values in sent[tag] if fate == "sent")
            network.wait_for_samples(f"wrist.{tag}", last)
        network.stop()
        database = network.database()
        total = 0
        for tag, lines in sorted(sent.items()):
            columns, _ = network.stored(f"wrist.{tag}")
            expected = [value for fate, values in lines if fate == "sent" for value in values]
            check(f"{tag}: {len(expected)} values came as they were sent",
                  columns[0] == expected, (columns[0][:5], expected[:5]))
            if tag in ("HR", "BI"):
                continue
            # Losses before the first value or behind the last one are no gaps.
            losses = {}
            index = -1
            pending = 0
            for fate, values in lines:
                if fate == "sent":
                    if pending and index >= 0:
                        losses[index] = pending
                    pending = 0
                    index += len(values)
                else:
                    pending += len(values)
            gaps = stored.gaps(database, stored.stream_id(database, f"wrist.{tag}"))
            found = {after: (gap.cause, gap.lost) for after, gap in gaps.items()}
            check(f"{tag}: {len(losses)} gaps, {sum(losses.values())} samples, as the device tells",
                  found == {after: ("counter", lost) for after, lost in losses.items()},
                  (found, losses))
            total += len(losses)
        check("datagrams were lost", total > 10, total)
        unit = database.execute(
            "SELECT channels.name, unit FROM channels JOIN streams ON streams.id = stream_id"
            " WHERE streams.name = 'wrist.EA'").fetchall()
        check("with its unit", unit == [("skin_conductance", "uS")], unit)
        rows = database.execute(
            "SELECT device_time, sent_ns, arrival_ns FROM clock_observations JOIN streams"
            " ON streams.id = stream_id WHERE streams.name = 'wrist.EA'").fetchall()
        offsets = [(sent_ns + arrival) / 2 - told for told, sent_ns, arrival in rows]
        check(f"{len(rows)} round trips relate its clock", len(rows) >= 5
              and all(sent_ns <= arrival for _, sent_ns, arrival in rows)
              and sorted(offsets)[len(offsets) * 3 // 4] - sorted(offsets)[len(offsets) // 4]
              < 50e6, rows)


def nothing(programs):
    """No library, wrong settings, nothing to do: said, with an exit code that tells them apart."""
    with Station(programs, "devices: []\n") as station:
        def run(*arguments, **environment):
            return subprocess.run(
                [station.programs / "attune-net", "--runtime", station.runtime, *arguments],
                capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                env=dict(os.environ, HOME=station.path("home"), **environment))
        done = run("--stream", "eeg", "--liblsl", "/nonexistent/liblsl.so")
        check("no library: what to do, and 69", done.returncode == 69
              and "pip install pylsl" in done.stderr and "/nonexistent" in done.stderr, done)
        done = run("--list", ATTUNE_LIBLSL="/nonexistent/liblsl.so")
        check("nothing can be listed without it", done.returncode == 69, done)
        done = run("--list", "--liblsl", "libc.so.6")
        check("another library is told from it", done.returncode == 69
              and "is it liblsl" in done.stderr, done)
        wrong = station.path("wrong.yaml")
        pathlib.Path(wrong).write_text("lsl:\n  - {nam: eeg}\nemotibit:\n  - {address: here}\n")
        done = run("--config", wrong)
        check("a mistake is named with its place, and 78", done.returncode == 78
              and f"{wrong}:2:" in done.stderr and "name" in done.stderr, done)
        check("nothing to do is no error", run().returncode == 0)


if __name__ == "__main__":
    try:
        {"lsl": lsl, "killed": killed, "emotibit": emotibit, "nothing": nothing}[sys.argv[2]](
            sys.argv[1])
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
