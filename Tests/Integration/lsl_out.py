"""Sessions on the network, as other people's programs see them: live, and replayed.

    lsl_out.py PROGRAMS live | replay

`live` takes a recording's streams with pylsl and with MNE-LSL while it goes on, and compares them with what the
daemon hands to a subscriber of its own, and with the file. `replay` plays the file of such a recording, at the
speed that it had and at twice that.
"""

import base64
import contextlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Readers")]

import stored
from network_settings import LSL
from station import Failure, Station, wait_for

SETTINGS = "devices:\n  - {profile: bitalino, path: %s}\n" \
           "  - {profile: grove-gsr, path: %s}\n"
MICROSECOND = 1e-6
# How long each look waits for answers, in seconds: on a busy machine they take longer than one wave of queries.
LOOKING = 2


def check(what, condition, detail=""):
    print("ok" if condition else "FAILED", what, "" if condition else detail, flush=True)
    if not condition:
        raise Failure(what)


class Listener:
    """Takes all of some streams, in a thread of its own, until told to stop."""

    def __init__(self, prefix, names, library, seconds=30):
        self.library = library
        self.inlets = {}
        self.taken = {name: ([], []) for name in names}
        self.corrections = {}
        found = {}
        end = time.monotonic() + seconds
        while len(found) < len(names):
            if time.monotonic() > end:
                raise Failure(f"{library}: only {sorted(found)} of {names} are on the network")
            for info in self.resolve():
                if self.source(info).startswith(prefix) and self.name(info) in names:
                    found[self.name(info)] = info
        for name, info in found.items():
            self.inlets[name] = self.open(info)
        self.infos = {name: self.full_info(inlet) for name, inlet in self.inlets.items()}
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            last = self.is_over.is_set()
            for name, inlet in self.inlets.items():
                values, stamps = self.pull(inlet)
                self.taken[name][0].extend(values)
                self.taken[name][1].extend(stamps)
            if last:
                return
            time.sleep(0.02)

    def correct(self):
        self.corrections = {name: inlet.time_correction(timeout=10) for name, inlet in self.inlets.items()}

    def has(self, name, time_ns):
        """Whether the sample of that time has come."""
        stamps = self.taken[name][1]
        return bool(stamps) and stamps[-1] >= time_ns / 1e9 - MICROSECOND

    def offered(self, prefix):
        return [self.name(info) for info in self.resolve() if self.source(info).startswith(prefix)]

    def finish(self):
        self.is_over.set()
        self.thread.join()
        for inlet in self.inlets.values():
            inlet.close_stream()
        return self.taken


class WithPylsl(Listener):
    def __init__(self, prefix, names):
        super().__init__(prefix, names, "pylsl")

    @staticmethod
    def resolve():
        import pylsl
        return pylsl.resolve_streams(LOOKING)

    @staticmethod
    def source(info):
        return info.source_id()

    @staticmethod
    def name(info):
        return info.name()

    @staticmethod
    def open(info):
        import pylsl
        inlet = pylsl.StreamInlet(info)
        inlet.open_stream(10)
        return inlet

    @staticmethod
    def full_info(inlet):
        info = inlet.info(10)
        channels = []
        channel = info.desc().child("channels").child("channel")
        while not channel.empty():
            channels.append(tuple(channel.child_value(name) for name in ("label", "unit", "type")))
            channel = channel.next_sibling("channel")
        origin = info.desc().child("attune")
        return {"type": info.type(), "rate": info.nominal_srate(), "channels": channels,
                "participant": origin.child_value("participant"), "session": origin.child_value("session")}

    @staticmethod
    def pull(inlet):
        return inlet.pull_chunk(timeout=0, max_samples=4096)


class WithMNE(Listener):
    def __init__(self, prefix, names):
        super().__init__(prefix, names, "mne-lsl")

    @staticmethod
    def resolve():
        from mne_lsl.lsl import resolve_streams
        return resolve_streams(timeout=LOOKING)

    @staticmethod
    def source(info):
        return info.source_id

    @staticmethod
    def name(info):
        return info.name

    @staticmethod
    def open(info):
        from mne_lsl.lsl import StreamInlet
        inlet = StreamInlet(info)
        inlet.open_stream(timeout=10)
        return inlet

    @staticmethod
    def full_info(inlet):
        info = inlet.get_sinfo(timeout=10)
        return {"type": info.stype, "rate": info.sfreq, "names": info.get_channel_names(),
                "units": info.get_channel_units()}

    @staticmethod
    def pull(inlet):
        values, stamps = inlet.pull_chunk(timeout=0, max_samples=4096)
        return [list(row) for row in values], list(stamps)


class Watcher:
    """What the daemon hands to a subscriber of its own."""

    def __init__(self, station):
        self.process = station.spawn("attune", "watch", "--json", "--runtime", station.runtime,
                                     "--data", station.data, stdout=subprocess.PIPE)
        self.samples = {}
        self.events = []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        for line in self.process.stdout:
            item = json.loads(line)
            if item["missed"]:
                raise Failure(f"the subscriber of the test's own missed pieces: {item['missed']}")
            if item["kind"] == "event":
                self.events.append((item["time_ns"], item["stream"], item["event"]))
                continue
            values, stamps = self.samples.setdefault(item["stream"], ([], []))
            data = base64.b64decode(item["values"])
            numbers = struct.unpack(f"<{len(data) // 8}d", data)
            width = len(item["channels"])
            for place in range(item["count"]):
                values.append(list(numbers[place * width:(place + 1) * width]))
                stamps.append(item["time_ns"] + round(place * item["period_ns"]))


class Stage:
    """A station that records two devices, and what other programs need to find its streams."""

    def __init__(self, programs):
        self.station = Station(programs)
        # Before liblsl is loaded: it reads this once.
        self.configuration = self.station.path("lsl_api.cfg")
        pathlib.Path(self.configuration).write_text(LSL % os.getpid())
        os.environ["LSLAPICFG"] = self.configuration
        import pylsl.lib
        self.library = str(pathlib.Path(pylsl.lib.__file__).parent / "liblsl.so")
        os.environ["MNE_LSL_LIB"] = os.environ["PYLSL_LIB"] = os.environ["ATTUNE_LIBLSL"] = self.library

    def __enter__(self):
        self.station.__enter__()
        one, two = self.station.path("one"), self.station.path("two")
        self.station.set(SETTINGS % (one, two))
        self.station.simulate("bitalino", "--rate", "1000", "--link", one, "--seed", "11")
        self.station.simulate("lines", "--format", "grove", "--link", two, "--seed", "12")
        self.station.start()
        self.station.wait_for_device("bitalino")
        self.station.wait_for_device("grove-gsr")
        return self

    def __exit__(self, *error):
        self.station.__exit__(*error)

    def begin(self):
        session = self.station.attune("session", "start", "network", "p1")
        names = {row["name"] for row in self.streams() if row["channels"]}
        check(f"it has {sorted(names)}", len(names) >= 2, names)
        return session, names

    def streams(self):
        return self.station.attune("session", "show")["streams"]

    def happen(self):
        """What markers are made of: two marks, a pause."""
        self.station.attune("session", "mark", "first mark", json_output=False)
        time.sleep(0.3)
        self.station.attune("session", "pause", "--reason", "a break", json_output=False)
        time.sleep(0.3)
        self.station.attune("session", "resume", json_output=False)
        self.station.attune("session", "mark", 'second "mark" <ü>', json_output=False)


def overlap(taken, whole):
    """Where what was taken begins in the whole: by the nearest stamp."""
    first = round(taken[0] * 1e9)
    return min(range(len(whole)), key=lambda place: abs(whole[place] - first))


def compare(name, taken, whole, least):
    """Values are equal, and stamps within a microsecond, from the first that was taken to the last."""
    values, stamps = taken
    wanted, times = whole
    check(f"{name}: {len(stamps)} samples came", len(stamps) >= least, len(stamps))
    start = overlap(stamps, times)
    count = min(len(stamps), len(times) - start)
    check(f"{name}: none is left out or doubled", len(stamps) == count, (len(stamps), count))
    check(f"{name}: the values are ours", values == wanted[start:start + count],
          [(a, b) for a, b in zip(values, wanted[start:]) if a != b][:3])
    worst = max(abs(stamp - time / 1e9) for stamp, time in zip(stamps, times[start:]))
    check(f"{name}: the stamps are ours within a microsecond ({worst * 1e9:.1f} ns)", worst < MICROSECOND, worst)
    return start + count


def live(programs):
    with Stage(programs) as stage:
        station = stage.station
        session, names = stage.begin()
        net = station.spawn("attune-net", "--publish", "--runtime", station.runtime, "--state",
                            station.path("state"), log=station.path("net.log"))
        watcher = Watcher(station)
        prefix = f"attune-{session['id']}-"
        everything = names | {"attune-markers"}
        listeners = [WithPylsl(prefix, everything), WithMNE(prefix, everything)]
        for name in names:
            stream = next(row for row in stage.streams() if row["name"] == name)
            told = listeners[0].infos[name]
            check(f"{name}: labels and units are those of the stream", [row[:2] for row in told["channels"]]
                  == list(zip(stream["channels"], stream["units"])), told)
            check(f"{name}: so is its rate", told["rate"] == (stream["nominal_rate_hz"] or 0), told)
            check(f"{name}: it tells whose it is", (told["session"], told["participant"])
                  == (session["id"], "p1"), told)
            check(f"{name}: MNE-LSL reads the same", (listeners[1].infos[name]["rate"],
                  listeners[1].infos[name]["names"]) == (told["rate"], stream["channels"]), listeners[1].infos)
        stage.happen()
        time.sleep(3)
        for listener in listeners:
            listener.correct()
        station.attune("session", "stop", "--wait")
        watcher.thread.join(20)
        # They hear all of it, to the last sample before the stop; where one does not, the comparison says so.
        with contextlib.suppress(Failure):
            wait_for("the last samples", lambda: all(
                listener.has(name, watcher.samples[name][1][-1]) for listener in listeners for name in names), 5)
        wait_for("the outlets to go", lambda: not listeners[0].offered(prefix), 20, 0.1)
        taken = [listener.finish() for listener in listeners]
        net.terminate()
        check("attune-net ends when told to", net.wait(20) == 0)
        for listener, streams in zip(listeners, taken):
            for name in sorted(names):
                # At least two seconds of each were heard.
                reached = compare(f"{listener.library}: {name}", streams[name], watcher.samples[name], 2)
                check(f"{listener.library}: {name} was heard to the end", reached == len(watcher.samples[name][1]),
                      (reached, len(watcher.samples[name][1])))
            for name, correction in listener.corrections.items():
                # One machine, one clock.
                check(f"{listener.library}: {name} corrects its time by {correction * 1e6:.0f} µs",
                      abs(correction) < 1e-3, correction)
            texts = [row[0] for row in streams["attune-markers"][0]]
            check(f"{listener.library}: the markers came", texts == [
                "mark first mark", "paused", "resumed", 'mark second "mark" <ü>'], texts)
            ours = [time_ns for time_ns, stream, event in watcher.events
                    if not stream and ("label" in event or event.get("kind") in ("paused", "resumed"))]
            worst = max(abs(stamp - time_ns / 1e9)
                        for stamp, time_ns in zip(streams["attune-markers"][1], ours, strict=True))
            check(f"{listener.library}: their stamps are ours", worst < MICROSECOND, worst)
        database = stored.connect(session["file"])
        for name in sorted(names):
            stream = stored.stream_id(database, name)
            columns, _ = stored.samples(database, stream)
            when = stored.times(database, stream)
            stamps = taken[0][name][1]
            final = [when(index) for index in range(len(columns[0]))]
            bound = database.execute("SELECT max(bound_ns) FROM clock_segments WHERE stream_id = ?",
                                     (stream,)).fetchone()[0]
            start = overlap(stamps, final)
            worst = max(abs(stamp - time / 1e9) for stamp, time in zip(stamps, final[start:]))
            print(f"{name}: the file's final times are at most {worst * 1e3:.2f} ms from these "
                  f"(bound {bound / 1e6:.2f} ms)")


def physical(raw, scale, offset, conversion):
    """A value in its unit; the only conversion here is that of Grove's sensor, by its maker's formula, in ohm."""
    value = raw * scale + offset
    return (1024 + 2 * value) * 10_000 / (512 - value) if conversion else value


def recorded(stage):
    session, names = stage.begin()
    time.sleep(1)
    stage.happen()
    time.sleep(4)
    stage.station.attune("session", "stop", "--wait")
    return session, names


def replay(programs):
    with Stage(programs) as stage:
        session, names = recorded(stage)
        everything = names | {"attune-markers"}
        database = stored.connect(session["file"])
        whole = {}
        for name in names:
            stream = stored.stream_id(database, name)
            columns, _ = stored.samples(database, stream)
            channels = database.execute("SELECT scale, offset, conversion FROM channels WHERE stream_id = ?"
                                        " ORDER BY position", (stream,)).fetchall()
            when = stored.times(database, stream)
            whole[name] = ([[physical(raw, *channel) for raw, channel in zip(row, channels)]
                            for row in zip(*columns)], [when(index) for index in range(len(columns[0]))])
        marks = database.execute("SELECT t_ns FROM events WHERE kind IN ('mark', 'paused', 'resumed')"
                                 " ORDER BY t_ns").fetchall()
        for speed, kind in ((1, WithMNE), (2, WithPylsl)):
            player = stage.station.spawn(
                "attune", "play", session["file"], "--lsl", "--wait", "30", "--speed", speed, "--alignment",
                "recorded", stderr=subprocess.PIPE)
            listener = kind(f"attune-replay-{session['id']}-", everything)
            check(f"the rate is {speed} times that of the recording", all(
                listener.infos[row["name"]]["rate"] == speed * (row["nominal_rate_hz"] or 0)
                for row in stage.station.attune("session", "show", session["id"])["streams"]
                if row["name"] in names), listener.infos)
            _, said = player.communicate(timeout=60)
            check("the player ended well", player.returncode == 0, said)
            taken = listener.finish()
            total = sum(len(times) for _, times in whole.values())
            check("and said what it sent", f"{total} samples and {len(marks)} markers" in said.decode(), said)
            # All streams are moved by the same time.
            moves = []
            for name in sorted(names):
                values, stamps = taken[name]
                wanted, times = whole[name]
                check(f"speed {speed}: {name}: all {len(times)} samples came", len(stamps) == len(times),
                      (len(stamps), len(times), "the first of them" if values[:9] == wanted[:9] else "not the first"))
                check(f"speed {speed}: {name}: the values are ours", values == wanted,
                      [(a, b) for a, b in zip(values, wanted) if a != b][:3])
                moves += [stamp - time / 1e9 / speed for stamp, time in zip(stamps, times)]
            moves += [stamp - row[0] / 1e9 / speed
                      for stamp, row in zip(taken["attune-markers"][1], marks, strict=True)]
            check(f"speed {speed}: samples and markers lie as far apart as in the file "
                  f"({(max(moves) - min(moves)) * 1e9:.0f} ns)", max(moves) - min(moves) < MICROSECOND,
                  (min(moves), max(moves)))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        {"live": live, "replay": replay}[sys.argv[2]](sys.argv[1])
