"""Reads one channel of a session file, finished or still being recorded, by the description in
Protocols/formats/session-file.md. Usage: session_file.py FILE STREAM CHANNEL"""
import pathlib, sqlite3, struct, sys, zlib

def columns(data):  # the columns of a chunk's `data` or `packets`, after decompression
    while data:
        order, width, count, start, step = struct.unpack_from("<BBIqq", data)
        cells, data = [data[22 + i:22 + width * count:count] for i in range(count)], data[22 + width * count:]
        sums = [(n >> 1) ^ -(n & 1) for n in (int.from_bytes(cell, "little") for cell in cells)]
        for i in [*range(1, count)] * (order % 8): sums[i] += sums[i - 1]
        yield struct.unpack(f"<{count}d", b"".join(cells)) if order == 8 else [start + step * i + n for i, n in enumerate(sums)]

def channel(path, stream, name):  # times in nanoseconds, and raw values
    read = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True).execute
    [(id, place)] = read("SELECT id, position FROM streams AS s, channels AS c WHERE id = stream_id AND s.name = ? AND c.name = ?", (stream, name))
    blobs = read("SELECT data, packets FROM chunks WHERE stream_id = ? ORDER BY first_index", [id])
    chunks = [[*columns(zlib.decompress(data)), *columns(zlib.decompress(packets))] for data, packets in blobs]
    times = [time for chunk in chunks for n, time in zip(*chunk[-2:]) for _ in range(n)]
    for first, origin, period in read("SELECT first_index, origin_ns, period_ns FROM clock_segments"
            " WHERE stream_id = ? AND method <> 'stamped' ORDER BY first_index", [id]):
        times[first:] = [origin + (int(2 * i * period) + 1) // 2 for i in range(len(times[first:]))]
    return times, [value for chunk in chunks for value in chunk[place]]

if __name__ == "__main__": print(*(f"{time} {value}" for time, value in zip(*channel(*sys.argv[1:]))), sep="\n")
