"""How late this machine wakes a thread, moment by moment: what a limit measured on it may add."""

import threading
import time

PAUSE = 0.01


class Lateness(threading.Thread):
    """Sleeps again and again, and notes how much longer that took than it should."""

    def __init__(self):
        super().__init__(daemon=True)
        self.ending = threading.Event()
        self.noted = []  # pairs of a time.monotonic_ns() and the nanoseconds of lateness then

    def run(self):
        last = time.monotonic_ns()
        while not self.ending.is_set():
            time.sleep(PAUSE)
            now = time.monotonic_ns()
            self.noted.append((now, now - last - int(PAUSE * 1e9)))
            last = now

    def end(self):
        self.ending.set()
        self.join(5)

    def worst(self, begin, end):
        """Nanoseconds that a thread was woken too late at most, of those woken from begin to half a second after
        end."""
        return max((late for at, late in self.noted if begin <= at <= end + 500_000_000), default=0)
