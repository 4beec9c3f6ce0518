"""A recorder of XDF as a lab writes one with pylsl, as durable as Attune: five times a second it takes what came,
writes it, and has the disk confirm it.

    recorder.py OUT.xdf STREAM ...

Ends in good order on SIGTERM."""

import os
import signal
import struct
import sys
import threading
import time

import pylsl

PAUSE = 0.2


def varlen(length):
    if length < 256:
        return b"\x01" + struct.pack("<B", length)
    return b"\x04" + struct.pack("<I", length)


def chunk(tag, content):
    return varlen(len(content) + 2) + struct.pack("<H", tag) + content


def samples(number, values, stamps):
    form = struct.Struct(f"<Bd{len(values[0])}f")
    rows = [form.pack(8, stamp, *row) for stamp, row in zip(stamps, values)]
    return chunk(3, struct.pack("<I", number) + varlen(len(rows)) + b"".join(rows))


def offsets(inlets, lock, waiting, is_over):
    """Clock offsets, each five seconds and in a thread of their own, since they take a moment."""
    while not is_over.wait(5):
        for number, inlet in inlets.items():
            offset = inlet.time_correction(timeout=2)
            with lock:
                waiting.append(chunk(4, struct.pack("<Idd", number, pylsl.local_clock(), offset)))


def main():
    out, names = sys.argv[1], sys.argv[2:]
    is_over = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: is_over.set())
    inlets = {}
    file = os.open(out, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.write(file, b"XDF:" + chunk(1, b'<?xml version="1.0"?><info><version>1.0</version></info>'))
    for number, name in enumerate(names, 1):
        [info] = pylsl.resolve_byprop("name", name, 1, 20)
        inlets[number] = pylsl.StreamInlet(info)
        inlets[number].open_stream(10)
        os.write(file, chunk(2, struct.pack("<I", number) + inlets[number].info(10).as_xml().encode()))
    lock, waiting = threading.Lock(), []
    threading.Thread(target=offsets, args=(inlets, lock, waiting, is_over), daemon=True).start()
    counts = dict.fromkeys(inlets, 0)
    print("ready", flush=True)
    begin = time.monotonic()
    rounds = 0
    while True:
        last = is_over.is_set()
        with lock:
            parts, waiting[:] = list(waiting), []
        for number, inlet in inlets.items():
            values, stamps = inlet.pull_chunk(timeout=0, max_samples=4096)
            if stamps:
                counts[number] += len(stamps)
                parts.append(samples(number, values, stamps))
        if parts:
            os.write(file, b"".join(parts))
            os.fdatasync(file)
        if last:
            break
        rounds += 1
        is_over.wait(max(0, begin + rounds * PAUSE - time.monotonic()))
    for number, count in counts.items():
        footer = f"<?xml version=\"1.0\"?><info><sample_count>{count}</sample_count></info>"
        os.write(file, chunk(6, struct.pack("<I", number) + footer.encode()))
    os.fsync(file)
    os.close(file)


if __name__ == "__main__":
    main()
