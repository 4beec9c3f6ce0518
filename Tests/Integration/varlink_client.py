"""Talks to a daemon with the independent Varlink client of PyPI.

    varlink_client.py SOCKET

What it needs of the daemon: a session whose id begins with "s", which records, and nothing else
(the stand-in of Tests/LinkTestSupport is one). Prints one line a check; exits with 1 at the first
that fails.
"""

import socket
import sys
import threading

import varlink


def check(what, condition):
    print("ok" if condition else "FAILED", what, flush=True)
    if not condition:
        sys.exit(1)


def error_of(call):
    try:
        call()
    except varlink.VarlinkError as error:
        return error.error(), error.parameters()
    return None, None


path = sys.argv[1]
address = "unix:" + path

with varlink.Client(address) as client:
    info = client.get_interfaces()
    check("introspection", {"io.attune.Control", "io.attune.Link"} <= set(info))
    for name in ("io.attune.Control", "io.attune.Link", "org.varlink.service"):
        interface = client.get_interface(name)
        check("description of " + name, interface.name == name)
        check("documentation of " + name, interface.description.startswith("#"))

    with client.open("io.attune.Control") as control:
        status = control.GetStatus()["status"]
        check("typed status", status["sessions"][0]["state"] == "recording")
        check("large integers are exact", status["storage"]["free_bytes"] == 9007199254740993)
        mark = control.Mark(session="", label="a mark", detail={"why": [1, None, "ü"]})
        check("mark after commit", mark["time_ns"] > 0)
        started = control.StartSession(study="pilot", participant="P01")
        check("start", started["session"]["study"] == "pilot")
        check("stop", control.StopSession(session="s")["session"]["id"].startswith("s"))

        name, parameters = error_of(lambda: control.GetSession(session="zz"))
        check("a named error", name == "io.attune.Control.NoSuchSession")
        check("its parameters", parameters == {"session": "zz"})
        name, _ = error_of(lambda: control.Subscribe(session="s-1"))
        check("more is expected", name == "org.varlink.service.ExpectedMore")

    with client.open("io.attune.Control") as control:
        items = [reply["item"] for reply in control.Subscribe(session="s-1", _more=True)]
        check("a stream", [item["first_index"] for item in items] == [0, 1, 2, 3, 4])
        check("its values", all(len(item["values"]) > 64 for item in items))

    def register(link, name):
        return link.Register(session="", client=name, title="Python", clock="station", streams=[])

    def event(sequence):
        return {"sequence": sequence, "time_ns": 1, "kind": "k", "payload": {"n": sequence}}

    with client.open("io.attune.Link") as link:
        check("a new client", register(link, "python")["acknowledged"] == 0)
        sent = link.SendEvents(session="s-1", client="python", events=[event(1), event(2)])
        check("acknowledged after commit", sent["acknowledged"] == 2)
        sent = link.SendEvents(session="s-1", client="python", events=[event(2), event(3)])
        check("sent again, not doubled", sent["acknowledged"] == 3)
        with client.open("io.attune.Link") as other:
            name, _ = error_of(lambda: register(other, "python"))
            check("one client of a name", name == "io.attune.Link.ClientBusy")
        name, parameters = error_of(
            lambda: link.SendEvents(session="s-1", client="python", events=[event(9)]))
        check("a gap is told", (name, parameters) ==
              ("io.attune.Link.SequenceGap", {"expected": 4}))
        times = link.Exchange(client_ns=1)
        check("clock exchange", times["received_ns"] <= times["sent_ns"])

    with client.open("io.attune.Link") as link:
        check("after reconnecting", register(link, "python")["acknowledged"] == 3)


def raw(message):
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(20)
        caller.connect(path)
        caller.sendall(message + b"\0")
        answer = b""
        while not answer.endswith(b"\0"):
            piece = caller.recv(65536)
            if not piece:
                break
            answer += piece
        return answer


check("unknown method", b"MethodNotFound" in raw(b'{"method":"io.attune.Control.Nothing"}'))
check("unknown interface", b"InterfaceNotFound" in raw(b'{"method":"a.b.C"}'))
check("wrong parameter", b'"parameter":"study"' in raw(
    b'{"method":"io.attune.Control.StartSession","parameters":{"study":1}}'))
check("garbage", b"InvalidParameter" in raw(b"\xff\xfe garbage"))

# Several at once, one of which never reads.
mute = socket.socket(socket.AF_UNIX)
mute.connect(path)
mute.sendall(
    b'{"method":"io.attune.Control.Subscribe","parameters":{"session":"endless"},"more":true}\0')


def ask(results):
    with varlink.Client(address) as other, other.open("io.attune.Control") as control:
        results.append(control.GetStatus()["status"]["version"])


results = []
threads = [threading.Thread(target=ask, args=(results,)) for _ in range(20)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
check("twenty at once beside one that never reads", len(results) == 20)
mute.close()
