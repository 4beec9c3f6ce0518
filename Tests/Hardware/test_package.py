"""The package's life in a guest that never had it: installed, upgraded while it records, removed, purged."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import guest
import image
from station import PATIENCE, attune, long

# What changes by itself, or belongs to the package manager and the list of users.
OTHERS = ("/proc/", "/sys/", "/dev/", "/run/", "/tmp/", "/var/tmp/", "/share/", "/var/log/", "/var/cache/", "/var/lib/dpkg/",
          "/var/lib/apt/", "/var/lib/systemd/", "/var/lib/private", "/var/lib/attune/", "/var/lib/bluetooth/", "/etc/passwd", "/etc/group",
          "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid", "/etc/ld.so", "/usr/lib/attune-swift",
          "/home/", "/root/", "/var/mail", "/var/spool", "/etc/.pwd.lock")

INSTALL = "DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends " \
          "-o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io "


def newer(deb, target):
    """The same package under a higher version, with other settings as they come."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder) / "root"
        subprocess.run(["dpkg-deb", "-R", deb, root], check=True)
        control = root / "DEBIAN" / "control"
        control.write_text("".join(
            "Version: 99.0\n" if line.startswith("Version:") else line
            for line in control.read_text().splitlines(keepends=True)))
        for name in ("attuned.yaml", "chat.yaml"):
            with open(root / "etc" / "attune" / name, "a", encoding="utf-8") as settings:
                settings.write("# Of version 99.\n")
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", root, target], check=True,
                       stdout=subprocess.DEVNULL)


class PackageTest(unittest.TestCase):
    def setUp(self):
        base = pathlib.Path(os.environ["ATTUNE_VM_BASE"])
        self.guest = guest.Guest(base, base / "disk.ext4", state=base / "state")
        self.addCleanup(self.guest.close)
        self.addCleanup(self._logs_of_failure)
        self.guest.resume()
        deb = pathlib.Path(os.environ["ATTUNE_VM_DEB"])
        shutil.copy(deb, self.guest.share / "attune.deb")
        newer(deb, self.guest.share / "newer.deb")
        if os.environ.get("ATTUNE_VM_LIBRARIES"):
            shutil.copytree(os.environ["ATTUNE_VM_LIBRARIES"], self.guest.share / "libraries")
            self.guest.run("install -d /usr/lib/attune-swift; cp /share/libraries/* /usr/lib/attune-swift/; "
                           "echo /usr/lib/attune-swift >/etc/ld.so.conf.d/attune-swift.conf; ldconfig", PATIENCE)

    def _logs_of_failure(self):
        if self._outcome.result.errors or self._outcome.result.failures or not self._outcome.success:
            print(self.guest.logs(), file=sys.stderr, flush=True)

    def report(self, text):
        print(f"    {text}", file=sys.stderr, flush=True)

    def install(self, name):
        """Installs a package of the share. What was unpacked is written before the test goes on: the guest's
        disk is slow, and a daemon that syncs would wait for all of it."""
        return self.guest.run(f"{INSTALL} /share/{name} && sync", 900)

    def files(self, kind=""):
        """All files and folders of the guest that a package could leave behind, or those of a kind (for find)."""
        listed = self.guest.run(f"find / -xdev \\( -path /proc -o -path /sys -o -path /share \\) -prune -o {kind} -print", PATIENCE)
        return {path for path in listed.splitlines() if not path.startswith(OTHERS) and path + "/" not in OTHERS}

    def attune(self, arguments, user="experimenter"):
        return attune(self.guest, arguments, user)

    def process(self):
        return self.guest.run("systemctl show attuned -p MainPID,NRestarts,ActiveEnterTimestampMonotonic")

    @long
    def test_installed_upgraded_while_recording_removed_and_purged(self):
        before, contents = self.files(), self.files("! -type d")
        begun = time.monotonic()
        said = self.install("attune.deb")
        self.report(f"installed in {time.monotonic() - begun:.0f} s")
        self.assertIn("attune doctor", said)
        self.guest.run("useradd --groups attune,attune-operators experimenter")

        # A running station, and nothing that is needed is missing (the guest's disk is a small one).
        self.assertEqual(self.attune("status")["sessions"], [])
        _, told = self.guest.attempt("runuser -u experimenter -- attune doctor --json", PATIENCE)
        findings = json.loads(told)["checks"]
        self.report(", ".join(f"{one['check']} {one['verdict']}" for one in findings))
        self.assertEqual([one for one in findings if one["verdict"] == "missing" and one["check"] != "disk"], [])
        self.guest.run("bash -n /usr/share/bash-completion/completions/attune")
        # The guest leaves manual pages out when it unpacks; the package brings them.
        brought = {}
        for line in self.guest.run("dpkg-deb --contents /share/attune.deb").splitlines():
            _, _, size, _, _, path = line.split(None, 5)
            brought[path.removeprefix(".")] = int(size)
        listed = set(self.guest.run("dpkg -L attune").splitlines())
        for page in sorted((image.CHECKOUT / "systemd" / "man").iterdir()):
            path = f"/usr/share/man/man{page.suffix[1:]}/{page.name}.gz"
            self.assertGreater(brought.get(path, 0), 200, path)
            self.assertIn(path, listed)

        # Upgraded while it records: the same process goes on, and the operator's settings stay.
        self.guest.run("echo '# The laboratory changed this.' >>/etc/attune/attuned.yaml")
        session = self.attune("session start pilot P01 --pilot --no-devices")
        running = self.process()
        self.attune("session mark before")
        self.install("newer.deb")
        self.assertEqual(self.guest.run("dpkg-query -W -f '${Version}' attune"), "99.0")
        self.assertEqual(self.process(), running)
        self.assertEqual([(one["id"], one["state"]) for one in self.attune("status")["sessions"]],
                         [(session["id"], "recording")])
        self.attune("session mark after")
        stopped = self.attune("session stop --outcome completed --wait")
        self.assertEqual(stopped["state"], "finished")
        self.guest.run(f"attune check {stopped['file']}", PATIENCE)
        settings = self.guest.run("cat /etc/attune/attuned.yaml")
        self.assertIn("The laboratory changed this.", settings)
        self.assertNotIn("Of version 99.", settings)
        self.assertIn("Of version 99.", self.guest.run("cat /etc/attune/chat.yaml"))

        # Removed: nothing runs, recordings and settings are there. Purged: nothing but the recordings is.
        self.guest.run("DEBIAN_FRONTEND=noninteractive apt-get remove -q -y attune", 600)
        self.assertNotEqual(self.guest.attempt("systemctl is-active attuned attune-console attune-chat")[0], 0)
        self.guest.run(f"test -s {stopped['file']} && test -s /etc/attune/attuned.yaml && ! test -e /usr/bin/attune")
        self.guest.run("DEBIAN_FRONTEND=noninteractive apt-get purge -q -y attune", 600)
        left = sorted(self.files() - before)
        self.report(f"left after the purge: {left or 'nothing but the recordings'}")
        self.assertEqual([path for path in left if path != "/var/lib/attune"], [])
        # deb-systemd-helper takes folders of links away that were empty before.
        self.assertEqual(contents - self.files("! -type d"), set())
        self.guest.run(f"test -s {stopped['file']}")

        # Installed again, it finds them.
        self.install("attune.deb")
        self.assertEqual([one["id"] for one in self.attune("session list")], [session["id"]])
