"""A linked client with an outbox, over the independent Varlink library: sends events, and sends them
again until they are acknowledged, whatever becomes of the daemon."""

import threading
import time

import varlink


class LinkedClient:
    """Sends numbered events from a thread of its own until it is told to end."""

    def __init__(self, socket, session, name="stimulus", pause=0.02):
        self.address = f"unix:{socket}"
        self.session = session
        self.name = name
        self.pause = pause
        self.made = 0
        self.outbox = []
        self.acknowledged = 0
        self.connections = 0
        self.resent = 0
        self.faults = []
        self._highest_sent = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def end(self, seconds=30):
        """Makes no more events, and waits until all are acknowledged."""
        self._ending.set()
        self._thread.join(seconds)
        if self._thread.is_alive() or self.outbox:
            raise RuntimeError(
                f"{len(self.outbox)} events were never acknowledged: {self.faults[-3:]}")

    def _make(self):
        if not self._ending.is_set():
            self.made += 1
            self.outbox.append(
                {"sequence": self.made, "time_ns": time.monotonic_ns(), "kind": "stimulus",
                 "payload": {"number": self.made}})

    def _run(self):
        while self.outbox or not self._ending.is_set():
            try:
                with varlink.Client(self.address) as client, \
                        client.open("io.attune.Link") as link:
                    self._serve(link)
            except varlink.VarlinkError as error:
                # The daemon has not yet seen that the connection before is gone.
                self.faults.append(f"{error.error()} {error.parameters()}")
                if not error.error().endswith(("ClientBusy", "StorageFailed")):
                    return
            except (OSError, ValueError, KeyError) as error:
                self.faults.append(repr(error))
            self._make()
            time.sleep(self.pause)

    def _serve(self, link):
        reply = link.Register(
            session=self.session, client=self.name, title="A program", clock="station", streams=[])
        self.connections += 1
        self._forget(reply["acknowledged"])
        while self.outbox or not self._ending.is_set():
            self._make()
            batch = self.outbox[:200]
            if batch:
                self.resent += sum(1 for event in batch if event["sequence"] <= self._highest_sent)
                self._highest_sent = max(self._highest_sent, batch[-1]["sequence"])
                reply = link.SendEvents(session=self.session, client=self.name, events=batch)
                self._forget(reply["acknowledged"])
            time.sleep(self.pause)

    def _forget(self, acknowledged):
        self.acknowledged = max(self.acknowledged, acknowledged)
        self.outbox = [event for event in self.outbox if event["sequence"] > acknowledged]
