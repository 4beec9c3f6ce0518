#!/usr/bin/python3
"""A made-up logind on a private bus, for a program that keeps the machine awake.

Run as `/usr/bin/python3 logind.py PROBE`. Prints JSON lines: the probe's own,
with the scenario added, and what became of the lock.
"""

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading

import dbus
import dbus.bus
import dbus.lowlevel
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

probe = sys.argv[1]
# Ended below by SIGKILL: whoever runs the tests may have blocked the milder signals.
daemon = subprocess.Popen(
    ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"], text=True,
    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # fmt: skip
address = daemon.stdout.readline().strip()


def end(code):
    daemon.kill()
    daemon.wait()
    os._exit(code)


threading.Timer(60, lambda: end(3)).start()
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.bus.BusConnection(address)
behaviour = "granted"
keeper = None


class Denied(dbus.DBusException):
    _dbus_error_name = "org.freedesktop.DBus.Error.AccessDenied"


class Manager(dbus.service.Object):
    @dbus.service.method(
        "org.freedesktop.login1.Manager", in_signature="ssss", out_signature="h",
        async_callbacks=("answer", "refuse"))  # fmt: skip
    def Inhibit(self, what, who, why, mode, answer, refuse):
        global keeper
        if behaviour == "silent":
            return
        if behaviour == "refused":
            refuse(Denied("no"))
            return
        print(json.dumps({"asked": "|".join([what, who, why, mode])}), flush=True)
        keeper, theirs = os.pipe()
        answer(dbus.types.UnixFd(theirs))
        os.close(theirs)


def run(scenario, bus_address):
    """Runs the probe; the lock's other end hangs up when nobody holds the lock any more."""
    child = subprocess.Popen(
        [probe, "inhibit", "delay", "1500"], text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus_address},
    )  # fmt: skip

    def forward():
        line = json.loads(child.stdout.readline())
        print(json.dumps({"scenario": scenario, **line}), flush=True)
        return line["what"]

    def lock(milliseconds=0):
        poll = select.poll()
        poll.register(keeper, 0)
        state = "unlocked" if poll.poll(milliseconds) else "locked"
        print(json.dumps({"scenario": scenario, "lock": state}), flush=True)

    if forward() == "held":
        lock()
        child.stdin.write("\n")
        child.stdin.flush()
        forward()
        # The bus and its library have had copies, and may let go of them a moment later.
        lock(5000)
    child.communicate("\n\n")


def scenarios():
    global behaviour
    run("nobody", address)
    names = dbus.service.BusName("org.freedesktop.login1", bus)
    manager = Manager(names, "/org/freedesktop/login1")
    for behaviour in ("granted", "refused", "silent"):
        run(behaviour, address)
    # A bus that takes the connection and never says a word, and none at all.
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as mute:
        mute.bind(f"{folder}/bus")
        mute.listen()
        run("mute", f"unix:path={folder}/bus")
        run("absent", f"unix:path={folder}/none")
    del manager
    loop.quit()


loop = GLib.MainLoop()
threading.Thread(target=scenarios, daemon=True).start()
loop.run()
end(0)
