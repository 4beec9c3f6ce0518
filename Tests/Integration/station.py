"""Runs a station for tests: the real daemon, command line, chat and virtual devices.

Everything lives in one private folder, and everything that is started is ended by its process id, also
when the test itself is killed (the children get SIGKILL when their parent goes).
"""

import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    LIBC.prctl(PDEATHSIG, signal.SIGKILL)


def end_on_signals():
    """From now on SIGTERM and SIGHUP end a script as Ctrl-C does: what it started is ended, and its folders
    are removed."""
    def stop(*_):
        raise KeyboardInterrupt
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


class Failure(Exception):
    """Something a test found wrong, in words."""


def wait_for(what, condition, seconds=20.0, step=0.02):
    """Polls until the condition gives something true, and gives it back."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise Failure(f"waited {seconds} s in vain for {what}")
        time.sleep(step)


def connects(path):
    """Whether somebody answers on a Unix socket."""
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(path))
            return True
        except OSError:
            return False


class Station:
    """A folder with settings, data and runtime directories, and the processes started for it."""

    def __init__(self, programs, settings="", keep=False):
        self.programs = pathlib.Path(programs).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="attune-"))
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.runtime = pathlib.Path(tempfile.mkdtemp(prefix="attune-", dir=shared))
        self.data = self.folder / "data"
        self.config = self.folder / "attuned.yaml"
        self.log = self.folder / "attuned.log"
        self.keep = keep
        self.processes = []
        self.daemon = None
        self.set(settings)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.kill()
            elif kind is not None and process.returncode < 0:
                print(f"{process.args[0]} was ended by {signal.Signals(-process.returncode).name}")
            process.wait()
        if kind is not None:
            self.show_log()
        if self.keep:
            print("kept:", self.folder, self.runtime)
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.runtime, ignore_errors=True)

    def show_log(self, lines=40):
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- the end of {log.name}:")
            print("\n".join(log.read_text(errors="replace").splitlines()[-lines:]))

    def set(self, settings):
        self.config.write_text(settings)

    def path(self, name):
        return str(self.folder / name)

    @property
    def socket(self):
        return self.runtime / "attuned.sock"

    # Processes

    def spawn(self, program, *arguments, log=None, **options):
        """Starts a program of the package, or any other by its path."""
        path = program if "/" in str(program) else str(self.programs / program)
        output = open(log, "ab") if log else subprocess.DEVNULL
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", output)
        options.setdefault("stderr", output)
        process = subprocess.Popen(
            [path, *map(str, arguments)], preexec_fn=_die_with_parent, **options)
        if log:
            output.close()
        self.processes.append(process)
        return process

    def start(self, wait=True, arguments=(), **options):
        """Starts the daemon; waits until it answers. The options are those of Popen."""
        self.daemon = self.spawn(
            "attuned", "--config", self.config, "--data", self.data, "--runtime", self.runtime,
            "--allow-test-sources", *arguments, log=self.log, **options)
        if wait:
            wait_for("the daemon", self._answers)
        return self.daemon

    def _answers(self):
        if self.daemon.poll() is not None:
            raise Failure(f"the daemon ended with {self.daemon.returncode}")
        return connects(self.socket)

    def kill(self):
        """kill -9, as a crash would."""
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()
        self.processes.remove(self.daemon)

    def stop(self, number=signal.SIGTERM, seconds=20):
        """Ends the daemon in good order; gives back its exit code."""
        self.daemon.send_signal(number)
        code = self.daemon.wait(seconds)
        self.processes.remove(self.daemon)
        return code

    def simulate(self, *arguments):
        """Starts a virtual device and waits until it is there."""
        process = self.spawn("attune", "simulate", *arguments, stdout=subprocess.PIPE)
        line = process.stdout.readline()
        if not line:
            raise Failure(f"the virtual device did not start: {arguments}")
        return process

    def end(self, process, seconds=20):
        """Ends a virtual device with SIGTERM, so that its log is complete; gives its summary."""
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=seconds)
        lines = [json.loads(line) for line in (output or b"").splitlines()]
        return lines[-1] if lines else None

    # The command line

    def attune(self, *arguments, json_output=True, check=True, seconds=60):
        """Runs `attune`, and gives what it prints as JSON."""
        done = subprocess.run(
            [str(self.programs / "attune"), *map(str, arguments), "--runtime", str(self.runtime),
             "--data", str(self.data), *(["--json"] if json_output else [])],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
        if check and done.returncode != 0:
            raise Failure(f"attune {' '.join(map(str, arguments))}: {done.stderr.strip()}")
        if not check:
            return done
        return json.loads(done.stdout) if json_output else done.stdout

    def device(self, name):
        return next(entry for entry in self.attune("devices") if entry["name"] == name)

    def wait_for_device(self, name, state="streaming", seconds=20):
        """Waits until a device is in a state and gives samples."""
        def ready():
            entry = self.device(name)
            return entry["state"] == state and (state != "streaming" or entry["samples"] > 0)
        wait_for(f"{name} to be {state}", ready, seconds, step=0.1)
