#!/usr/bin/python3
"""Writes down what the daemon has acknowledged to a linked client, or what it says it has recorded.

    witness.py events SESSION LOG       is the client
    witness.py samples SESSION LOG      asks ten times a second, whatever is sent

Each line of the log is JSON: {"acknowledged": N} or {"samples": N}. It is on its disk before anything else happens.
Speaks Varlink with nothing but sockets (varlink.org)."""

import json
import os
import socket
import sys
import time


class Caller:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect("/run/attuned/attuned.sock")
        self.waiting = b""

    def call(self, method, **parameters):
        self.socket.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
        while b"\0" not in self.waiting:
            read = self.socket.recv(65536)
            if not read:
                raise SystemExit("the daemon closed")
            self.waiting += read
        message, self.waiting = self.waiting.split(b"\0", 1)
        reply = json.loads(message)
        if "error" in reply:
            raise SystemExit(f"{method}: {reply}")
        return reply["parameters"]


def send_events(session, note):
    link = Caller()
    link.call("io.attune.Link.Register", session=session, client="witness", title="Witness",
              clock="station", streams=[])
    number = 0
    while True:
        number += 1
        event = {"sequence": number, "time_ns": time.monotonic_ns(), "kind": "stimulus",
                 "payload": {"number": number}}
        reply = link.call("io.attune.Link.SendEvents", session=session, client="witness", events=[event])
        note(acknowledged=reply["acknowledged"])


def count_samples(session, note):
    watch = Caller()
    while True:
        status = watch.call("io.attune.Control.GetStatus")["status"]
        for entry in status["sessions"]:
            if entry["id"] == session:
                note(samples=entry["samples"])
        time.sleep(0.1)


def main():
    what, session, path = sys.argv[1:]
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def note(**entry):
        os.write(log, (json.dumps(entry) + "\n").encode())
        os.fsync(log)

    {"events": send_events, "samples": count_samples}[what](session, note)


main()
