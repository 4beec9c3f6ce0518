"""The audit trail of a session against the journal of a real machine, where the daemon anchored its head."""

import json
import shutil
import sqlite3

import image  # noqa: F401  says where the readers are
from station import PATIENCE, StationTest
import audit_trail


class TrailTest(StationTest):
    def check(self, path, user="root"):
        """What attune check says of a file, and how it ends."""
        status, output = self.guest.attempt(f"runuser -u {user} -- attune check {path} --json", PATIENCE)
        return status, json.loads(output)

    def test_the_journal_knows_the_chain(self):
        self.start_daemon("devices: []\n")
        session = self.attune("session start trail P01 --protocol pilot --pilot")["id"]
        self.attune("session mark here")
        path = self.finished_file()
        made = self.guest.share / "made.attune"
        shutil.copy(path, made)
        subject, count, head = audit_trail.verify(made, session)
        # The anchor of the last row is written when the session is finished; the journal takes a moment.
        self.guest.wait_until(f"journalctl --system --quiet -o cat ATTUNE_SUBJECT={subject} | grep {head}",
                              "the chain's head is in the journal", PATIENCE)
        self.guest.run("cp /share/made.attune /run/whole.attune")
        status, said = self.check("/run/whole.attune")
        self.report(f"{count} rows: {said['result']}, compared with {said.get('journal')}")
        self.assertEqual((status, said["result"], said.get("journal")), (0, "ok", "the journal"), said)
        # Nothing was compared where the journal may not be read.
        self.guest.run("chmod 644 /run/whole.attune")
        status, said = self.check("/run/whole.attune", "experimenter")
        self.assertEqual((status, said.get("journal")), (0, None), said)

        # One row is another, and the chain was made anew: it holds by itself, and the journal tells.
        database = sqlite3.connect(made)
        database.execute("UPDATE audit SET actor = 'uid 4711' WHERE id = 2")
        database.commit()
        database.close()
        audit_trail.chain_anew(made)
        audit_trail.verify(made, session)
        self.guest.run("cp /share/made.attune /run/anew.attune; chmod 644 /run/anew.attune")
        self.assertEqual(self.check("/run/anew.attune", "experimenter")[0], 0)
        status, said = self.check("/run/anew.attune")
        errors = [entry for entry in said["findings"] if entry["severity"] == "error"]
        self.report(f"made anew: {errors[0]['message'] if errors else said}")
        self.assertEqual((status, {entry["subject"] for entry in errors}), (1, {"audit"}), said)
