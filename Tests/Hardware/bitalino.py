"""A BITalino at the far side of a serial line, spoken from its maker's documentation and independent of
the daemon's decoder and of the virtual devices."""

import random
import threading
import time

CHECK = (0, 3, 6, 5, 12, 15, 10, 9, 11, 8, 13, 14, 7, 4, 1, 2)
RATES = (1, 10, 100, 1000)
# Bytes of a frame, by the count of analog channels.
LENGTHS = (2, 3, 4, 6, 7, 8, 8)


def frame(number, values, lines=0):
    """One frame with up to six analog values, of 10 bits, the fifth and sixth of 6 bits. Read from its last
    byte to its first, it is sequence number and check (4 bits each), the four digital lines, the values."""
    length = LENGTHS[len(values)]
    bits = (number & 15) << 8 | lines
    used = 12
    for channel, value in enumerate(values):
        width = 10 if channel < 4 else 6
        bits = bits << width | value
        used += width
    content = bytearray((bits << 8 * length - used).to_bytes(length, "little"))
    check = 0
    for byte in content[:-1]:
        check = CHECK[CHECK[check] ^ byte >> 4] ^ byte & 15
    check = CHECK[CHECK[check] ^ number & 15]
    content[-1] |= check
    return bytes(content)


class BITalino:
    """Answers commands that come through a socket, and sends frames of made-up values. `runs` holds what
    was sent since each start command: a list of tuples of values each."""

    def __init__(self, line, seed):
        self.line = line
        self.random = random.Random(seed)
        self.rate = 1000
        self.channels = []
        self.runs = []
        self.commands = []
        self.failure = None
        self.ended = threading.Event()
        self.live = False
        self.lock = threading.Lock()
        line.settimeout(0.005)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def sent(self):
        """Count of frames sent in all runs."""
        return sum(map(len, self.runs))

    def close(self):
        self.ended.set()
        self.thread.join(20)
        self.line.close()

    def _run(self):
        try:
            while not self.ended.is_set():
                try:
                    received = self.line.recv(256)
                    if not received:
                        return
                    for byte in received:
                        self._command(byte)
                except TimeoutError:
                    pass
                if self.live:
                    self._send_due()
        except OSError as error:
            self.failure = error

    def _write(self, content):
        """All of it: a slow guest, or one that sleeps, makes the device wait, and loses nothing."""
        rest = memoryview(content)
        while rest and not self.ended.is_set():
            try:
                rest = rest[self.line.send(rest):]
            except TimeoutError:
                pass

    def _command(self, byte):
        self.commands.append(byte)
        if byte in (0x00, 0xFF):
            self.live = False
        elif byte == 0x07:
            self._write(b"BITalino_v5.2\n")
        elif byte & 3 == 3:
            self.rate = RATES[byte >> 6]
        elif byte & 3 in (1, 2):
            self.channels = [channel for channel in range(6) if byte >> 2 & 1 << channel]
            self.runs.append([])
            self.live = True
            self.begun = time.monotonic()

    def _send_due(self):
        run = self.runs[-1]
        due = int((time.monotonic() - self.begun) * self.rate)
        content = bytearray()
        fresh = []
        while len(run) + len(fresh) < due and len(fresh) < 200:
            values = tuple(self.random.getrandbits(10 if place < 4 else 6)
                           for place in range(len(self.channels)))
            content += frame(len(run) + len(fresh), values)
            fresh.append(values)
        run.extend(fresh)  # before it is written: the guest may have it before this thread goes on
        if content:
            self._write(content)
