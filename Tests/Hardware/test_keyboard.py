"""A USB keyboard that is typed on: times and classes are recorded, and never which key it was."""

import collections
import json
import shutil
import time

import image
from station import PATIENCE, StationTest

SETTINGS = """
keyboards:
  - {match: "QEMU USB Keyboard", participant: true, only_with_focus: false}
"""

# QEMU's name of a key, the kernel's code, the HID usage, and the class that should be stored.
KEYS = {name: (code, usage, kind) for name, code, usage, kind in [
    ("a", 30, 4, "letter"), ("e", 18, 8, "letter"), ("q", 16, 20, "letter"), ("z", 44, 29, "letter"),
    ("7", 8, 36, "digit"), ("2", 3, 31, "digit"), ("comma", 51, 54, "punctuation"),
    ("dot", 52, 55, "punctuation"), ("spc", 57, 44, "space"), ("ret", 28, 40, "enter"),
    ("backspace", 14, 42, "backspace"), ("delete", 111, 76, "delete"), ("left", 105, 80, "navigation"),
    ("shift", 42, 225, "modifier"), ("f5", 63, 62, "function")]}
# Two texts with the same classes and different keys.
FIRST = ["a", "e", "spc", "7", "comma", "backspace", "z", "ret", "shift", "left", "delete", "f5"]
SECOND = ["q", "z", "spc", "2", "dot", "backspace", "a", "ret", "shift", "left", "delete", "f5"]


class KeyboardTest(StationTest):
    def type(self, names):
        for name in names:
            self.guest.key(name, True)
            time.sleep(0.06)
            self.guest.key(name, False)
            time.sleep(0.12)

    def pressed(self):
        """Key presses and other events that the running session holds."""
        [session] = self.attune("status")["sessions"]
        return session["events"] + session["samples"]

    def scan(self, *places):
        """Finds the kernel's own form of the keys that were typed; see tools/scan.py."""
        typed = [KEYS[name] for name in FIRST + SECOND]
        codes = ",".join(str(code) for code in sorted({key[0] for key in typed}))
        usages = ",".join(str(usage) for usage in sorted({key[1] for key in typed}))
        return json.loads(self.guest.run(
            f"python3 /share/scan.py {codes} {usages} {' '.join(places)}", PATIENCE))

    def test_typing_is_recorded_as_classes_and_never_as_keys(self):
        shutil.copy(image.HERE / "tools" / "scan.py", self.guest.share)
        self.start_daemon(SETTINGS)
        self.type(["spc"])  # the first event after a restore comes late
        node = self.guest.run("readlink -f /dev/input/by-id/*QEMU*kbd").strip()
        # What a program sees that keeps everything: shows that the search below would find keys.
        self.guest.start(f"exec cat {node} >/tmp/everything")

        session = self.attune("session start pilot P02 --protocol pilot --pilot")
        self.await_device("keyboard", "paused")  # until the phase in which it may be read
        self.attune("session phase chat")
        self.await_device("keyboard", "streaming")
        process = self.guest.run("systemctl show attuned -p MainPID --value").strip()
        before = self.scan(process)[process]
        self.type(FIRST)
        self.type(SECOND)
        self.guest.run("sleep 1")
        # Before the file is finished, in every place that the keys passed on their way.
        places = self.guest.run(
            "find /run/attuned /var/lib/attune -type f").split()
        keeper = self.guest.run(f"pgrep --full --exact 'cat {node}'").strip()
        found = self.scan("/tmp/everything", keeper, process, *places)
        self.report(f"keys found: {found}; in the daemon's memory before typing: {before}")
        self.assertGreaterEqual(found.pop("/tmp/everything"), len(FIRST + SECOND), "the search finds nothing")
        # Its buffer has the last keys that it read.
        self.assertGreaterEqual(found.pop(keeper), 1, "the search in memory finds nothing")
        self.assertEqual(found.pop(process), before, "the daemon's memory holds keys")
        self.assertEqual([place for place, count in found.items() if count], [], "files that hold keys")

        self.guest.unplug("keyboard")
        self.await_device("keyboard", "absent", "failed")
        self.guest.qmp("device_add", driver="usb-kbd", id="keyboard2", bus="xhci.0")
        self.await_device("keyboard", "streaming")
        self.type(["spc"] + FIRST)
        self.guest.run("sleep 1")
        journal = self.guest.run("journalctl --no-pager --unit attuned")
        self.assertNotIn("KEY_", journal)

        path = self.finished_file()
        rows = self.rows(path, "SELECT ordinal, pressed_ns, released_ns, class, pairing FROM keystrokes "
                               "ORDER BY ordinal")
        classes = [row[3] for row in rows]
        expected = [KEYS[name][2] for name in FIRST + SECOND + ["spc"] + FIRST]
        self.report(f"stored: {dict(collections.Counter(classes))}")
        self.assertEqual(classes, expected)
        self.assertEqual([row[0] for row in rows], list(range(len(expected))))
        self.assertTrue(all(row[2] and row[1] < row[2] for row in rows), "each press has its release")
        # Two texts of the same classes are stored alike, times apart.
        length = len(FIRST)
        self.assertEqual([row[3:] for row in rows[:length]], [row[3:] for row in rows[length:2 * length]])
        self.assertEqual(self.columns(path, "keystrokes"), [
            "stream_id", "ordinal", "pressed_ns", "released_ns", "class", "pairing", "bound_ns"])
        dwell = sorted((row[2] - row[1]) / 1e6 for row in rows)
        self.report(f"keys were held {dwell[0]:.0f} to {dwell[-1]:.0f} ms, median {dwell[len(dwell) // 2]:.0f}")
        gaps = self.rows(path, "SELECT after_index, cause FROM gaps")
        self.assertEqual(gaps, [(-1, "pause"), (2 * length - 1, "disconnect")])
        self.assertEqual(session["state"], "recording")

    def columns(self, path, table):
        return [row[0] for row in self.rows(path, "SELECT name FROM pragma_table_info(?)", table)]
