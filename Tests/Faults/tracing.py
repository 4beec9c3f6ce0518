"""Stops single threads of a process (ptrace(2)), as a fault that only one thread meets would.

    tracing.py THREAD       stops it, says "frozen", and ends when it is killed

A process of its own does it, because stops of a child are told to the one who traces it and waits for it.
"""

import ctypes
import os
import pathlib
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "Integration"))
import station  # noqa: E402

SEIZE, INTERRUPT = 0x4206, 0x4207
ALL_THREADS = 0x40000000  # __WALL
SET_TRACER, ANYBODY = 0x59616D61, ctypes.c_ulong(-1)
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long
# poll, epoll_wait, ppoll and epoll_pwait on x86-64 and on 64-bit ARM.
WAITING = {"x86_64": ("7", "232", "271", "281"), "aarch64": ("73", "22")}[os.uname().machine]


def may_be_traced():
    """In a child before exec: where the kernel lets only ancestors trace (Yama), anybody may."""
    LIBC.prctl(SET_TRACER, ANYBODY, 0, 0, 0)


def threads(process):
    """The threads of a process by name."""
    return {(task / "comm").read_text().strip(): int(task.name)
            for task in pathlib.Path(f"/proc/{process}/task").iterdir()}


def freeze(thread):
    """Stops a thread while it waits for work; gives the process that does it, which ends with it."""
    tracer = subprocess.Popen([sys.executable, __file__, str(thread)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, preexec_fn=station._die_with_parent)
    said = tracer.stdout.readline().strip()
    if said != "frozen":
        raise OSError(f"the thread {thread} cannot be stopped")
    return tracer


def _call(request, thread):
    if LIBC.ptrace(request, thread, None, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"ptrace {request:#x}")


def _freeze(thread):
    end = time.monotonic() + 20
    where = pathlib.Path(f"/proc/{thread}/syscall")
    _call(SEIZE, thread)
    # Not inside a commit: a thread that waits for its disk is no stalled one.
    while where.read_text().split()[0] not in WAITING:
        if time.monotonic() > end:
            raise TimeoutError("the thread is never idle")
    _call(INTERRUPT, thread)


if __name__ == "__main__":
    _freeze(int(sys.argv[1]))
    print("frozen", flush=True)
    # A dead thread is there until its tracer has taken note of it.
    while os.WIFSTOPPED(os.waitpid(int(sys.argv[1]), ALL_THREADS)[1]):
        pass
