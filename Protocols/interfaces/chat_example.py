#!/usr/bin/env python3
"""A chat that links itself to a session: chat_example.py SOCKET [SESSION]. Type; it answers."""
import json, socket, sys, time
NAME = f"example-{time.time_ns()}"  # of its own each time, since its numbers begin anew

class Link:  # Varlink: JSON messages that end in a zero byte, over a Unix socket
    def __init__(self, path):
        self.socket, self.rest = socket.socket(socket.AF_UNIX), b""
        self.socket.connect(path)

    def call(self, method, **parameters):
        message = {"method": f"io.attune.Link.{method}", "parameters": parameters}
        self.socket.sendall(json.dumps(message).encode() + b"\0")
        while b"\0" not in self.rest:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("the daemon went away")
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        answer = json.loads(message)
        if "error" in answer:
            raise RuntimeError(f"{answer['error']}: {answer.get('parameters')}")
        return answer["parameters"]

link, sent = Link(sys.argv[1]), 0
boot = open("/proc/sys/kernel/random/boot_id").read().strip()
session = link.call("Register", session="".join(sys.argv[2:]), client=NAME, title="Example",
                    clock="station", boot_id=boot, streams=[])["session"]["id"]

def turn(author, text):
    global sent
    sent, now = sent + 1, time.monotonic_ns()
    event = {"sequence": sent, "time_ns": now, "kind": "turn", "payload": {
        "author": author, "text": text, "sent_ns": now}}
    link.call("SendEvents", session=session, client=NAME, events=[event])  # now it is on disk

for line in map(str.strip, sys.stdin):
    turn("participant", line)
    print(reply := f"You said: {line}", flush=True)
    turn("client", reply)
