"""Runs a command in a terminal of its own as a person would: writes a message to the chat, presses Ctrl-C,
and ends with the command's exit code. A parent in the same foreground group stands for `make`, which
must not notice Ctrl-C.

    demo_terminal.py FOLDER COMMAND...      the terminal's output goes to FOLDER/terminal.log
"""

import os
import pty
import select
import signal
import sys
import time


def main():
    folder, *command = sys.argv[1:]
    pid, terminal = pty.fork()
    if pid == 0:
        # Dies of Ctrl-C like make, if it gets any.
        child = os.fork()
        if child == 0:
            os.execvp(command[0], command)
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 255)
    seen = b""
    end = time.monotonic() + 180

    def until(marks, seconds):
        nonlocal seen
        limit = min(end, time.monotonic() + seconds)
        while time.monotonic() < limit and not any(mark in seen for mark in marks):
            ready, _, _ = select.select([terminal], [], [], 0.1)
            if ready:
                try:
                    part = os.read(terminal, 65536)
                except OSError:
                    return False
                if not part:
                    return False
                seen += part
        return True

    until([b"Client: "], 60)
    for letter in b"hello there":
        os.write(terminal, bytes([letter]))
        until([b"\0"], 0.03)
    os.write(terminal, b"\r")
    until([b"You: hello there"], 10)
    os.write(terminal, b"\x03")
    ended = not until([b"\0"], 120)
    with open(f"{folder}/terminal.log", "wb") as log:
        log.write(seen)
    if not ended:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(status) & 255)


if __name__ == "__main__":
    main()
