"""The power fails at any moment: what the disk may then hold is opened, and lacks nothing that was
acknowledged and no more than a second of what was read."""

import bisect
import os
import pathlib
import random
import shutil
import sqlite3
import struct
import subprocess
import tempfile
import time

import faults  # first: it says where the others are

import fake_disk
import power_cut
import stored
from device_log import read_log

SETTINGS = """ring_megabytes: 1
devices:
  - {{profile: bitalino, path: {folder}/two, name: two, options: {{channels: [A1, A2]}}}}
"""
SECOND = 1_000_000_000


class Recovery:
    """The program's own way of taking up a file after a crash, in one process for many files."""

    def __init__(self, programs):
        self.process = subprocess.Popen(
            [programs / "SessionWriterHelper", "--recover"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def take(self, path, checks):
        """The state, and what is wrong."""
        print(("check " if checks else "") + str(path), file=self.process.stdin, flush=True)
        state, _, errors = self.process.stdout.readline().rstrip("\n").partition("\t")
        return state, errors


class PowerCutTest(faults.FaultTest):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="attune-cut-", dir="/dev/shm"))
        self.addCleanup(shutil.rmtree, self.work)
        self.recovery = Recovery(self.programs)
        self.addCleanup(self.recovery.close)
        self.seed = int(os.environ.get("ATTUNE_FAULT_SEED", 0)) or random.SystemRandom().randrange(1 << 32)
        self.report(f"seed {self.seed} (ATTUNE_FAULT_SEED repeats it)")
        self.generator = random.Random(self.seed)

    def points(self, records, count, first=0):
        """Moments to cut at: after so many records, in order."""
        count = min(count, len(records) - first)
        return sorted(self.generator.sample(range(first, len(records)), count))

    def rebuild(self, contents, folder, name):
        """Writes the files of a session as the disk holds them. The shared memory file is never among
        them: it is mapped, and made anew."""
        folder.mkdir()
        for path, content in contents.items():
            if os.path.basename(path).startswith(name) and not path.endswith("-shm"):
                (folder / os.path.basename(path)).write_bytes(content)
        return folder / name

    def faults_of(self, contents, name, checks=False):
        """What is wrong with a session's files after a cut: its state, words, and the recovered file."""
        place = self.work / "cut"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        try:
            plain = self.rebuild(contents, place / "sqlite", name)
            if not plain.exists():
                return "missing", "there is no file", None
            with sqlite3.connect(plain) as database:
                (found,), = database.execute("PRAGMA integrity_check").fetchmany(1)
            database.close()
            if found != "ok":
                return "damaged", found, None
        except sqlite3.DatabaseError as error:
            return "unopenable", str(error), None
        path = self.rebuild(contents, place / "own", name)
        state, errors = self.recovery.take(path, checks)
        return state, errors, path

    def record(self, seconds):
        """A station records under the fake, is told marks, stops and finishes."""
        made = self.station()
        made.set(SETTINGS.format(folder=made.folder))
        disk = fake_disk.FakeDisk(made.folder, os.path.realpath(made.data), log=True)
        self.addCleanup(disk.close)
        made.simulate(
            "bitalino", "--link", made.path("two"), "--log", made.path("two.log"), "--channels", 2)
        made.start(env=disk.environment)
        made.wait_for_device("two")
        session = made.attune("session", "start", "cuts", "p01")
        acknowledged = [(time.monotonic_ns(), "started", None)]
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            number += 1
            made.attune("session", "mark", f"mark {number}")
            acknowledged.append((time.monotonic_ns(), "mark", number))
            time.sleep(0.05)
        made.attune("session", "stop")
        acknowledged.append((time.monotonic_ns(), "stopped", None))
        faults.station.wait_for("the finished file", lambda: made.attune(
            "session", "show", session["id"])["session"]["state"] == "finished")
        acknowledged.append((time.monotonic_ns(), "finished", None))
        self.assertEqual(made.stop(), 0)
        return made, pathlib.Path(session["file"]), power_cut.read(disk.log), acknowledged

    def judge(self, contents, name, moment, acknowledged, sent):
        """What is wrong after a cut, or None; how much is missing, in nanoseconds; the state."""
        # Checking reads every sample: of a short run's files, some.
        checks = not self.is_short or self.generator.random() < 0.2
        state, errors, path = self.faults_of(contents, name, checks)
        if errors or path is None:
            return f"{state}: {errors}", 0, state
        known = [entry for entry in acknowledged if entry[0] < moment]
        database = stored.connect(path)
        (count,), = database.execute(
            "SELECT coalesce(max(first_index + sample_count), 0) FROM chunks")
        marks = {row[0] for row in database.execute(
            "SELECT json_extract(payload, '$.label') FROM events WHERE kind = 'mark'")}
        database.close()
        for _, what, number in known:
            if what == "mark" and f"mark {number}" not in marks:
                return f"mark {number} was acknowledged and is gone", 0, state
            if what == "stopped" and state == "recording":
                return "it was stopped and records", 0, state
            if what == "finished" and state != "finished":
                return f"it was finished and is {state}", 0, state
        ended = next((at for at, what, _ in known if what == "stopped"), None)
        if ended is None and count < len(sent) and sent[count] < moment:
            return None, moment - sent[count], state
        return None, 0, state

    def test_any_moment_of_a_recording(self):
        made, path, records, acknowledged = self.record(5 if self.is_short else 20)
        database = stored.connect(path)
        columns, arrivals = stored.samples(database, stored.stream_id(database, "two"))
        database.close()
        frames = [frame.written for frame in read_log(made.path("two.log")).frames]
        # The first stored frame is the last that was sent before it came.
        first = bisect.bisect_right(frames, arrivals[0]) - 1
        sent = frames[max(0, first - 3):]
        begin = next(
            index for index, record in enumerate(records) if record.time > acknowledged[0][0])
        finishing = next(
            index for index, record in enumerate(records) if record.time > acknowledged[-2][0])
        count = 150 if self.is_short else 1000
        points = sorted(
            self.points(records[:finishing], count * 3 // 4, begin)
            + self.points(records, count - count * 3 // 4, finishing))
        worst, states, modes, wrong = 0, {}, {}, []
        disk, taken = power_cut.Disk(), 0
        checked = []
        for point in points:
            for record in records[taken:point]:
                disk.take(record)
            taken = max(taken, point)
            mode, contents = disk.cut(self.generator)
            fault, missing, state = self.judge(
                contents, path.name, records[point].time, acknowledged, sent)
            worst = max(worst, missing)
            states[state] = states.get(state, 0) + 1
            modes[mode] = modes.get(mode, 0) + 1
            if fault:
                wrong.append(f"after {point} of {len(records)} records ({mode}): {fault}")
            elif len(checked) < (3 if self.is_short else 20) and self.generator.random() < 0.1:
                own = self.work / "cut" / "own" / path.name
                checked.append(made.attune("check", own, check=False).returncode)
        self.report(
            f"{len(records)} operations, {len(columns[0])} samples, {len(acknowledged) - 3} marks; "
            f"{len(points)} cuts {modes}: {states}, at most {worst / 1e6:.0f} ms missing, "
            f"{len(wrong)} wrong")
        self.assertEqual(wrong[:5], [])
        self.assertLessEqual(worst, SECOND)
        self.assertIn("recording", states)
        self.assertIn("finished", states)
        self.assertEqual(set(checked), {0}, "attune check of the recovered files")
        self.control(records, points, path.name, acknowledged, sent)

    def control(self, records, points, name, acknowledged, sent):
        """The same disk without a single sync must fail, or the test could not."""
        disk, taken, wrong, cuts = power_cut.Disk(ignores_syncs=True), 0, 0, 0
        for point in points[::max(1, len(points) // 40)]:
            for record in records[taken:point]:
                disk.take(record)
            taken = point
            _, contents = disk.cut(self.generator)
            fault, missing, _ = self.judge(contents, name, records[point].time, acknowledged, sent)
            wrong += bool(fault) or missing > SECOND
            cuts += 1
        self.report(f"control without syncs: {wrong} of {cuts} cuts are wrong")
        self.assertGreater(wrong, cuts // 2)

    @faults.long
    def test_checkpoints(self):
        """A writer as fast as the disk, so that the log is brought into the file again and again."""
        folder = self.work / "disk"
        folder.mkdir()
        disk = fake_disk.FakeDisk(self.work, folder, log=True)
        self.addCleanup(disk.close)
        path, done = folder / "s.attune", folder / "done"
        process = subprocess.Popen(
            [self.programs / "SessionWriterHelper", path, done, str(self.seed)],
            env=disk.environment)
        began = time.monotonic()
        # The file grows at checkpoints alone.
        while not (path.exists() and path.stat().st_size > 10 << 20) and time.monotonic() - began < 60:
            time.sleep(0.02)
        process.kill()
        process.wait()
        records = power_cut.read(disk.log)
        number = done.stat().st_ino
        sizes, written = {}, [index for index, record in enumerate(records)
                              if record.kind == "W" and record.inode == path.stat().st_ino]
        # Half of the cuts fall into checkpoints.
        count = 300
        points = sorted(
            self.points(records, count // 2, records.index(records[written[0]]))
            + self.generator.sample(written, min(count // 2, len(written))))
        replay, taken, acknowledged, worst = power_cut.Disk(), 0, 0, 0
        wrong = []
        for point in points:
            for record in records[taken:point]:
                replay.take(record)
                if record.kind == "W" and record.inode == number:
                    acknowledged, = struct.unpack("<Q", record.data)
            taken = max(taken, point)
            mode, contents = replay.cut(self.generator)
            state, errors, own = self.faults_of(contents, path.name)
            sizes[mode] = sizes.get(mode, 0) + 1
            if errors or own is None:
                wrong.append(f"after {point}: {state}: {errors}")
                continue
            database = stored.connect(own)
            (batches,), = database.execute("SELECT count(*) FROM audit WHERE action = 'commit'")
            database.close()
            worst = max(worst, batches - acknowledged)
            if batches < acknowledged:
                wrong.append(f"after {point} ({mode}): {acknowledged} batches were acknowledged, "
                             f"{batches} are there")
        self.report(
            f"{len(records)} operations, {len(written)} of them in checkpoints; {len(points)} cuts "
            f"{sizes}, {acknowledged} batches acknowledged at the last, {len(wrong)} wrong")
        self.assertEqual(wrong[:5], [])
