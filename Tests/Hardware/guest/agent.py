#!/usr/bin/python3
"""The test's hands inside the guest: a line of JSON comes through a virtio-serial port, is run by sh,
and its end is told by a line of JSON.

    {"command": TEXT, "timeout": SECONDS, "background": false}
    {"status": 0, "output": TEXT}          in the background: the process id is the output

A command in the background leads a session of its own. Started by agent.service."""

import json
import os
import subprocess
import time

PORT = "/dev/virtio-ports/attune.agent"


def run(request):
    """Runs one request; returns its reply."""
    command = ["sh", "-c", request["command"]]
    if request.get("background"):
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(["setsid", *command], stdin=quiet, stdout=quiet, stderr=quiet)
        return {"status": 0, "output": str(process.pid)}
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=request["timeout"], check=False)
        status, output = done.returncode, done.stdout
    except subprocess.TimeoutExpired as expired:
        status, output = 124, expired.stdout or b""
    return {"status": status, "output": output.decode("utf-8", "replace")}


def main():
    while not os.path.exists(PORT):
        time.sleep(0.1)
    port = os.open(PORT, os.O_RDWR)

    def say(reply):
        line = (json.dumps(reply) + "\n").encode()
        while line:
            line = line[os.write(port, line):]

    say({"ready": time.clock_gettime(time.CLOCK_BOOTTIME)})
    waiting = b""
    while True:
        read = os.read(port, 65536)
        if not read:  # nobody is at the other end
            time.sleep(0.05)
            continue
        *lines, waiting = (waiting + read).split(b"\n")
        for line in filter(None, lines):
            try:
                say(run(json.loads(line)))
            except Exception as error:  # whatever it is, the test must hear of it
                say({"status": 125, "output": repr(error)})


main()
