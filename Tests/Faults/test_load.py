"""Fifty linked clients at once, ten of whom never read and five of whom send garbage."""

import json
import pathlib
import random
import subprocess
import sys
import time

import faults
import compare
import stored
from device_log import read_log
from linked_client import LinkedClient
from station import wait_for

SENDERS, READERS, SLEEPERS, VANDALS = 20, 15, 10, 5
ROWS = 400_000


class LoadTest(faults.FaultTest):
    def test_the_recording_is_unaffected_and_the_slow_are_told(self):
        station = self.station()
        station.set("devices:\n" + "".join(
            f"  - {{profile: bitalino, path: {station.path(name)}, name: {name}, "
            "options: {channels: [A1, A2, A3, A4, A5, A6]}}\n" for name in ("one", "two")))
        with open(station.path("rows.csv"), "w") as rows:
            rows.write("low,high\n")
            rows.writelines(f"{number & 1023},{number >> 10}\n" for number in range(ROWS))
        devices = [
            station.simulate(
                "bitalino", "--link", station.path(name), "--log", station.path(name + ".log"),
                "--channels", 6, "--csv", station.path("rows.csv"), "--column", "low,high", "--stay")
            for name in ("one", "two")]
        station.start()
        for name in ("one", "two"):
            station.wait_for_device(name)
        session = station.attune("session", "start", "load", "p1", "--protocol", "pilot")
        senders = [LinkedClient(station.socket, session["id"], f"sender-{number}", pause=0.1)
                   for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        seed = random.SystemRandom().randrange(1 << 32)
        self.report(f"seed {seed}")
        crowd = station.spawn(
            sys.executable, faults.HERE / "load_clients.py", station.socket, session["id"], READERS,
            SLEEPERS, VANDALS, seed, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            log=station.path("crowd.log"))
        self.assertEqual(crowd.stdout.readline(), b"ready\n")
        # They have asked; the daemon may not have come to all of them yet.
        wait_for("all who follow", lambda: station.attune("status")["subscribers"] >= READERS + SLEEPERS, 60)
        status = station.attune("status")
        self.assertGreaterEqual(status["connections"], SENDERS + READERS + SLEEPERS)
        commits = status["storage"]["commits"]
        self.assertEqual(status["subscribers"], READERS + SLEEPERS)
        before = self.memory(station)
        time.sleep(12 if self.is_short else 60)
        crowd.stdin.write(b"wake\n")
        crowd.stdin.flush()
        time.sleep(4)
        status = station.attune("status")
        commits = status["storage"]["commits"] - commits
        after = self.memory(station)
        output, _ = crowd.communicate(b"end\n", timeout=30)
        found = json.loads(output)
        for sender in senders:
            sender.end()
        session = station.attune("session", "stop", "--wait", "--session", session["id"])
        for device in devices:
            station.end(device)
        self.assertEqual(station.stop(), 0)

        # The recording: every sample that was sent, once; every event, once.
        database = stored.connect(session["file"])
        for name in ("one", "two"):
            frames = {frame.number: frame for frame in read_log(station.path(name + ".log")).frames}
            columns, arrivals = stored.samples(database, stored.stream_id(database, name))
            numbers = [low | high << 10 for low, high in zip(*columns[:2])]
            result = compare.regular(
                database, name, frames, numbers, 16, [], arrivals, tolerance=20_000_000)
            self.report(result.line())
            self.assertEqual(result.faults, [])
            self.assertEqual((result.in_gaps, result.gap_rows), (0, 0))
        made = sum(compare.exactly_once(database, sender.name, sender.made) for sender in senders)
        # Each is answered once its event is stored, and waits for half as long: nobody is kept waiting for many commits.
        self.assertGreater(commits, 20)
        self.assertGreater(made, SENDERS * commits / 3)
        self.report(f"{made} events of {SENDERS} senders are stored once, in {commits} commits")
        for ring in status["rings"]:
            self.assertEqual(ring["overflowed_records"], 0, ring)
        self.report(f"commits: median {status['storage']['commit_ms_median']:.1f} ms, worst "
                    f"{status['storage']['commit_ms_worst']:.1f} ms; memory {before} → {after} MiB")
        # Each of those who do not read may have a MiB of answers waiting, and no more.
        self.assertLess(after - before, SLEEPERS + 40)

        # Who follows.
        self.assertTrue(all(found["open"]), found["open"])
        self.assertEqual(found["errors"], [])
        pieces = self.by_stream(found["reader"])
        late, _ = zip(*(self.missed(pieces[stream], None, "the reader") for stream in ("one", "two")))
        told, checked = zip(*(
            self.missed(mine, pieces[stream], f"sleeper {number}")
            for number, sleeper in enumerate(found["sleepers"])
            for stream, mine in self.by_stream(sleeper).items()))
        self.assertEqual(len(told), SLEEPERS // 2 * 2)
        self.assertTrue(all(told), "who slept has missed something, and was told")
        self.assertGreater(sum(checked), 0)
        self.report(f"{READERS} readers got {min(found['messages'])}-{max(found['messages'])} pieces; the "
                    f"first was told of {sum(late)} missed; {SLEEPERS // 2} who slept were told of "
                    f"{min(told)}-{max(told)} missed pieces a stream")
        self.report(f"{found['garbage']} pieces of garbage: {found['answers']} answered, "
                    f"{found['closed']} times closed")
        self.assertGreater(found["garbage"], 50)

    def memory(self, station):
        """MiB that the daemon holds in memory."""
        for line in pathlib.Path(f"/proc/{station.daemon.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
        self.fail("the daemon is gone")

    def by_stream(self, pieces):
        found = {}
        for stream, first, count, missed in pieces:
            found.setdefault(stream, []).append((first, count, missed))
        return found

    def missed(self, pieces, reader, who):
        """Checks that what is missing was told, and no more. Gives how many pieces that were, and for how
        many gaps their number was compared with the pieces of one who read all the time."""
        places, place = {}, 0
        for first, _, missed in reader or []:
            place += missed + 1
            places[first] = place
        total = checked = 0
        for (first, count, _), (next_first, _, missed) in zip(pieces, pieces[1:]):
            self.assertEqual(next_first > first + count, missed > 0,
                             f"{who}: {first}+{count}, then {next_first}, told {missed}")
            self.assertGreaterEqual(next_first, first + count)
            if missed and first in places and next_first in places:
                self.assertEqual(missed, places[next_first] - places[first] - 1, who)
                checked += 1
            total += missed
        return total, checked
