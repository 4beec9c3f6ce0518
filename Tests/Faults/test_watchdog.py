"""A thread that hangs: the service manager ends the daemon, and the session goes on in the next one."""

import time

import faults
import serial_line
import service_manager
import stored
import tracing
from station import wait_for

SETTINGS = """station: test
devices:
  - {{profile: line-sketch, path: {folder}/port, name: port, options: {{rate: 1440}}}}
"""
# Seconds. Programs for debugging on a busy machine are no hung ones: a thread has 7 tenths of it.
WATCHDOG = 5
THREADS = {"control": "attuned", "acquisition": "acquisition", "sequencer": "sequencer", "store": "store",
           "watchdog": "watchdog"}


class StalledThreadTest(faults.FaultTest):
    def test_a_thread_that_hangs_is_named_and_the_session_goes_on(self):
        made = self.station()
        made.set(SETTINGS.format(folder=made.folder))
        port = serial_line.SerialLine(made.path("port"))
        self.addCleanup(port.close)
        # Core dumps are forbidden otherwise, and with them being traced by anybody but root.
        manager = service_manager.FakeServiceManager(
            [made.programs / "attuned", "--config", made.config, "--data", made.data,
             "--runtime", made.runtime, "--allow-core-dumps"], made.folder, made.log, watchdog=WATCHDOG)
        self.addCleanup(manager.close)
        manager.start()
        made.wait_for_device("port")
        session = made.attune("session", "start", "stalled", "p01", "--protocol", "pilot")
        for round_number, (name, thread) in enumerate(THREADS.items(), 1):
            time.sleep(1)
            self.assertEqual(manager.watchdog_kills, round_number - 1, "nothing hung, and it was ended")
            tracer = tracing.freeze(tracing.threads(manager.process.pid)[thread])
            stopped = time.monotonic()
            manager.process.wait(30)
            tracer.wait(10)
            tracer.stdout.close()
            took = manager.ended_at - stopped
            self.assertEqual(manager.watchdog_kills, round_number)
            said = f"the thread '{name}' has not gone on" in made.log.read_text()
            # The one who tells of the others cannot tell of itself.
            self.assertEqual(said, name != "watchdog")
            manager.start()
            self.report(f"{name} stood still: ended after {took:.1f} s (WatchdogSec {WATCHDOG})")
            self.assertLess(took, WATCHDOG + 2)
            found = made.attune("session", "list")
            self.assertEqual([(entry["id"], entry["state"]) for entry in found],
                             [(session["id"], "recording")])
            made.wait_for_device("port")
        samples = self.samples(made)
        wait_for("more samples", lambda: self.samples(made) > samples)
        found = made.attune("session", "stop", "--wait")
        self.assertEqual(made.attune("check", found["file"])["result"], "ok")
        database = stored.connect(found["file"])
        columns, _ = stored.samples(database, stored.stream_id(database, "port"))
        numbers = columns[0]
        lost = [number for number in port.lost if numbers[0] < number < numbers[-1]]
        missing = set(range(numbers[0], numbers[-1])) - set(numbers)
        self.report(f"{len(numbers)} lines stored, {len(missing)} missing, {len(lost)} lost by the port")
        self.assertEqual(numbers, sorted(set(numbers)), "each once, in order")
        self.assertLessEqual(missing, set(lost))

    @staticmethod
    def samples(made):
        return made.device("port")["samples"]
