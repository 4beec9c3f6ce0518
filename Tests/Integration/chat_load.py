"""Many chats on one process: how long messages, replies and suggestions take.

    chat_load.py PROGRAMS [PAGES] [MESSAGES] [SECONDS between messages] [--json]

Each page types as people do (some letters at a time are handed in), sends, and waits for the reply. Times
are those of this client: from the request to its answer, and between pieces of the stream.
"""

import json
import pathlib
import random
import statistics
import sys
import threading
import time

from chat_page import ChatProgram, Page
from station import Failure, Station, wait_for


def quantiles(values):
    ordered = sorted(values)
    if not ordered:
        return "none"
    return (f"p50 {statistics.median(ordered):.1f} ms, "
            f"p99 {ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]:.1f} ms, "
            f"worst {ordered[-1]:.1f} ms ({len(ordered)})")


class Talker(threading.Thread):
    """One participant."""

    def __init__(self, page, number, messages, pause):
        super().__init__(daemon=True)
        self.page, self.number, self.messages, self.pause = page, number, messages, pause
        self.edits, self.acks, self.replies = [], [], []
        self.failure = None

    def run(self):
        try:
            chance = random.Random(self.number)
            time.sleep(chance.uniform(0, self.pause))
            for message in range(1, self.messages + 1):
                self.talk(message, chance)
        except Exception as failure:
            self.failure = failure

    def talk(self, message, chance):
        page = self.page
        text = f"I hear you, and I would like to understand more of it ({message})"
        began = time.monotonic()
        for position in range(0, len(text), 6):
            page.type(text[position:position + 6], message)
            sent = time.monotonic()
            page.post()
            self.edits.append((time.monotonic() - sent) * 1e3)
            time.sleep(self.pause / 20)
        before = len(page.turns("client"))
        page.add("turn", id=f"{self.number}-{message}", text=text, draft=message,
                 sent_ns=page.now())
        sent = time.monotonic()
        status, _ = page.post()
        if status != 200:
            raise Failure(f"a message answers {status}")
        self.acks.append((time.monotonic() - sent) * 1e3)
        page.wait_for_turns(before + 1, seconds=60)
        self.replies.append((time.monotonic() - sent) * 1e3)
        time.sleep(max(0, self.pause - (time.monotonic() - began)))


def suggestion_times(page):
    """From each turn of the client on the stream to the suggestions that belong to it."""
    turns, found = {}, []
    for moment, _, value in page.history:
        chat = value.get("chat") or {}
        for turn in chat.get("turns") or []:
            if turn["author"] == "client":
                turns.setdefault(turn["number"], moment)
        offer = chat.get("suggestions")
        if offer and offer.get("turn") in turns:
            found.append((moment - turns.pop(offer["turn"])) * 1e3)
    return found


def usage(process):
    fields = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    size = next(line.split()[1] for line in fields.splitlines() if line.startswith("VmRSS"))
    ticks = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(size) / 1024, (int(ticks[11]) + int(ticks[12])) / 100


def main(programs, pages=50, messages=5, pause=10.0, json_line=False):
    with Station(programs, "station: load\n") as station:
        station.start()
        chat = ChatProgram(station, pace=0)
        talkers = []
        for number in range(pages):
            session = station.attune(
                "session", "start", "pilot", f"P{number:02}", "--protocol", "pilot", "--pilot")
            station.attune("session", "phase", "chat", "--session", session["id"])
            page = Page(chat.invite(session["id"])).measure().follow()
            talkers.append(Talker(page, number, messages, pause))
        for talker in talkers:
            talker.page.wait_for_turns(1)
        print(f"{pages} pages are in their rooms", file=sys.stderr, flush=True)
        _, before = usage(chat.process)
        began = time.monotonic()
        for talker in talkers:
            talker.start()
        for talker in talkers:
            talker.join()
        seconds = time.monotonic() - began
        size, after = usage(chat.process)
        failures = [talker.failure for talker in talkers if talker.failure]
        if failures:
            print(chat.log()[-2000:])
            raise Failure(f"{len(failures)} pages failed: {failures[0]}")
        found = {
            "edits": [value for talker in talkers for value in talker.edits],
            "acks": [value for talker in talkers for value in talker.acks],
            "replies": [value for talker in talkers for value in talker.replies],
            "suggestions": [value for talker in talkers for value in suggestion_times(talker.page)],
        }
        share = 100 * (after - before) / seconds
        if json_line:
            print(json.dumps({**found, "megabytes": size, "processor_percent": share}))
        else:
            print(f"{pages} chats, {messages} messages each, {seconds:.0f} s")
            print("draft edits, request to answer:", quantiles(found["edits"]))
            print("message, request to answer:    ", quantiles(found["acks"]))
            print("message to reply (no delay):   ", quantiles(found["replies"]))
            print("client's turn to suggestions:  ", quantiles(found["suggestions"]))
            print(f"attune-chat: {size:.0f} MB, {share:.0f}% of a processor")
        for talker in talkers:
            talker.page.leave()
            if len(talker.page.turns("client")) != messages + 1:
                raise Failure("a message has no answer, or two")
        expected = sum(len(talker.page.turns()) for talker in talkers)

        def stored():
            rooms = station.attune("chat", "rooms")["rooms"]
            return sum(room["turns"] for room in rooms) == expected
        wait_for("all turns to be in their rooms", stored)
        chat.stop()
        station.stop()


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--json"]
    main(pathlib.Path(given[0]), *[int(value) for value in given[1:3]],
         *[float(value) for value in given[3:4]], json_line="--json" in sys.argv)
