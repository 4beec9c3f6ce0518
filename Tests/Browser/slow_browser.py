"""A browser that stops reading: it follows the dashboard's stream on a bare socket."""

import socket
import time
import urllib.parse


class SlowBrowser:
    """Asks for the stream, reads a little, and then nothing until it is told to."""

    def __init__(self, station, session, role="researcher"):
        host = urllib.parse.urlsplit(station.address)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(10)
        self.socket.connect((host.hostname, host.port))
        self.socket.sendall(
            (f"GET /api/dashboard/stream?session={session} HTTP/1.1\r\nHost: {host.netloc}\r\n"
             f"Cookie: {station.cookie(role)}\r\nAccept: text/event-stream\r\n\r\n").encode())
        self.head = self.socket.recv(2000)

    def read(self, until, seconds=15):
        """Reads on until something has come, or the time is over; gives all that came."""
        got = b""
        end = time.monotonic() + seconds
        while until not in got and time.monotonic() < end:
            piece = self.socket.recv(65536)
            if not piece:
                break
            got += piece
        return got

    def close(self):
        self.socket.close()


def resident_kib(pid):
    """What a process holds in memory."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
