"""A serial port on a pseudo-terminal that loses what nobody receives, as a real one does: a device that
never waits sends whole numbers, a line each, at the line's speed, and logs what became of each."""

import os
import select
import threading
import time
import tty

BAUD = 115200
LINE = 8  # bytes: six digits, carriage return, line feed


class SerialLine:
    """`sent`, `unheard` and `overrun` are numbers of lines. A line is lost whole where no process has the
    port open (the master side has hung up): unheard; or where its buffer is full: overrun."""

    def __init__(self, link):
        self.master, other = os.openpty()
        tty.setraw(other)
        os.set_blocking(self.master, False)
        self.link = link
        os.symlink(os.ttyname(other), link)
        os.close(other)
        self.sent, self.unheard, self.overrun = [], [], []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def close(self):
        if not self.ended.is_set():
            self.hang_up()

    def hang_up(self):
        """Pulls the plug."""
        self.ended.set()
        self.thread.join(5)
        os.close(self.master)
        os.unlink(self.link)

    @property
    def lost(self):
        return sorted(self.unheard + self.overrun)

    def is_open(self):
        """Whether any process has the port open."""
        poll = select.poll()
        poll.register(self.master, 0)
        return not any(events & select.POLLHUP for _, events in poll.poll(0))

    def _run(self):
        began, number = time.monotonic(), 0
        while not self.ended.is_set():
            due = int((time.monotonic() - began) * BAUD / 10 / LINE)
            while number < due:
                # In pieces of 2 ms at most, so that a moment without a reader counts.
                line = b"%06d\r\n" % (number % 1_000_000)
                if not self.is_open():
                    self.unheard.append(number)
                else:
                    try:
                        os.write(self.master, line)
                        self.sent.append(number)
                    except BlockingIOError:
                        self.overrun.append(number)
                number += 1
            time.sleep(0.002)
