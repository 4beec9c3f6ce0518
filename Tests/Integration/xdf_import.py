"""Random XDF files with known true times, whole and broken in many ways: `attune import` against pyxdf.

Usage: xdf_import.py PROGRAMS FILES SEED [FOLDER]
       xdf_import.py PROGRAMS cuts SEED
PROGRAMS: the folder of `attune`. FOLDER keeps the files; else they go. `cuts`: one file that ends behind and within each
of its chunks.

The files are written here, by the description of XDF 1.0 alone; each fourth one is gzipped. Each has some streams,
whose senders' clocks drift and wander, begin anew, stamp with jitter, lose samples; whose clock offsets are noisy, late,
wrong now and then, or missing for a while. Three of four files are then broken. Each sample says in its values which
one it is, so that it is known what should have come of it. A sample is right if all of its values are, and its time is
off by less than 10 ms; each counts once. For every stream, as many have to be right here as pyxdf has, with its default
settings or without its removal of jitter, whichever is better; and 95% of all times should be within the bounds that
the session states for them.
"""

import gzip
import json
import pathlib
import random
import sqlite3
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib

import numpy as np
import pyxdf

BOUNDARY = bytes.fromhex("43A546DCCBF5410FB30ED5467383CBE4")
KINDS = {"float32": "<f4", "double64": "<f8", "int8": "i1", "int16": "<i2", "int32": "<i4", "int64": "<i8"}
# How the number of a sample stands in its first channels: digits of this base.
BASES = {"float32": (1, 1 << 24), "double64": (1, 1 << 40), "int8": (3, 100), "int16": (2, 10_000),
         "int32": (1, 1 << 30), "int64": (1, 1 << 40)}
RIGHT = 0.010


def varying(value, width=None):
    if width == 8 or value > 0xFFFFFFFF:
        return b"\x08" + struct.pack("<Q", value)
    if width == 4 or value > 0xFF:
        return b"\x04" + struct.pack("<I", value)
    return b"\x01" + struct.pack("<B", value)


def chunk(tag, content, width=None):
    return varying(len(content) + 2, width) + struct.pack("<H", tag) + content


class Stream:
    """One sender: its truth, and what it stamped."""

    def __init__(self, rng, number, start, length):
        self.number, self.rng = number, rng
        self.format = rng.choice(list(KINDS) + ["string"])
        self.name = f"s{number}_{self.format}"
        self.rate = rng.choice([4, 10, 32, 64, 100, 130, 250, 500, 1000]) if self.format != "string" else 0
        if rng.random() < 0.1:
            self.rate = 0
        self.places, self.base = BASES.get(self.format, (1, 0))
        self.channels = self.places + rng.randrange(3) if self.format != "string" else 1
        begin, end = start + rng.uniform(0, 3), start + length
        if self.rate:
            period = 1 / self.rate / (1 + rng.uniform(-60e-6, 60e-6))
            true = np.arange(begin, end, period)
        else:
            count = max(3, int(length * rng.choice([0.1, 1, 5])))
            true = np.sort(np.array([rng.uniform(begin, end) for _ in range(count)]))
        keep = np.ones(len(true), bool)
        # Losses, and where the sender begins anew.
        self.restarts = []
        if self.rate and rng.random() < 0.5:
            for _ in range(rng.randrange(1, 5)):
                first = rng.randrange(len(true))
                keep[first:first + max(1, int(rng.uniform(0.02, 6) * self.rate))] = False
        if rng.random() < 0.25:
            moment = rng.uniform(start + 0.3 * length, start + 0.7 * length)
            pause = rng.uniform(8, 25)
            keep[(true > moment) & (true < moment + pause)] = False
            self.restarts.append((moment, moment + pause))
        keep[0] = True
        self.true = true[keep]
        self.first, self.period = begin, period if self.rate else 0
        self.numbers = np.arange(len(self.true))
        # The sender's clock: an offset and a drift that wanders, for each of its lives.
        wander = rng.choice([0, 1e-10, 1e-9])
        grid = np.arange(start - 20, start + length + 40, 1.0)
        steps = np.array([rng.gauss(0, 1) for _ in grid])
        drift = rng.uniform(-40e-6, 40e-6) + wander * np.cumsum(steps)
        course = np.cumsum(drift)
        self.lives = []
        for life in range(len(self.restarts) + 1):
            self.lives.append(rng.uniform(-5000, 50000) if life or rng.random() < 0.9 else 0.0)
        self.course = lambda r: np.interp(r, grid, course)
        jitter = rng.choice([0, 0.00005, 0.0003, 0.003])
        delays = np.array([rng.expovariate(1 / jitter) if jitter else 0 for _ in self.true])
        self.jitter, self.delays = jitter, delays
        self.stamps = self.sender(self.true) + delays
        self.deduces = bool(self.rate) and jitter <= 0.0003 and rng.random() < 0.4
        self.offsets = self.make_offsets(start, start + length)

    def life(self, r):
        r = np.asarray(r)
        life = np.zeros(r.shape, int)
        for _, end in self.restarts:
            life = life + (r >= end - 1e-9)
        return life

    def sender(self, r):
        """The sender's clock at moments of the recorder's."""
        return np.asarray(r) - np.array(self.lives)[self.life(r)] - self.course(r)

    def make_offsets(self, start, end):
        rng, found = self.rng, []
        noise = rng.choice([2e-5, 1e-4, 3e-4])
        late = rng.uniform(0, 30) if rng.random() < 0.3 else 0
        hole = rng.uniform(start, end) if rng.random() < 0.3 else None
        moment = start + rng.uniform(0, 2) + late
        while moment < end + 3:
            gone = hole is not None and hole < moment < hole + 25
            gone = gone or any(a <= moment < b for a, b in self.restarts)
            if not gone:
                time = float(self.sender(moment))
                offset = moment - time + rng.gauss(0, noise)
                if rng.random() < 0.03:
                    offset += rng.uniform(-0.02, 0.02)
                found.append((moment, time, offset))
            moment += 5
        return found

    def values(self, number):
        """The values of a sample: its number, and what follows from it."""
        if self.format == "string":
            return [f"m{number} " + "äx<&"[number % 4] * (number % 7)]
        digits = []
        for _ in range(self.places):
            digits.append(number % self.base)
            number //= self.base
        whole = digits[0]
        return digits + [(whole * (channel + 3)) % 89 - 40 for channel in range(self.channels - self.places)]

    def table(self):
        """All values as an array, and the bytes of each sample."""
        numbers, columns = self.numbers.copy(), []
        for _ in range(self.places):
            columns.append(numbers % self.base)
            numbers = numbers // self.base
        for channel in range(self.channels - self.places):
            columns.append((columns[0] * (channel + 3)) % 89 - 40)
        return np.stack(columns, axis=1)

    def header(self):
        channels = "".join(f"<channel><label>c{i}</label><unit>u{i}</unit></channel>" for i in range(self.channels))
        return (f"<?xml version=\"1.0\"?><info><name>{self.name}</name><type>Test</type>"
                f"<channel_count>{self.channels}</channel_count><nominal_srate>{self.rate}</nominal_srate>"
                f"<channel_format>{self.format}</channel_format><source_id>id-{self.number}</source_id>"
                f"<desc><channels>{channels}</channels></desc></info>").encode()

    def chunks(self):
        """Chunks of samples with the moment at which each was written."""
        rng, place = self.rng, 0
        rows = None if self.format == "string" else self.table().astype(KINDS[self.format])
        while place < len(self.true):
            seconds = rng.uniform(0.02, 1.0)
            end = place + 1
            while end < len(self.true) and self.true[end] < self.true[place] + seconds:
                end += 1
            parts, sizes = [varying(end - place, rng.choice([None, 4, 8]))], []
            for sample in range(place, end):
                isLate = sample > place and self.true[sample] - self.true[sample - 1] > 1.5 * self.period
                if self.deduces and sample > place and not isLate:
                    parts.append(b"\x00")
                else:
                    parts.append(b"\x08" + struct.pack("<d", self.stamps[sample]))
                if rows is None:
                    text = self.values(sample)[0].encode()
                    parts.append(varying(len(text)) + text)
                else:
                    parts.append(rows[sample].tobytes())
                sizes.append(sum(map(len, parts)))
            content = chunk(3, struct.pack("<I", self.number) + b"".join(parts), rng.choice([None, None, 8]))
            yield self.true[end - 1] + 0.05, content, (place, [size - sizes[-1] for size in sizes])
            place = end


def write(rng, path, length=None):
    """Writes a file; gives its streams, and where its chunks begin."""
    start, length = rng.uniform(10, 90_000), length or rng.uniform(40, 160)
    streams = [Stream(rng, number + 1, start, length) for number in range(rng.randrange(2, 5))]
    timed = []
    for stream in streams:
        timed += [(moment, content, (stream, *samples)) for moment, content, samples in stream.chunks()]
        timed += [(moment, chunk(4, struct.pack("<Idd", stream.number, time, offset)), None)
                  for moment, time, offset in stream.offsets]
    timed += [(start + moment, chunk(5, BOUNDARY), None) for moment in np.arange(0, length, 10)]
    if rng.random() < 0.2:
        timed.append((start + length / 2, chunk(99, b"nobody knows this"), None))
    pieces = [b"XDF:", chunk(1, b"<?xml version=\"1.0\"?><info><version>1.0</version>"
                             b"<datetime>2026-03-04T10:20:30+0100</datetime></info>")]
    pieces += [chunk(2, struct.pack("<I", stream.number) + stream.header()) for stream in streams]
    for stream in streams:
        # Where in the file each sample ends.
        stream.ends = np.zeros(len(stream.true), int)
    behind = sum(map(len, pieces))
    for _, content, samples in sorted(timed, key=lambda entry: entry[0]):
        pieces.append(content)
        behind += len(content)
        if samples:
            stream, first, ends = samples
            stream.ends[first:first + len(ends)] = behind + np.array(ends)
    for stream in streams:
        pieces.append(chunk(6, struct.pack("<I", stream.number) + (
            f"<?xml version=\"1.0\"?><info><first_timestamp>{stream.stamps[0]}</first_timestamp>"
            f"<sample_count>{len(stream.true)}</sample_count></info>").encode()))
    starts, position = [], 0
    for piece in pieces:
        starts.append(position)
        position += len(piece)
    path.write_bytes(b"".join(pieces))
    return streams, starts, sum(map(len, pieces[:2 + len(streams)]))


def damage(rng, path, starts, headers):
    """Breaks a file in a random way, behind its headers; says how."""
    data = bytearray(path.read_bytes())
    kind = rng.choice(["whole", "cut", "bytes", "length", "zeros", "removed", "inserted", "overwritten",
                       "sprinkled"])
    behind = [start for start in starts if start >= headers]
    if kind == "cut":
        del data[rng.randrange(headers, len(data)):]
    elif kind == "bytes":
        for _ in range(rng.randrange(1, 12)):
            data[rng.randrange(headers, len(data))] = rng.randrange(256)
    elif kind == "sprinkled":
        # Several in one chunk.
        for _ in range(len(data) // rng.randrange(400, 20_000)):
            data[rng.randrange(headers, len(data))] = rng.randrange(256)
    elif kind == "length":
        for _ in range(rng.randrange(1, 4)):
            place = rng.choice(behind)
            data[place + 1 + rng.randrange(data[place])] = rng.randrange(256)
    elif kind == "zeros":
        place = rng.randrange(headers, len(data) - 1)
        size = min(rng.randrange(1, 4000), len(data) - place)
        data[place:place + size] = bytes(size)
    elif kind == "removed":
        place = rng.randrange(headers, len(data) - 1)
        del data[place:place + rng.randrange(1, 3000)]
    elif kind == "inserted":
        place = rng.randrange(headers, len(data))
        data[place:place] = rng.randbytes(rng.randrange(1, 3000))
    elif kind == "overwritten":
        place = rng.randrange(headers, len(data) - 1)
        size = min(rng.randrange(1, 3000), len(data) - place)
        data[place:place + size] = rng.randbytes(size)
    path.write_bytes(data)
    return kind


# What came of a file.

def columns(data):
    """The columns of a chunk (Protocols/formats/session-file.md), with numpy."""
    place, found = 0, []
    while place < len(data):
        order, width, count, start, step = struct.unpack_from("<BBIqq", data, place)
        cells = np.frombuffer(data, np.uint8, width * count, place + 22).reshape(width, count)
        place += 22 + width * count
        whole = np.zeros((count, 8), np.uint8)
        whole[:, :width] = cells.T
        whole = whole.reshape(-1).view("<u8")
        if order == 8:
            found.append(whole.view("<f8"))
            continue
        values = ((whole >> 1) ^ (np.uint64(0) - (whole & 1))).view(np.int64)
        for _ in range(order):
            values = np.cumsum(values)
        found.append(start + step * np.arange(count) + values)
    return found


def session(path):
    """Of each stream of a session: times in seconds, bounds in seconds, rows of values."""
    database = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True)
    read, found = database.execute, {}
    for stream, name in read("SELECT id, name FROM streams").fetchall():
        width = read("SELECT count(*) FROM channels WHERE stream_id = ?", [stream]).fetchone()[0]
        if not width:
            events = read("SELECT t_ns, bound_ns, payload FROM events WHERE stream_id = ? ORDER BY id", [stream])
            rows = [(time, bound, json.loads(payload)["value"]) for time, bound, payload in events]
            found[name] = (np.array([row[0] for row in rows]) / 1e9, np.array([row[1] for row in rows]) / 1e9,
                           [row[2] for row in rows])
            continue
        times, values = [], []
        for data, packets in read("SELECT data, packets FROM chunks WHERE stream_id = ? ORDER BY first_index",
                                  [stream]):
            values.append(np.stack(columns(zlib.decompress(data)), axis=1).astype(float))
            counts, arrivals = columns(zlib.decompress(packets))
            times.append(np.repeat(arrivals, counts))
        if not times:
            continue
        times, values = np.concatenate(times), np.concatenate(values)
        bounds = np.zeros(len(times))
        for first, last, origin, period, bound, method in read(
                "SELECT first_index, last_index, origin_ns, period_ns, bound_ns, method FROM clock_segments"
                " WHERE stream_id = ? ORDER BY first_index", [stream]):
            bounds[first:last + 1] = bound
            if method != "stamped":
                times[first:last + 1] = origin + np.floor(np.arange(last - first + 1) * period + 0.5)
        # The sender's own stamp is the last column.
        found[name] = (times / 1e9, bounds / 1e9, values[:, :-1])
    database.close()
    return found


def judge(stream, times, rows):
    """How many samples are right, and of each whose values are: its place, by how much its time is off, and which
    one it is."""
    if not len(times):
        return 0, np.zeros(0, int), np.zeros(0), np.zeros(0, int)
    if stream.format == "string":
        # A marker's number is in its text.
        numbers = np.full(len(rows), -1)
        for place, text in enumerate(rows):
            number = text[1:].split(" ")[0] if text.startswith("m") else ""
            if number.isdigit() and int(number) < len(stream.true) and text == stream.values(int(number))[0]:
                numbers[place] = int(number)
    else:
        rows = np.asarray(rows, float).reshape(len(times), -1)
        with np.errstate(all="ignore"):
            numbers = np.zeros(len(rows))
            for place in reversed(range(stream.places)):
                numbers = numbers * stream.base + rows[:, place]
            sound = np.isfinite(numbers) & (numbers >= 0) & (numbers < len(stream.true)) & (numbers % 1 == 0)
            numbers = np.where(sound, numbers, 0).astype(int)
            truth = stream.table().astype(KINDS[stream.format]).astype(float)
            sound &= (truth[numbers] == rows).all(axis=1)
        numbers = np.where(sound, numbers, -1)
    good = np.flatnonzero(numbers >= 0)
    _, firsts = np.unique(numbers[good], return_index=True)
    good = good[np.sort(firsts)]
    errors = np.asarray(times)[good] - stream.true[numbers[good]]
    return int((np.abs(errors) < RIGHT).sum()), good, errors, numbers[good]


def whole(stream, size, found):
    """How many samples of pyxdf's are right, and by how much their times are off. Of a sample that is cut off within
    its values it takes the rest from the sample before, which is no reading."""
    _, _, off, seen = judge(stream, *found[stream.name]) if stream.name in found else (0, 0, np.zeros(0), [])
    off = np.abs(off)[stream.ends[seen] <= size] if len(seen) else np.zeros(0)
    return int((off < RIGHT).sum()), off


def theirs(path, **settings):
    """What pyxdf makes of a file, by the streams' names; nothing where it fails."""
    import logging
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            streams, _ = pyxdf.load_xdf(str(path), **settings)
    except Exception:
        return {}
    found = {}
    for stream in streams:
        rows = stream["time_series"]
        if isinstance(rows, list):
            rows = [row[0] for row in rows]
        found[stream["info"]["name"][0]] = (stream["time_stamps"], rows)
    return found


def cuts(programs, seed):
    """A small file that ends behind each of its chunks, and within each: as much is read as pyxdf reads, or more."""
    problems, sums = [], [0, 0]
    with tempfile.TemporaryDirectory(prefix="attune-xdf-") as folder:
        path, out = pathlib.Path(folder) / "cut.xdf", pathlib.Path(folder) / "cut.attune"
        rng = random.Random(f"cuts-{seed}")
        streams, starts, headers = write(rng, path, length=20)
        data = path.read_bytes()
        places = [start for start in starts if start > headers] + [len(data) - 1]
        places += [rng.randrange(first + 1, last) for first, last in zip(places, places[1:]) if last > first + 1]
        for place in sorted(places):
            path.write_bytes(data[:place])
            out.unlink(missing_ok=True)
            run = subprocess.run([f"{programs}/attune", "import", str(path), "--out", str(out)],
                                 capture_output=True, text=True)
            if run.returncode and "no stream with samples" not in run.stderr:
                problems.append(f"cut at {place}: attune import ended with {run.returncode}: {run.stderr[-500:]}")
                continue
            mine = {} if run.returncode else session(out)
            usual, plain = theirs(path), theirs(path, dejitter_timestamps=False)
            for stream in streams:
                own = judge(stream, mine[stream.name][0], mine[stream.name][2])[0] if stream.name in mine else 0
                other = max(whole(stream, place, found)[0] for found in (usual, plain))
                sums[0] += own
                sums[1] += other
                if own < other:
                    problems.append(f"cut at {place}, {stream.name}: {own} right, pyxdf {other}")
    print(f"{len(places)} cuts: {sums[0]} samples right here, {sums[1]} in pyxdf")
    for problem in problems:
        print("PROBLEM", problem)
    sys.exit(1 if problems else 0)


def main():
    if sys.argv[2] == "cuts":
        cuts(sys.argv[1], sys.argv[3])
    programs, files, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    kept = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None
    problems, sums = [], {"ours": 0, "pyxdf": 0, "all": 0}
    errors, within, medians = {"ours": [], "pyxdf": []}, [0, 0], []
    with tempfile.TemporaryDirectory(prefix="attune-xdf-") as folder:
        folder = kept or pathlib.Path(folder)
        folder.mkdir(exist_ok=True)
        for number in range(files):
            rng = random.Random(f"{seed}-{number}")
            path, out = folder / f"{number}.xdf", folder / f"{number}.attune"
            out.unlink(missing_ok=True)
            streams, starts, headers = write(rng, path)
            kind = damage(rng, path, starts, headers)
            size = path.stat().st_size
            if number % 4 == 3:
                # As some pack their files.
                packed = path.with_suffix(".xdfz")
                packed.write_bytes(gzip.compress(path.read_bytes(), 6))
                path = packed
            run = subprocess.run([f"{programs}/attune", "import", str(path), "--out", str(out), "--json"],
                                 capture_output=True, text=True)
            if run.returncode:
                problems.append(f"{number} ({kind}): attune import ended with {run.returncode}: {run.stderr[-500:]}")
                continue
            check = subprocess.run([f"{programs}/attune", "check", str(out)], capture_output=True, text=True)
            if check.returncode:
                problems.append(f"{number} ({kind}): attune check: {check.stdout[-500:]}")
            mine = session(out)
            usual, plain = theirs(path), theirs(path, dejitter_timestamps=False)
            for stream in streams:
                sums["all"] += len(stream.true)
                right, inside = 0, np.zeros(0, bool)
                if stream.name in mine:
                    times, bounds, rows = mine[stream.name]
                    right, good, off, seen = judge(stream, times, rows)
                    errors["ours"].append(np.abs(off))
                    # By how much a sender without a rate was late with a stamp, nothing tells: there the
                    # bound is that of the stamp.
                    late = stream.delays[seen] if not stream.rate else 0
                    inside = np.abs(off - late) <= bounds[good]
                    within[0] += int(inside.sum())
                    within[1] += len(off)
                best, best_off = 0, np.zeros(0)
                for found in (usual, plain):
                    count, off = whole(stream, size if kind == "cut" else 1 << 62, found)
                    if count > best:
                        best, best_off = count, off
                errors["pyxdf"].append(best_off)
                sums["ours"] += right
                sums["pyxdf"] += best
                own = np.median(errors["ours"][-1]) * 1e3 if right else float("nan")
                other = np.median(best_off) * 1e3 if best else float("nan")
                line = (f"{number:3} {kind:11} {stream.name:12} {stream.rate:5} Hz {len(stream.true):7} samples:"
                        f" {right:7} right, pyxdf {best:7}; median {own:8.4f} ms, pyxdf {other:8.4f};"
                        f" jitter {stream.jitter * 1e3} ms, {len(stream.restarts)} restarts,"
                        f" {inside.mean() if len(inside) else 0:.0%} within the bounds")
                print(line)
                if right < best:
                    problems.append(line)
    ours, other = (np.concatenate(errors[name]) * 1e3 for name in ("ours", "pyxdf"))
    share = within[0] / max(1, within[1])
    print(f"{sums['all']} samples: {sums['ours']} right here, {sums['pyxdf']} in pyxdf")
    print(f"errors: median {np.median(ours):.4f} ms, 99% {np.percentile(ours, 99):.3f} ms;"
          f" pyxdf {np.median(other):.4f} ms, {np.percentile(other, 99):.3f} ms; {share:.1%} within the bounds")
    if share < 0.93:
        problems.append(f"only {share:.1%} of the times are within their bounds")
    if np.median(ours) > 1.05 * np.median(other):
        problems.append("the median error is larger than pyxdf's")
    for problem in problems:
        print("PROBLEM", problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
