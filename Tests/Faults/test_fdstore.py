"""The service manager keeps ports and keyboards open while the daemon is killed and started again."""

import os
import random
import re
import time

import faults
import serial_line
import service_manager
import stored
from device_log import read_log
from station import wait_for

SETTINGS = """station: test
devices:
  - {{profile: line-sketch, path: {folder}/port, name: "the port: 1", options: {{rate: 1440}}}}
keyboards:
  - {{test_source: {folder}/keys, name: keyboard}}
"""
PORT = "device.serial.the%20port%3A%201"
KEYBOARD = "device.keyboard.keyboard"


class DescriptorStoreTest(faults.FaultTest):
    def begin(self, **options):
        """A session with a port and a keyboard under a fake service manager."""
        made = self.station()
        made.set(SETTINGS.format(folder=made.folder))
        self.port = serial_line.SerialLine(made.path("port"))
        self.addCleanup(self.port.close)
        self.keyboard = made.simulate(
            "keyboard", "--pipe", made.path("keys"), "--log", made.path("keys.log"), "--stay")
        self.manager = service_manager.FakeServiceManager(
            [made.programs / "attuned", "--config", made.config, "--data", made.data,
             "--runtime", made.runtime, "--allow-test-sources"], made.folder, made.log, **options)
        self.addCleanup(self.manager.close)
        self.manager.start()
        made.wait_for_device("the port: 1")
        self.session = made.attune("session", "start", "kept", "p01", "--protocol", "pilot")
        made.attune("session", "phase", "chat")  # in which keys may be read
        wait_for("the keyboard", lambda: made.device("keyboard")["state"] == "streaming")
        time.sleep(1)
        return made

    def kill_often(self, made, rounds, pauses):
        """Kills and starts again; gives for how long nobody read the port each time, in seconds."""
        outages = []
        for number in range(rounds):
            time.sleep(random.uniform(0.3, 1.0))
            self.manager.kill()
            killed = time.monotonic()
            time.sleep(pauses(number))
            already = made.log.read_text().count("the port: 1 is open")
            self.manager.start(wait=False)
            wait_for("the port is read again",
                     lambda: made.log.read_text().count("the port: 1 is open") > already, step=0.002)
            outages.append(time.monotonic() - killed)
        self.manager.wait_ready()
        time.sleep(1.5)
        return outages

    def finish(self, made):
        """Stops the session; gives its database."""
        found = made.attune("session", "stop", "--wait")
        self.assertEqual(found["state"], "finished")
        self.assertEqual(made.attune("check", found["file"])["result"], "ok")
        made.end(self.keyboard)
        return stored.connect(found["file"])

    def lines(self, database):
        """The stored numbers of the port's lines, and its gaps."""
        stream = stored.stream_id(database, "the port: 1")
        columns, _ = stored.samples(database, stream)
        return columns[0], stored.gaps(database, stream)

    def test_nothing_is_lost_while_no_daemon_runs(self):
        made = self.begin()
        self.assertEqual(self.manager.names(), [KEYBOARD, PORT])
        rounds = 6 if self.is_short else 40
        outages = self.kill_often(made, rounds, lambda number: 0.3 * number / (rounds - 1))
        self.assertEqual(self.manager.names(), [KEYBOARD, PORT])
        database = self.finish(made)
        wait_for("the keyboard's copy to go with its session", lambda: self.manager.names() == [PORT])
        numbers, gaps = self.lines(database)
        missing = sorted(set(range(numbers[0], numbers[-1] + 1)) - set(numbers))
        self.report(f"{rounds} kills; nobody read for {min(outages) * 1000:.0f} to "
                    f"{max(outages) * 1000:.0f} ms; {len(self.port.sent)} lines sent at "
                    f"{serial_line.BAUD} baud, {len([n for n in self.port.lost if n > numbers[0]])} lost by the port; "
                    f"{len(numbers)} stored, {len(missing)} missing, {len(gaps)} gaps")
        self.assertEqual([n for n in self.port.unheard if n > numbers[0]], [], "it was closed meanwhile")
        self.assertEqual(numbers, sorted(set(numbers)), "each once, in order")
        overrun = [n for n in self.port.overrun if n > numbers[0]]
        self.assertEqual(missing, [n for n in overrun if n < numbers[-1]])
        if max(outages) < 1:
            # The terminal's buffers hold more than a second; a busy machine may need longer to start.
            self.assertEqual((overrun, gaps), ([], {}))
        elif not overrun:
            self.assertEqual(gaps, {})
        self.judge_keys(made, database)

    def judge_keys(self, made, database):
        """Every press from the first to the last is stored, with its release."""
        rows = database.execute(
            "SELECT pressed_ns, released_ns FROM keystrokes ORDER BY ordinal").fetchall()
        frames = read_log(made.path("keys.log")).of("sent")
        first, last = rows[0][0], rows[-1][0]
        pressed = [frame.due for frame in frames if frame.values[1] == 1 and first <= frame.due <= last]
        released = {frame.due for frame in frames if frame.values[1] == 0}
        open_rows = [down for down, up in rows if up is None and last - down > 2_000_000_000]
        self.report(f"{len(rows)} presses stored of {len(pressed)} made between the first and the last; "
                    f"{len(open_rows)} without their release")
        self.assertEqual([down for down, _ in rows], pressed)
        self.assertEqual(open_rows, [])
        self.assertLessEqual({up for _, up in rows if up is not None}, released)
        keys = stored.stream_id(database, "keyboard")
        causes = [gap.cause for gap in stored.gaps(database, keys).values()]
        self.assertEqual([cause for cause in causes if cause != "pause"], [])

    def test_without_the_store_the_port_loses_and_a_gap_says_so(self):
        """What the test above would see if nothing were kept."""
        made = self.begin(stores=False)
        before = len(self.port.lost)
        self.kill_often(made, 2, lambda _: 0.1)
        numbers, gaps = self.lines(self.finish(made))
        lost = [number for number in self.port.lost[before:] if numbers[0] < number < numbers[-1]]
        self.report(f"{len(lost)} lines lost by a port that nobody had open; gaps: "
                    f"{[(gap.cause, gap.lost) for gap in gaps.values()]}")
        self.assertGreater(len(lost), 100)
        self.assertLessEqual(set(lost), set(range(numbers[0], numbers[-1])) - set(numbers))
        self.assertEqual([gap.cause for gap in gaps.values()], ["restart"] * 2)

    def test_what_may_not_be_read_any_more_is_closed(self):
        made = self.begin()
        # Outside of the chat no keys are read: the copy goes at once.
        made.attune("session", "phase", "debrief")
        wait_for("the keyboard's copy to go", lambda: self.manager.names() == [PORT])
        typed = time.monotonic_ns()
        self.manager.kill()
        made.set("station: test\ndevices: []\n")
        self.assertTrue(self.port.is_open(), "the manager has it open")
        self.manager.start()
        self.assertEqual(self.manager.names(), [])
        self.assertFalse(self.port.is_open(), "no setting names it any more")
        self.assertIn(f"'{PORT}' of an earlier process is closed", made.log.read_text())
        database = self.finish(made)
        later = database.execute("SELECT count(*) FROM keystrokes WHERE pressed_ns > ?", (typed,))
        self.assertEqual(later.fetchone()[0], 0)

    def test_what_a_station_gives_up_in_good_order_is_not_kept(self):
        self.begin()
        self.assertEqual(self.manager.names(), [KEYBOARD, PORT])
        self.assertEqual(self.manager.stop(), 0)
        wait_for("all copies to go", lambda: self.manager.names() == [])
        self.assertFalse(self.port.is_open())

    def test_a_port_that_hung_up_is_not_kept(self):
        made = self.begin()
        self.port.hang_up()
        wait_for("its copy to go", lambda: PORT not in self.manager.names())
        self.assertEqual(made.device("the port: 1")["state"], "absent")
        self.manager.kill()
        self.manager.start()
        self.assertNotIn(PORT, self.manager.names())
