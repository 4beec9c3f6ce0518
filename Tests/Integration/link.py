"""Talks to the real daemon with the independent Varlink client of PyPI, while it records.

    link.py PROGRAMS

Prints one line a check; exits with 1 at the first that fails.
"""

import base64
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time

import varlink

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Readers")]

import compare
import stored
from device_log import read_log
from station import Failure, Station, connects, wait_for


def check(what, condition, detail=""):
    print("ok" if condition else "FAILED", what, "" if condition else detail, flush=True)
    if not condition:
        raise Failure(what)


def error_of(call):
    try:
        call()
    except varlink.VarlinkError as error:
        return error.error(), error.parameters()
    return None, None


class Caller:
    """A caller on its own connection, with one interface."""

    def __init__(self, station, interface="io.attune.Control"):
        self.client = varlink.Client(f"unix:{station.socket}")
        self.link = self.client.open(interface)

    def __enter__(self):
        return self.link

    def __exit__(self, *_):
        self.link.close()
        self.client.__exit__(None, None, None)


def raw(station, message, seconds=20):
    """Sends bytes and gives the first answer."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(seconds)
        caller.connect(str(station.socket))
        caller.sendall(message)
        answer = b""
        while not answer.endswith(b"\0"):
            piece = caller.recv(65536)
            if not piece:
                break
            answer += piece
        return answer


def event(sequence, **payload):
    return {"sequence": sequence, "time_ns": time.monotonic_ns(), "kind": "stimulus",
            "payload": {"number": sequence, **payload}}


def register(link, session, name="python", streams=()):
    return link.Register(session=session, client=name, title="Python", clock="station",
                         streams=list(streams))


def introspection(station):
    with varlink.Client(f"unix:{station.socket}") as client:
        found = set(client.get_interfaces())
        check("introspection", {"io.attune.Control", "io.attune.Link"} <= found, found)
        for name in ("io.attune.Control", "io.attune.Link", "org.varlink.service"):
            check("description of " + name, client.get_interface(name).name == name)
        check("vendor and version", client.info["version"] if hasattr(client, "info") else True)


def control(station):
    """Start, phase, mark; gives the session."""
    with Caller(station) as control:
        status = control.GetStatus()["status"]
        check("status", status["data"] == str(station.data) and not status["sessions"])
        session = control.StartSession(
            study="link", participant="p1", protocol="pilot", devices=["bitalino", "keyboard"])
        session = session["session"]
        check("start", session["state"] == "recording" and session["phases"])
        check("phase", control.StartPhase(
            session=session["id"], phase="chat")["session"]["phase"] == "chat")
        before = time.monotonic_ns()
        mark = control.Mark(session="", label="a mark", detail={"why": [1, None, "ü"]})
        check("mark", before <= mark["time_ns"] <= time.monotonic_ns())
        rows = stored.connect(session["file"]).execute(
            "SELECT t_ns, payload FROM events WHERE kind = 'mark'").fetchall()
        check("a mark is in the file when it is answered",
              [row[0] for row in rows] == [mark["time_ns"]], rows)
        check("its detail", json.loads(rows[0][1])["detail"] == {"why": [1, None, "ü"]}, rows)
        name, parameters = error_of(lambda: control.GetSession(session="zz"))
        check("a named error", name == "io.attune.Control.NoSuchSession"
              and parameters == {"session": "zz"}, (name, parameters))
        name, parameters = error_of(
            lambda: control.StartPhase(session=session["id"], phase="dinner"))
        check("a phase that there is not", name == "io.attune.Control.NoSuchPhase"
              and parameters["allowed"], (name, parameters))
        name, _ = error_of(lambda: control.Subscribe(session=session["id"]))
        check("more is expected", name == "org.varlink.service.ExpectedMore", name)
        return session


def subscribe(station, session, samples=3000):
    """Follows the BITalino; gives what came by its index."""
    values = {}
    times = {}
    arrivals = []
    with Caller(station) as control:
        for reply in control.Subscribe(
                session=session["id"], streams=["bitalino"], events=False, _more=True):
            item = reply["item"]
            check_quietly(item["stream"] == "bitalino" and item["kind"] == "samples", item)
            check_quietly(item["missed"] == 0, item)
            width = len(item["channels"])
            numbers = struct.unpack(
                f"<{item['count'] * width}d", base64.b64decode(item["values"]))
            for index in range(item["count"]):
                at = item["first_index"] + index
                check_quietly(at not in values, at)
                values[at] = numbers[index * width:(index + 1) * width]
                times[at] = item["time_ns"] + index * item["period_ns"]
            arrivals.append(time.monotonic_ns() - times[max(times)])
            if len(values) >= samples:
                break
    indices = sorted(values)
    check("the stream has no holes", indices == list(range(indices[0], indices[-1] + 1)))
    arrivals.sort()
    print(f"{len(values)} samples in {len(arrivals)} pieces, "
          f"median age {arrivals[len(arrivals) // 2] / 1e6:.1f} ms")
    return values


def check_quietly(condition, detail):
    if not condition:
        check("a piece of the stream", False, detail)


def mute_caller(station, session):
    """A caller that never reads; gives its socket."""
    mute = socket.socket(socket.AF_UNIX)
    mute.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    mute.connect(str(station.socket))
    mute.sendall(json.dumps({
        "method": "io.attune.Control.Subscribe", "more": True,
        "parameters": {"session": session["id"]}}).encode() + b"\0")
    return mute


def told_what_it_missed(mute):
    """Reads at last: what was dropped is counted, by stream."""
    mute.settimeout(5)
    data = b""
    missed = 0
    end = time.monotonic() + 20
    while time.monotonic() < end and not missed:
        piece = mute.recv(1 << 20)
        if not piece:
            break
        data += piece
        *whole, data = data.split(b"\0")
        for message in whole:
            missed += json.loads(message).get("parameters", {}).get("item", {}).get("missed", 0)
    return missed


def resident(station):
    for line in pathlib.Path(f"/proc/{station.daemon.pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return 0


def garbage(station):
    check("unknown method", b"MethodNotFound" in raw(
        station, b'{"method":"io.attune.Control.Nothing"}\0'))
    check("unknown interface", b"InterfaceNotFound" in raw(station, b'{"method":"a.b.C"}\0'))
    check("wrong parameter", b'"parameter":"study"' in raw(
        station, b'{"method":"io.attune.Control.StartSession","parameters":{"study":1}}\0'))
    check("garbage", b"InvalidParameter" in raw(station, b"\xff\xfe garbage\0"))
    generator = __import__("random").Random(7)
    for length in (1, 100, 5000, 200_000):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(5)
            caller.connect(str(station.socket))
            try:
                caller.sendall(generator.randbytes(length) + b"\0")
            except OSError:
                pass
    check("after random bytes it still answers", connects(station.socket))
    check("and says so", station.attune("status")["sessions"])


def no_rights(station, session):
    """Another user gets a named error, or cannot even connect."""
    if os.geteuid() != 0:
        print("ok the rights of others: not root, so that nobody else can be played")
        return
    program = (
        "import socket,sys\n"
        "s=socket.socket(socket.AF_UNIX)\ns.settimeout(20)\ns.connect(sys.argv[1])\n"
        "s.sendall(sys.argv[2].encode()+b'\\0')\nsys.stdout.buffer.write(s.recv(65536))\n")
    os.chmod(station.runtime, 0o755)
    os.chmod(station.socket, 0o666)
    for method, parameters in (
            ("Control.GetStatus", {}), ("Control.StopSession", {"session": session["id"]}),
            ("Control.Mark", {"session": "", "label": "x"}),
            ("Link.SendEvents", {"session": session["id"], "client": "x", "events": []})):
        done = subprocess.run(
            ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
             "/usr/bin/env", "python3", "-c", program, str(station.socket),
             json.dumps({"method": "io.attune." + method, "parameters": parameters})],
            capture_output=True, timeout=60)
        check(f"{method} by a caller without rights", b"NotPermitted" in done.stdout,
              (done.stdout, done.stderr))
    check("it records on", station.attune("session", "show")["session"]["state"] == "recording")


def acknowledgements(station, session):
    """Killed right after an acknowledgement: it is stored. Killed before: it is sent again."""
    def rows():
        return compare.sequences(stored.connect(session["file"]), "python")

    streams = [{"name": "gaze", "kind": "signal", "rate_hz": 100.0, "clock": "arrival",
                "channels": [{"name": "x", "unit": "px", "type": "f64", "scale": 1.0,
                              "offset": 0.0}]}]
    sequence = 0
    sent = 0
    for attempt in range(6):
        with Caller(station, "io.attune.Link") as link:
            reply = register(link, session["id"], streams=streams)
            check_quietly(sequence <= reply["acknowledged"] <= sent, reply)
            first = reply["acknowledged"] + 1
            batch = [event(number) for number in range(first, first + 5)]
            reply = link.SendEvents(session=session["id"], client="python", events=batch)
            sequence = sent = reply["acknowledged"]
            check_quietly(sequence == first + 4, reply)
            # At this very moment they are in the file, not only on their way to it.
            check_quietly(set(range(first, first + 5)) <= set(rows()), (first, rows()))
            # One more, of samples, in the same numbers.
            sequence += 1
            reply = link.SendSamples(
                session=session["id"], client="python", stream="gaze", sequence=sequence,
                first_time_ns=time.monotonic_ns(), count=10,
                data=base64.b64encode(struct.pack(
                    "<10d", *range(attempt * 10, attempt * 10 + 10))).decode())
            sent = sequence
            station.kill()
            check_quietly(reply["acknowledged"] == sequence, reply)
            held = stored.connect(session["file"])
            columns, _ = stored.samples(held, stored.stream_id(held, "gaze"))
            check_quietly(len(columns[0]) == 10 * attempt + 10, columns)
        station.start()
        # And one whose acknowledgement nobody waits for.
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(station.socket))
            caller.sendall(json.dumps({
                "method": "io.attune.Link.Register", "parameters": {
                    "session": session["id"], "client": "python", "title": "Python",
                    "clock": "station", "streams": streams}}).encode() + b"\0")
            caller.recv(65536)
            caller.sendall(json.dumps({
                "method": "io.attune.Link.SendEvents", "parameters": {
                    "session": session["id"], "client": "python",
                    "events": [event(sequence + 1), event(sequence + 2)]}}).encode() + b"\0")
            time.sleep((0, 0.01, 0.03, 0.08, 0.2, 0.3)[attempt])
            station.kill()
            sent = sequence + 2
        station.start()
    with Caller(station, "io.attune.Link") as link:
        last = register(link, session["id"], streams=streams)["acknowledged"]
        again = [event(number) for number in range(1, last + 1)]
        reply = link.SendEvents(session=session["id"], client="python", events=again)
        check("what is sent again is acknowledged again", reply["acknowledged"] == last, reply)
        name, parameters = error_of(lambda: link.SendEvents(
            session=session["id"], client="python", events=[event(last + 9)]))
        check("a number left out is told", name == "io.attune.Link.SequenceGap"
              and parameters == {"expected": last + 1}, (name, parameters))
        with Caller(station, "io.attune.Link") as other:
            name, _ = error_of(lambda: register(other, session["id"]))
            check("one client of a name", name == "io.attune.Link.ClientBusy", name)
    database = stored.connect(session["file"])
    # Each tries to send five events and one piece of samples, which has no row of its own.
    found = rows()
    check("each acknowledged event is stored once", len(found) == len(set(found))
          and last - len(found) == 6 and found[-1] <= last, (last, found))
    columns, _ = stored.samples(database, stored.stream_id(database, "gaze"))
    check("each piece of samples is stored once",
          columns[0] == [float(number) for number in range(60)], columns)
    print(f"{len(found)} events and 6 pieces of samples over 12 kills")


def main():
    with Station(sys.argv[1]) as station:
        os.mkfifo(station.path("keyboard"))
        station.set(
            "devices:\n  - {profile: bitalino, path: %s, name: bitalino,"
            " options: {channels: [A2]}}\n"
            "keyboards: [{test_source: %s, name: keyboard}]\n"
            % (station.path("bitalino"), station.path("keyboard")))
        with open(station.path("rows.csv"), "w") as file:
            file.write("a,b\n")
            file.writelines(f"0,{number * 7 % 1024}\n" for number in range(200_000))
        station.simulate(
            "bitalino", "--link", station.path("bitalino"), "--channels", 2, "--log",
            station.path("log"), "--csv", station.path("rows.csv"), "--column", "a,b", "--stay")
        station.start()
        station.wait_for_device("bitalino")
        introspection(station)
        session = control(station)

        mutes = [mute_caller(station, session) for _ in range(3)]
        before = resident(station)
        values = subscribe(station, session)
        garbage(station)
        no_rights(station, session)
        time.sleep(6)
        after = resident(station)
        print(f"memory {before:.1f} MB before and {after:.1f} MB after with three that never read")
        check("memory is bounded", after - before < 40)
        # The last sample's age tells that the recording does not wait for them.
        streams = station.attune("session", "show")["streams"]
        age = next(entry["last_sample_age_ms"] for entry in streams if entry["name"] == "bitalino")
        check("the recording does not wait for them", age < 1000, age)
        missed = told_what_it_missed(mutes[0])
        check("who never reads is told what it missed", missed > 0, missed)
        for mute in mutes:
            mute.close()
        acknowledgements(station, session)
        with Caller(station) as control_:
            session = control_.StopSession(session=session["id"])["session"]
            check("stop", session["state"] in ("stopped", "finishing", "finished"))
        station.stop()
        database = stored.connect(session["file"])
        stream = stored.stream_id(database, "bitalino")
        columns, _ = stored.samples(database, stream)
        scale, offset = database.execute(
            "SELECT scale, \"offset\" FROM channels WHERE stream_id = ?", (stream,)).fetchone()
        wrong = [index for index, value in values.items()
                 if abs(value[0] - (columns[0][index] * scale + offset)) > 1e-9]
        check("what was sent live is what is stored", not wrong, wrong[:3])


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print("FAILED", failure)
        sys.exit(1)
