"""The machine crashes or is started anew in the middle of a session, with recordings on a disk of their
own that keeps them (ext4 with its journal)."""

import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import time

import bitalino
import guest
import image
import notes
import station
from station import PATIENCE, long
from test_serial import CHANNELS

RATE = 100
SETTINGS = f"""
disk_minimum_mb: 64
devices:
  - profile: bitalino
    serial: "BIT0042"
    name: chest
    options: {{rate: {RATE}, channels: [A1, A2, A3, A4, A5, A6]}}
"""
# The recordings' disk is looked after and mounted before anything writes to it, as on a real station.
PREPARE = """
set -e
echo '/dev/vdb /var/lib/attune ext4 noatime 0 2' >>/etc/fstab
install -m 644 /share/attuned.yaml /etc/attune/attuned.yaml
rm -f /etc/systemd/system/*.wants/attune-chat.service /etc/systemd/system/*.wants/attune-console.service
mkdir -p /etc/systemd/system/attuned.service.d
printf '[Service]\\nWatchdogSec=60\\n' >/etc/systemd/system/attuned.service.d/emulated.conf
sync
"""


class CrashTest(station.StationTest):
    def setUp(self):
        # Runs last: after the logs have been asked for.
        self.addCleanup(lambda: self.guest.close())
        super().setUp()
        self.folder = pathlib.Path(self.guest.folder.parent) / f"attune-crash.{os.getpid()}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.base = pathlib.Path(os.environ["ATTUNE_VM_BASE"])
        made = pathlib.Path(os.environ["ATTUNE_VM_STATION"])
        self.disk = self.folder / "disk.ext4"
        image.copy_disk(made / "disk.ext4", self.disk)
        self.guest.close()
        # The station as it is switched on each time; its own disk forgets what a life wrote.
        run = guest.Guest(self.base, self.disk, state=made / "state", keep_disk=True)
        try:
            run.resume()
            (run.share / "attuned.yaml").write_text(SETTINGS)
            run.run(PREPARE)
            run.power_off()
        finally:
            run.close()
        self.data = self.folder / "data.ext4"
        with open(self.data, "wb") as file:
            file.truncate(8 << 30)  # room enough for no alarm; few inodes are made at once
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-N", "4096", "-E", "root_owner=0:0", self.data], check=True)

    def boot(self):
        """Switches the machine on; a BITalino is plugged in."""
        begun = time.monotonic()
        self.guest = guest.Guest(self.base, self.disk, data=self.data)
        self.guest.wait_ready()
        self.guest.run("modprobe -a 9p 9pnet_virtio ftdi_sio; "
                       "mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share /share", PATIENCE)
        self.device = bitalino.BITalino(
            self.guest.plug_serial("chest", "BIT0042", "2"), seed=int(begun))
        self.addCleanup(self.device.close)
        self.guest.wait_until("systemctl is-active attuned", "the daemon is up", PATIENCE)
        self.report(f"up {time.monotonic() - begun:.1f} s after it was switched on")

    def sessions(self):
        """All sessions of the station, oldest first."""
        return sorted(self.attune("session list"), key=lambda entry: entry["started_utc_ns"])

    def record(self, session, seconds):
        """Lets a session record for a time beside two witnesses; gives what they write."""
        shutil.copy(image.HERE / "tools" / "witness.py", self.guest.share)
        told = {}
        for what in ("events", "samples"):
            log = self.guest.share / f"{what}.log"
            told[what] = notes.Notes(log)
            self.addCleanup(told[what].end)
            self.guest.start(f"python3 /share/witness.py {what} {session} /share/{log.name} 2>/share/{what}.err")
        self.await_value("the witnesses see something", lambda: told["samples"].most("samples") > 0 and
                         told["events"].most("acknowledged") > 0)
        time.sleep(seconds)
        return told

    def judge(self, path, told, device, crashed=None):
        """Compares a session's file with what its device sent and what its witnesses wrote. crashed: the host's time
        of the crash, of which a second may be lost; None where nothing may."""
        for witness in told.values():
            witness.end()
        acknowledged = told["events"].most("acknowledged")
        seen = told["samples"].most("samples")
        due = seen if crashed is None else told["samples"].most("samples", crashed - 1)
        self.assertGreater(due, 0, "nobody looked in time")
        database = sqlite3.connect(path.as_uri() + "?mode=ro&immutable=1", uri=True)
        self.addCleanup(database.close)
        self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        events = [number for number, in database.execute(
            "SELECT client_sequence FROM events WHERE client = 'witness' ORDER BY client_sequence")]
        _, values = self.samples(path, "chest", CHANNELS)
        sent = [row for run in device.runs for row in run]
        first = sent.index(values[0])
        self.report(f"{len(values)} samples stored of {len(sent) - first} sent; the witness had seen {seen}"
                    + ("" if crashed is None else f", and {due} a second before the crash")
                    + f"; {len(events)} events stored, {acknowledged} acknowledged")
        self.assertEqual(values, sent[first:first + len(values)], "what was sent, in its order, each once")
        self.assertGreaterEqual(len(values), due, "more than a second is missing")
        self.assertEqual(events, list(range(1, len(events) + 1)), "each once")
        self.assertGreaterEqual(len(events), acknowledged, "acknowledged and lost")

    def fetch(self, session):
        """The file of a session, brought to the host once it is finished."""
        found = self.await_value("the session is in its final form", lambda: next(
            (entry for entry in self.sessions() if entry["id"] == session and
             entry["state"] in ("finished", "interrupted") and
             self.guest.attempt(f"test -e {entry['file']}-wal")[0] != 0), None))
        self.assertIn('"ok"', self.guest.run(f"attune check {found['file']} --json", PATIENCE))
        self.guest.run(f"cp {found['file']} /share/{session}.attune; chmod 644 /share/{session}.attune")
        return self.guest.share / f"{session}.attune"

    def continued(self, path):
        """The session that a session continues, from its file while it records."""
        return self.guest.run(
            "python3 -c 'import sqlite3, sys; print(sqlite3.connect(\"file:\" + sys.argv[1] + \"?mode=ro\", "
            "uri=True).execute(\"SELECT continuation_of FROM session\").fetchone()[0])' " + path).strip()

    def crash_often(self, kills):
        self.boot()
        session = self.attune("session start crash P01 --protocol pilot --pilot --device chest")["id"]
        for number in range(kills):
            told = self.record(session, random.uniform(2, 8))
            crashed, device = self.guest, self.device
            moment = time.monotonic()
            crashed.kill()
            for witness in told.values():
                witness.end()
            crashed.close()
            device.close()
            self.boot()
            said = self.guest.run("dmesg | grep -E 'EXT4-fs .vdb' || true").strip()
            self.report(f"crash {number + 1}: {said.splitlines()[0] if said else 'no word of the disk'}")
            self.assertNotIn("error", said.lower())
            found = {entry["id"]: entry for entry in self.sessions()}
            self.assertIn(found[session]["state"], ("interrupted", "finishing"))
            [following] = [entry for entry in found.values() if entry["state"] == "recording"]
            self.judge(self.fetch(session), told, device, moment)
            self.assertEqual(self.continued(following["file"]), session)
            session = following["id"]
            self.await_value("the device records again", lambda: any(
                entry["id"] == session and entry["samples"] > 0 for entry in self.attune("status")["sessions"]))

    def test_a_crash_of_the_machine_loses_a_second_at_most(self):
        self.crash_often(1)

    @long
    def test_twenty_crashes_of_the_machine(self):
        self.crash_often(20)

    def test_a_restart_in_good_order_stops_the_session(self):
        self.boot()
        session = self.attune("session start reboot P01 --protocol pilot --pilot --device chest")["id"]
        told = self.record(session, 2)
        sent = self.guest.attempt("umount -l /share; systemctl reboot", 60)
        self.report(f"told to restart: {sent}")
        self.assertEqual(self.guest.process.wait(180), 0)
        for witness in told.values():
            witness.end()
        device = self.device
        self.guest.close()
        device.close()
        self.boot()
        [entry] = self.sessions()
        self.assertIn(entry["state"], ("stopped", "finishing", "finished"))
        self.judge(self.fetch(session), told, device)
