"""The real station for the browser: the daemon, the command line and the chat's server, in a checkout of
their own that also has the protocol of these tests."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import sys
import tempfile

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(CHECKOUT / "Tests" / "Integration"))

import station  # noqa: E402
from station import Failure, wait_for  # noqa: E402,F401

PROTOCOL = pathlib.Path(__file__).with_name("browser-test.yaml")


class LiveStation(station.Station):
    """A station with a chat server; each session has one room."""

    PROGRAMS = ["attuned", "attune", "attune-chat"]

    def __init__(self, programs):
        self.checkout = pathlib.Path(tempfile.mkdtemp(prefix="attune-checkout-"))
        own = self.checkout / "programs"
        own.mkdir()
        for name in self.PROGRAMS:
            # Programs find their files from their own place.
            shutil.copy(pathlib.Path(programs) / name, own / name)
        (self.checkout / "Package.swift").touch()
        for folder in ["Devices", "Sources"]:
            (self.checkout / folder).symlink_to(CHECKOUT / folder)
        shutil.copytree(os.environ.get("ATTUNE_PROTOCOLS", CHECKOUT / "Protocols"), self.checkout / "Protocols")
        shutil.copy(PROTOCOL, self.checkout / "Protocols" / "studies")
        self.chat = None
        super().__init__(own, "devices: []\n")
        self.chat_log = self.folder / "chat.log"

    def __exit__(self, kind, error, trace):
        if kind is not None:
            self.show_chat_log()
        super().__exit__(kind, error, trace)
        shutil.rmtree(self.checkout, ignore_errors=True)

    def show_chat_log(self, lines=40):
        if self.chat_log.exists():
            print("--- the end of the chat's log:")
            print("\n".join(self.chat_log.read_text(errors="replace").splitlines()[-lines:]))

    def serve(self, port=0, *options):
        """Starts the chat's server."""
        self.chat = self.spawn("attune-chat", "--listen", f"127.0.0.1:{port}", "--runtime", self.runtime,
                               "--state", self.folder / "chat", *options, log=self.chat_log)
        wait_for("the chat's server", lambda: station.connects(self.runtime / "chat.sock"))

    def kill_chat(self):
        self.chat.send_signal(signal.SIGKILL)
        self.chat.wait()
        self.processes.remove(self.chat)

    def session(self, participant="p1", protocol="browser-test"):
        """Starts a session, and gives its id."""
        return self.attune("session", "start", "browser", participant, "--protocol", protocol, "--pilot")["id"]

    def link(self, session):
        """An invitation to a session's room."""
        return wait_for("an invitation", lambda: self._link(session))

    def _link(self, session):
        # The room comes a moment after its session.
        done = self.attune("chat", "link", session, check=False)
        return json.loads(done.stdout)["url"] if done.returncode == 0 else None

    def phase(self, session, name):
        self.attune("session", "phase", name, "--session", session, "--reason", "test", json_output=False)

    def wait_for_phase(self, session, name, seconds=30):
        wait_for(f"the phase {name}", lambda: self.current(session).get("phase") == name, seconds, step=0.1)

    def current(self, session):
        return next(one for one in self.attune("session", "list") if one["id"] == session)

    def stop_session(self, session, *options):
        self.attune("session", "stop", "--session", session, *options, "--wait", json_output=False, seconds=120)

    def file(self, session):
        """The session's file, opened for reading."""
        for path in self.data.rglob("*.attune"):
            database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
            database.row_factory = sqlite3.Row
            if database.execute("SELECT id FROM session").fetchone()[0].lower() == session.lower():
                return database
            database.close()
        raise Failure(f"there is no file of the session {session}")

    def events(self, database, kind):
        return [json.loads(row[0]) for row in database.execute(
            "SELECT payload FROM events WHERE kind = ? ORDER BY id", (kind,))]
