"""A test in a guest of its own, restored from the snapshot, with helpers for the station in it."""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
import unittest

import guest
import image

sys.path.insert(0, str(image.CHECKOUT / "Tests" / "Readers"))
import session_file  # noqa: E402  the independent reader of session files

# A second of the host takes many of the emulated machine: limits are for faults, not for speed.
PATIENCE = 180

# What a thread does within milliseconds may take seconds here, above all in programs for debugging.
UNHURRIED = """
mkdir -p /run/systemd/system/attuned.service.d
printf '[Service]\\nWatchdogSec=60\\n' >/run/systemd/system/attuned.service.d/emulated.conf
systemctl daemon-reload
"""


def long(test):
    """Marks a test that --short leaves out."""
    test.long = True
    return test


def attune(machine, arguments, user="experimenter"):
    """The command line in a guest; returns its JSON."""
    status, output = machine.attempt(f"runuser -u {user} -- attune {arguments} --json", PATIENCE)
    # Little room and a slow disk are alarms, as they may stand in a guest; the status then ends with 3, and is whole.
    if status and not (status == 3 and arguments == "status"):
        raise guest.GuestError(f"attune {arguments} ended with {status}: {output}")
    return json.loads(output)


class StationTest(unittest.TestCase):
    """Each test gets a freshly restored station; its logs are shown when it fails."""

    settings = "devices: []\n"

    def setUp(self):
        base = pathlib.Path(os.environ["ATTUNE_VM_BASE"])
        station = pathlib.Path(os.environ["ATTUNE_VM_STATION"])
        begun = time.monotonic()
        self.guest = guest.Guest(base, station / "disk.ext4", state=station / "state")
        self.addCleanup(self.guest.close)
        self.addCleanup(self._logs_of_failure)
        self.guest.resume()
        self.report(f"restored in {time.monotonic() - begun:.1f} s")

    def _logs_of_failure(self):
        outcome = self._outcome.result
        if any(test is self for test, _ in outcome.failures + outcome.errors) or sys.exc_info()[0] \
                or not self._outcome.success:
            print(self.guest.logs(), file=sys.stderr)

    def report(self, text):
        """A line of what was measured."""
        print(f"    {text}", file=sys.stderr, flush=True)

    def start_daemon(self, settings):
        """Starts the service with these settings; waits until systemd has heard that it is ready."""
        (self.guest.share / "attuned.yaml").write_text(settings)
        begun = time.monotonic()
        self.guest.run("install -m 644 /share/attuned.yaml /etc/attune/attuned.yaml; " + UNHURRIED +
                       "systemctl start attuned", PATIENCE)
        self.report(f"the service was ready after {time.monotonic() - begun:.1f} s")

    def attune(self, arguments):
        """The command line, as an operator; returns its JSON."""
        return attune(self.guest, arguments)

    def await_value(self, what, read, seconds=PATIENCE):
        """Calls `read` until it gives something true; returns that."""
        end = time.monotonic() + seconds
        while True:
            value = read()
            if value:
                return value
            if time.monotonic() > end:
                self.fail(f"waited {seconds} s in vain until {what}")
            time.sleep(0.3)

    def device(self, name):
        """What the daemon says of a device, or None."""
        return next((device for device in self.attune("devices") if device["name"] == name), None)

    def await_device(self, name, *states):
        """Waits until a device is in one of these states; returns what is said of it."""
        return self.await_value(f"{name} is {' or '.join(states)}", lambda: (
            lambda device: device if device and device["state"] in states else None)(self.device(name)))

    def finished_file(self):
        """Stops the session, waits until it is finished, lets the station check it, and fetches its file."""
        found = self.attune("session stop --wait")
        self.assertEqual(found["state"], "finished")
        checked = self.guest.run(f"attune check {found['file']}", PATIENCE)
        self.report("attune check: " + checked.strip().splitlines()[-1])
        self.guest.run(f"cp {found['file']} /share/session.attune; chmod 644 /share/session.attune")
        return self.guest.share / "session.attune"

    @staticmethod
    def rows(path, query, *values):
        """Rows of a session file."""
        database = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro&immutable=1", uri=True)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()

    @staticmethod
    def samples(path, stream, channels):
        """Times of a stream's samples, and their raw values as a list of tuples."""
        read = [session_file.channel(path, stream, name) for name in channels]
        return read[0][0], list(zip(*(values for _, values in read)))
