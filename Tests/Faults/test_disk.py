"""Disks that are full, slow, broken, or cannot be written any more."""

import errno
import os
import time

import faults  # first: it says where the others are

import disk_station
import fake_disk
import power_cut
import stored


class FullDiskTest(faults.FaultTest):
    def test_full(self):
        """On a real file system, mounted for this test alone."""
        self.run_script("full_disk.py", seconds=300, own_mounts=True)


class FullRuntimeTest(faults.FaultTest):
    def test_no_room_for_rings_and_sockets(self):
        """On a real file system, mounted for this test alone."""
        self.run_script("full_runtime.py", seconds=120, own_mounts=True)


class BrokenDiskTest(faults.FaultTest):
    """A fake disk (fake_disk.c) between the daemon and its files: each fault while a session records, and
    in the end what was sent, stored and synced is compared."""

    def setUp(self):
        self.made = self.station()
        self.disk = fake_disk.FakeDisk(self.made.folder, os.path.realpath(self.made.data), log=True)
        self.addCleanup(self.disk.close)
        disk_station.prepare(self.made, ("one",))
        self.made.start(env=self.disk.environment)
        self.made.wait_for_device("one")
        self.session = self.made.attune("session", "start", "broken", "p01")
        self.marks = 0
        self.mark()

    def mark(self):
        """Something that is acknowledged once it is durable."""
        self.marks += 1
        self.made.attune("session", "mark", f"mark {self.marks}")

    def alarm(self, code, begun):
        seconds, exit_status = disk_station.wait_for_alarm(self.made, code, begun)
        self.report(f"the alarm '{code}' stood {seconds * 1000:.0f} ms after the fault")
        self.assertLess(seconds, 1)
        self.assertEqual(exit_status, 3, "attune status while a recording is threatened")

    def samples(self):
        return disk_station.status(self.made)[0]["devices"][0]["samples"]

    def finish(self):
        """Stops the session, and compares all of it with what was sent."""
        session = self.made.attune("session", "stop", "--wait")
        self.assertEqual(session["state"], "finished")
        self.judge()

    def judge(self):
        path = self.session["file"]
        found, missing, gaps = disk_station.losses(path, "one")
        self.report(f"{len(found)} samples stored, {len(missing)} places where some are missing")
        self.assertEqual((missing, gaps), ({}, {}))
        database = stored.connect(path)
        labels = [row[0] for row in database.execute(
            "SELECT json_extract(payload, '$.label') FROM events WHERE kind = 'mark' ORDER BY id")]
        database.close()
        self.assertEqual(labels, [f"mark {number}" for number in range(1, self.marks + 1)])
        self.assertEqual(self.made.attune("check", path)["result"], "ok")

    def test_writes_fail(self):
        time.sleep(0.5)
        begun = time.monotonic()
        self.disk.fail_writes(errno.EIO)
        self.alarm("store", begun)
        time.sleep(1)
        self.disk.mend()
        disk_station.wait_for_peace(self.made, "store")
        self.assertEqual(disk_station.status(self.made)[1], 0)
        self.mark()
        self.report(f"{self.disk.get(fake_disk.FAILED_WRITES)} writes failed")
        self.finish()

    def test_a_sync_takes_five_seconds(self):
        time.sleep(0.5)
        before = self.samples()
        begun = time.monotonic()
        self.disk.slow_syncs(5000)
        self.alarm("storage-slow", begun)
        time.sleep(max(0, begun + 4.5 - time.monotonic()))
        while_waiting = self.samples() - before
        self.disk.mend()
        disk_station.wait_for_peace(self.made, "storage-slow")
        self.report(f"{while_waiting} samples were read meanwhile")
        self.assertGreater(while_waiting, 3000)
        self.mark()
        self.finish()

    def test_syncs_fail_and_their_pages_are_lost(self):
        """What a failed sync was to write counts as clean, can be read, and is not on the disk. It must be
        written again before anything of it counts as stored; and it must not be stored twice."""
        for _ in range(2 if self.is_short else 10):
            time.sleep(0.4)
            begun = time.monotonic()
            self.disk.fail_syncs(errno.EIO)
            self.alarm("store", begun)
            self.disk.mend()
            disk_station.wait_for_peace(self.made, "store")
            self.mark()
        marks = self.marks
        # Now the power fails: of what no later sync spoke of, nothing is there.
        end = time.monotonic_ns()
        records = [record for record in power_cut.read(self.disk.log) if record.time <= end]
        self.report(f"{self.disk.get(fake_disk.FAILED_SYNCS)} syncs failed")
        disk = power_cut.Disk()
        for record in records:
            disk.take(record)
        folder = self.made.folder / "cut"
        folder.mkdir()
        for path, inode in disk.names.items():
            if path.endswith((".attune", ".attune-wal")):
                (folder / os.path.basename(path)).write_bytes(disk.files[inode].durable)
        path = folder / os.path.basename(self.session["file"])
        database = stored.connect(path)
        (whole,), = database.execute("PRAGMA integrity_check").fetchmany(1)
        labels = [row[0] for row in database.execute(
            "SELECT json_extract(payload, '$.label') FROM events WHERE kind = 'mark' ORDER BY id")]
        database.close()
        self.assertEqual(whole, "ok")
        self.assertEqual(labels, [f"mark {number}" for number in range(1, marks + 1)])
        self.finish()

    def test_it_cannot_be_written_any_more(self):
        """Read-only to the end: the daemon says so, keeps what it has, and a later start stores it."""
        time.sleep(0.5)
        begun = time.monotonic()
        self.disk.fail_writes(errno.EROFS)
        self.alarm("store", begun)
        begun = time.monotonic()
        done = self.made.attune("session", "stop", "--wait", check=False)
        self.report(f"attune session stop ended with {done.returncode} after "
                    f"{time.monotonic() - begun:.1f} s: {done.stderr.strip()[:160]}")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("cannot be written", done.stderr)
        begun = time.monotonic()
        self.assertEqual(self.made.stop(seconds=20), 1)
        last = self.made.log.read_text().splitlines()[-1]
        self.report(f"the daemon ended with 1 after {time.monotonic() - begun:.1f} s: {last[:160]}")
        self.assertIn("not everything could be written", last)
        rings = sorted(path.name for path in self.made.runtime.glob("*.ring"))
        self.assertEqual(rings, ["acquisition.ring", "control.ring"])
        # A start that cannot write either keeps the rings and says why.
        self.disk.mend()
        self.disk.fail_syncs(errno.EIO)
        refused = self.made.start(wait=False, env=self.disk.environment)
        self.assertEqual(refused.wait(20), 1)
        self.assertIn("cannot be written now", self.made.log.read_text().splitlines()[-1])
        self.assertEqual(rings, sorted(path.name for path in self.made.runtime.glob("*.ring")))
        self.disk.mend()
        self.made.start(env=self.disk.environment)
        faults.station.wait_for("the finished file", lambda: self.made.attune(
            "session", "show", self.session["id"])["session"]["state"] == "finished")
        self.judge()
        found, _, _ = disk_station.losses(self.session["file"], "one")
        self.assertGreater(len(found), 1500, "what was read while nothing could be written")
        self.assertEqual(self.made.stop(), 0)
