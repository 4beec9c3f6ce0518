"""Reads what the tests need of a session file, with nothing but Python's standard library.

Written from the file's own description, and knowing nothing of the program that writes it.
"""

import collections
import sqlite3
import struct
import zlib

Gap = collections.namedtuple("Gap", "cause after start end lost bound")
MASK = (1 << 64) - 1


def connect(path):
    """Opens a session file to read."""
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def columns(blob):
    """The columns of a chunk's blob, as lists of numbers."""
    data = zlib.decompress(blob)
    found = []
    position = 0
    while position < len(data):
        order, width, count, start, step = struct.unpack_from("<BBIqq", data, position)
        position += 22
        words = [0] * count
        for plane in range(width):
            part = data[position + plane * count:position + (plane + 1) * count]
            words = [word | byte << 8 * plane for word, byte in zip(words, part)]
        position += width * count
        if order == 8:
            found.append([struct.unpack("<d", struct.pack("<Q", word))[0] for word in words])
            continue
        values = [word >> 1 ^ -(word & 1) for word in words]
        for _ in range(order):
            total = 0
            summed = []
            for value in values:
                total += value
                summed.append(total)
            values = summed
        found.append([start + step * index + value for index, value in enumerate(values)])
    return found


def stream_id(database, name):
    return database.execute("SELECT id FROM streams WHERE name = ?", (name,)).fetchone()[0]


def samples(database, stream):
    """All samples of a stream: a list of columns; and each sample's arrival."""
    result = None
    arrivals = []
    expected = 0
    for first, count, data, packets in database.execute(
            "SELECT first_index, sample_count, data, packets FROM chunks WHERE stream_id = ?"
            " ORDER BY first_index", (stream,)):
        if first != expected:
            raise ValueError(f"chunk at {first} instead of {expected}")
        expected += count
        found = columns(data)
        if result is None:
            result = [[] for _ in found]
        for whole, part in zip(result, found):
            if len(part) != count:
                raise ValueError(f"chunk at {first} has {len(part)} samples instead of {count}")
            whole.extend(part)
        counts, times = columns(packets)
        for number, time in zip(counts, times):
            arrivals.extend([time] * number)
    return result or [], arrivals


def gaps(database, stream):
    """The gaps of a stream by the index of the sample before them."""
    return {row[1]: Gap(*row) for row in database.execute(
        "SELECT cause, after_index, start_ns, end_ns, lost, lost_bound FROM gaps"
        " WHERE stream_id = ? ORDER BY after_index", (stream,))}


def times(database, stream):
    """A function from a sample's index to its time by the clock segments."""
    segments = database.execute(
        "SELECT first_index, last_index, origin_ns, period_ns FROM clock_segments"
        " WHERE stream_id = ? ORDER BY first_index", (stream,)).fetchall()

    def time(index):
        for first, last, origin, period in segments:
            if first <= index <= last:
                return origin + (index - first) * period
        return None
    return time
