"""What a witness in the guest wrote, and when the host saw it."""

import json
import threading
import time


class Notes(threading.Thread):
    """Reads a log of lines of JSON as it grows. `entries` are pairs of the host's time at which a line was seen,
    which is later than what it tells of, and the line."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path
        self.entries = []
        self.ending = threading.Event()
        self.start()

    def run(self):
        position, waiting = 0, b""
        while True:
            is_last = self.ending.is_set()
            if self.path.exists():
                with open(self.path, "rb") as file:
                    file.seek(position)
                    read = file.read()
                now = time.monotonic()
                position += len(read)
                *whole, waiting = (waiting + read).split(b"\n")
                # What the crash cut is no line.
                self.entries += [(now, json.loads(line)) for line in whole if line.endswith(b"}")]
            if is_last:
                return
            self.ending.wait(0.02)

    def end(self):
        """All that was written until now."""
        self.ending.set()
        self.join(10)
        return self.entries

    def most(self, key, before=float("inf")):
        """The largest number of a kind that was seen before a time of the host."""
        return max((entry[key] for at, entry in self.entries if key in entry and at <= before), default=0)
