"""A fake service manager: what systemd does for a Type=notify service, as far as a crash concerns it.

It listens at NOTIFY_SOCKET, keeps descriptors (FDSTORE=1, FDSTOREREMOVE=1) and drops those that hang up,
ends a service whose watchdog is overdue, starts it again, and hands over descriptors and sockets
(LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES). Written from sd_notify(3), sd_listen_fds(3) and
systemd.service(5). Tests/Hardware has the real one.
"""

import array
import fcntl
import os
import select
import signal
import socket
import subprocess
import threading
import time

import station
import tracing

STORE_LIMIT = 64


def _prepare():
    station._die_with_parent()
    tracing.may_be_traced()


class FakeServiceManager:
    def __init__(self, command, folder, log, watchdog=None, stores=True, sockets=()):
        """command: the service. watchdog: seconds, WatchdogSec=. stores: whether descriptors are kept
        (FileDescriptorStoreMax=). sockets: pairs of a name and a listening socket."""
        self.command = [str(word) for word in command]
        self.path = os.path.join(folder, "notify")
        self.log = log
        self.watchdog = watchdog
        self.stores = stores
        self.sockets = list(sockets)
        self.kept = []  # pairs of a name and a descriptor
        self.told = []  # all assignments, in order
        self.process = None
        self.watchdog_kills = 0
        self.ended_at = None  # when it last ended a service whose watchdog was overdue
        self.ready = threading.Event()
        self.heard = time.monotonic()
        self.ended = False
        self.lock = threading.Lock()
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(self.path)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    # The service's process

    def start(self, wait=True):
        self.ready.clear()
        with self.lock:
            self._drop_hung_up()
            handed = self.sockets + self.kept
            # Far from the numbers at which they are wanted.
            far = [fcntl.fcntl(entry, fcntl.F_DUPFD, 200) for entry in
                   (number if isinstance(number, int) else number.fileno() for _, number in handed)]
        moves = "".join(f" {3 + place}<&{number} {number}<&-" for place, number in enumerate(far))
        environment = {**os.environ, "NOTIFY_SOCKET": self.path}
        if self.watchdog:
            environment["WATCHDOG_USEC"] = str(int(self.watchdog * 1e6))
        line = 'exec "$0" "$@"' + moves
        if handed:
            environment["LISTEN_FDS"] = str(len(handed))
            environment["LISTEN_FDNAMES"] = ":".join(name for name, _ in handed)
            line = "LISTEN_PID=$$ " + line
        self.heard = time.monotonic()
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                ["bash", "-c", line, *self.command], env=environment, pass_fds=far,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                preexec_fn=_prepare)
        for number in far:
            os.close(number)
        if wait:
            self.wait_ready()

    def wait_ready(self, seconds=30):
        end = time.monotonic() + seconds
        while not self.ready.wait(0.05):
            if self.process.poll() is not None:
                raise station.Failure(f"the service ended with {self.process.returncode}")
            if time.monotonic() > end:
                raise station.Failure(f"the service was not ready after {seconds} s")

    def kill(self):
        """kill -9, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=30):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def close(self):
        self.ended = True
        if self.process and self.process.poll() is None:
            self.kill()
        self.thread.join(5)
        self.ear.close()
        for _, number in self.kept:
            os.close(number)
        self.kept = []

    def names(self):
        """What is kept now."""
        with self.lock:
            return sorted(name for name, _ in self.kept)

    # What it is told

    def _listen(self):
        while not self.ended:
            readable, _, _ = select.select([self.ear], [], [], 0.05)
            if readable:
                self._hear()
            due = self.watchdog and self.ready.is_set() and time.monotonic() - self.heard > self.watchdog
            if due and self.process.poll() is None:
                self._overdue()

    def _overdue(self):
        self.watchdog_kills += 1
        self.ended_at = time.monotonic()
        self.ready.clear()
        self.process.kill()

    def _hear(self):
        numbers = array.array("i")
        content, extra, _, _ = self.ear.recvmsg(65536, socket.CMSG_SPACE(64 * numbers.itemsize))
        for level, kind, data in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers.frombytes(data[:len(data) - len(data) % numbers.itemsize])
        words = dict(line.split("=", 1) for line in content.decode().splitlines() if "=" in line)
        with self.lock:
            self.told.append(words)
            if words.get("FDSTORE") == "1" and self.stores:
                name = words.get("FDNAME", "stored")
                if len(name) > 255 or not name.isascii() or not name.isprintable() or ":" in name:
                    raise AssertionError(f"not a name for a descriptor: {name!r}")
                room = max(0, STORE_LIMIT - len(self.kept))
                self.kept += [(name, number) for number in numbers[:room]]
                numbers = numbers[room:]
            if words.get("FDSTOREREMOVE") == "1":
                for name, number in self.kept:
                    if name == words.get("FDNAME"):
                        os.close(number)
                self.kept = [entry for entry in self.kept if entry[0] != words.get("FDNAME")]
        for number in numbers:
            os.close(number)
        if words.get("READY") == "1":
            self.heard = time.monotonic()
            self.ready.set()
        if words.get("WATCHDOG") == "1":
            self.heard = time.monotonic()
        if words.get("WATCHDOG") == "trigger":
            self._overdue()

    def _drop_hung_up(self):
        poll = select.poll()
        for _, number in self.kept:
            poll.register(number, 0)
        dead = {number for number, events in poll.poll(0)
                if events & (select.POLLHUP | select.POLLERR)}
        for number in dead:
            os.close(number)
        self.kept = [entry for entry in self.kept if entry[1] not in dead]
