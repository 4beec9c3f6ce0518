"""Who may watch and who may control: users of their own, with the groups that they had when they connected."""

import grp
import json
import os
import shutil
import socket
import subprocess
import sys
import unittest

import faults

USER = 4711
WATCH, CONTROL = "games", "news"


def call(connection, method, **parameters):
    """The answer, or the error's name."""
    connection.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
    received = b""
    while not received.endswith(b"\0"):
        piece = connection.recv(65536)
        if not piece:
            return "closed"
        received += piece
    return json.loads(received[:-1]).get("error", "ok").split(".")[-1]


def become(groups):
    """This thread's user and groups; root may come back from it."""
    os.seteuid(0)
    os.setgroups([grp.getgrnam(name).gr_gid for name in groups])
    os.setegid(USER)
    os.seteuid(USER)


def ask(path, groups, later=None):
    """What a user of these groups may do; with other groups once connected, where these are given."""
    become(groups)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(path)
    # The first call makes sure that the daemon has accepted.
    first = call(connection, "org.varlink.service.GetInfo")
    if later is not None:
        become(later)
    told = {"info": first,
            "watch": call(connection, "io.attune.Control.GetStatus"),
            "control": call(connection, "io.attune.Study.CreateStudy", study="rights",
                            protocol="pilot", participants=0),
            "withdraw": call(connection, "io.attune.Study.Withdraw", study="rights", participant="P01",
                             scope="all", trial=True)}
    connection.close()
    os.seteuid(0)
    os.setegid(0)
    return told


class RightsTest(faults.FaultTest):
    def test_rights_are_those_of_the_groups_at_connecting(self):
        if os.geteuid() != 0:
            # As root of a user namespace, which may take other users' names.
            if not shutil.which("newuidmap"):
                self.fail("newuidmap is missing: apt-get install uidmap")
            done = subprocess.run(
                ["unshare", "--user", "--map-root-user", "--map-auto", sys.executable,
                 faults.HERE / "run.py", self.programs, "test_rights_are_those"], stdin=subprocess.DEVNULL)
            return self.assertEqual(done.returncode, 0)
        station = self.station(f"station: test\nrights: {{watch: [{WATCH}], control: [{CONTROL}]}}\n")
        station.folder.chmod(0o755)
        station.runtime.chmod(0o755)
        station.start()
        path = str(station.socket)
        self.addCleanup(os.seteuid, 0)
        refused = "NotPermitted"
        nobody = ask(path, [])
        self.assertEqual((nobody["watch"], nobody["control"], nobody["withdraw"]), (refused,) * 3, nobody)
        watcher = ask(path, [WATCH])
        self.assertEqual((watcher["watch"], watcher["control"], watcher["withdraw"]), ("ok", refused, refused))
        operator = ask(path, [CONTROL])
        self.assertEqual((operator["watch"], operator["control"]), ("ok", "ok"), operator)
        self.assertEqual(operator["withdraw"], "NoSuchParticipant", "it was let through")
        # Groups that come or go once the connection stands change nothing: what was accepted counts.
        gained = ask(path, [], later=[CONTROL])
        self.assertEqual((gained["watch"], gained["withdraw"]), (refused, refused), gained)
        lost = ask(path, [CONTROL], later=[])
        self.assertEqual(lost["withdraw"], "NoSuchParticipant", lost)
        again = ask(path, [])
        self.assertEqual(again["watch"], refused, "the next connection counts anew")
        self.report(f"neither: {nobody}; watch: {watcher}; control: {operator}")


if __name__ == "__main__":
    unittest.main()
