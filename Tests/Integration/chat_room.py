"""The participants' pages over real HTTP: the real daemon, the real chat, and pages without browsers.

    chat_room.py PROGRAMS [joining | reload | killed | daemon | two | refused | procedure | alarms | leaving
        | secure | model]...

Prints one line a check; ends with an error at the first that fails.
"""

import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import random
import shutil
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from chat_page import ChatProgram, Page
from station import Failure, Station, wait_for


SETTINGS = "station: test\n"


def check(what, condition, found=""):
    if not condition:
        raise Failure(f"{what} {found}")
    print("ok", what, flush=True)


def start(station, participant, protocol="pilot", phase="chat"):
    session = station.attune(
        "session", "start", protocol, participant, "--protocol", protocol, "--pilot")
    if phase:
        station.attune("session", "phase", phase, "--session", session["id"])
    return session


def finished(station, session):
    """Stops a session, and opens its file once it is finished."""
    # Edits of a draft are collected for a fifth of a second before they go to the daemon.
    time.sleep(0.6)
    station.attune("session", "stop", "--session", session, "--wait")

    def done():
        return next((entry for entry in station.attune("session", "list")
                     if entry["id"] == session and entry["state"] == "finished"), None)
    entry = wait_for("the session to be finished", done, 60)
    return sqlite3.connect(f"file:{entry['file']}?mode=ro", uri=True)


def events(database, kind=None):
    return [
        (kind, json.loads(payload)) for kind, payload in database.execute(
            "SELECT kind, payload FROM events WHERE ?1 IS NULL OR kind = ?1 ORDER BY rowid",
            (kind,))]


def stored_turns(database):
    return database.execute(
        "SELECT number, author, text, composed_from_ns, sent_ns, shown_ns FROM turns"
        " ORDER BY sent_ns").fetchall()


def show_turns(page, shown):
    """Tells of each turn that it stands on the page, as pages do."""
    for turn in page.turns():
        if turn["number"] not in shown:
            shown.add(turn["number"])
            page.add("turn_shown", number=turn["number"], shown_ns=page.now())


def joining(programs):
    with Station(programs, SETTINGS) as station:
        station.start()
        session = start(station, "P01")
        chat = ChatProgram(station)
        link = chat.invite(session["id"])
        page = Page(link)
        check("the cookie is for this room alone, and for HTTP alone",
              f"Path={page.room.rstrip('/')}" in page.cookie_text
              and "HttpOnly" in page.cookie_text and "SameSite=Strict" in page.cookie_text)
        try:
            Page(link)
            check("a link is used once", False)
        except Failure as failure:
            check("a link is used once", "410" in str(failure), failure)
        rooms = station.attune("chat", "rooms")["rooms"]
        check("the room is listed", rooms[0]["joined"] and not rooms[0]["open_invitations"])
        spare = chat.invite()
        station.attune("chat", "link", "--revoke")
        try:
            Page(spare)
            check("a void link lets nobody in", False)
        except Failure:
            check("a void link lets nobody in", True)
        page.measure().follow()
        page.tell("view", width=390, height=844)
        opening = page.wait_for_turns(1)[0]
        check("the client speaks first", opening["author"] == "client", opening)
        state = page.state
        check("suggestions come with it",
              len(state["chat"]["suggestions"]["groups"]) == 3, state["chat"]["suggestions"])
        check("so does a feeling", state["chat"]["emotion"]["emoji"], state["chat"]["emotion"])
        status, headers, _ = page.request("GET", page.room)
        check("the page is there", status == 200)
        check("it loads nothing from elsewhere",
              "default-src 'self'" in headers["Content-Security-Policy"])
        check("its clock is fine", headers["Cross-Origin-Opener-Policy"] == "same-origin"
              and headers["Cross-Origin-Embedder-Policy"] == "require-corp")
        page.leave()
        check("the chat ends in good order", chat.stop() == 0)
        check("and leaves no socket", not (station.runtime / "chat.sock").exists())
        check("so does the daemon", station.stop() == 0)


def converse(page, count, shown, draft=1):
    """Says something, and waits for the answers."""
    for number in range(count):
        before = len(page.turns("client"))
        page.say(f"That sounds hard to me, tell me more please {draft + number}", draft + number)
        page.deliver()
        page.wait_for_turns(before + 1)
        show_turns(page, shown)
        page.deliver()


def reload(programs):
    with Station(programs, SETTINGS) as station:
        station.start()
        session = start(station, "P01")
        chat = ChatProgram(station)
        first = Page(chat.invite()).measure().follow()
        shown = set()
        first.wait_for_turns(1)
        converse(first, 2, shown)
        # A draft is begun, and the page loaded anew before it was told.
        first.say("half a thought", 3, identifier="repeated")
        first.leave()
        second = Page(other=first).measure().follow()
        check("a page that is loaded anew shows everything",
              [turn["text"] for turn in second.turns()] == [turn["text"] for turn in first.turns()])
        second.tell("view", width=800, height=600)
        # What the first load did not deliver comes late, in pieces, twice, and out of order.
        pending = list(first.unacknowledged)
        status, answer = first.post(events=pending[5:])
        check("what leaves something out waits", status == 200
              and answer["acknowledged"] == pending[0]["sequence"] - 1, answer)
        first.post(events=pending[:7])
        first.post(events=pending[:7])
        status, answer = first.post(events=pending)
        check("then all of it is taken", answer["acknowledged"] == pending[-1]["sequence"], answer)
        second.wait_for_turns(3, "participant")
        # The same message from another load of the page is the same message.
        second.say("half a thought", 3, identifier="repeated")
        second.deliver()
        second.wait_for_turns(4)
        check("the message stands once", len(second.turns("participant")) == 3)
        second.leave()
        compare(finished(station, session["id"]), second, [first, second])
        chat.stop()
        station.stop()


def compare(database, page, pages):
    """The session's file has each message once, and each event that pages told."""
    stored = stored_turns(database)
    seen = page.turns()
    check("each turn is stored once, in order, word for word",
          [(number, author, text) for number, author, text, *_ in sorted(stored)]
          == [(turn["number"], turn["author"], turn["text"]) for turn in seen],
          f"{[row[:3] for row in stored]} {seen}")
    edits = database.execute("SELECT count(*) FROM draft_edits").fetchone()[0]
    numbers = database.execute(
        "SELECT client, client_sequence FROM events WHERE client LIKE 'page-%' UNION ALL"
        " SELECT client, client_sequence FROM draft_edits UNION ALL"
        " SELECT client, client_sequence FROM turns WHERE client LIKE 'page-%'").fetchall()
    found = {}
    for client, sequence in numbers:
        found.setdefault(client, []).append(sequence)
    expected = sorted(list(range(1, one.sequence + 1)) for one in pages if one.sequence)
    check("each event of each load is stored once",
          sorted(sorted(entry) for entry in found.values()) == expected,
          {client: (len(entry), max(entry)) for client, entry in found.items()})
    check("drafts are there", edits > 0, edits)
    return stored


def killed(programs):
    """kill -9 of the chat at random moments, mid-turn and mid-reply, with a daemon that stays."""
    chance = random.Random(5)
    with Station(programs, SETTINGS) as station:
        station.start()
        session = start(station, "P01")
        chat = ChatProgram(station, pace=0.05)
        page = Page(chat.invite()).measure().follow()
        page.wait_for_turns(1)
        shown = set()
        for number in range(1, 9):
            before = len(page.turns("client"))
            page.say(f"I hear how hard this is for you, number {number}", number)
            if number % 2:
                # Some of the message is told when the chat dies.
                page.post(events=page.unacknowledged[:chance.randrange(1, 20)])
                chat.kill()
                chat.start()
                page.deliver()
            else:
                page.deliver()
                # The reply is being made, or waits for its moment.
                time.sleep(chance.uniform(0, 0.25))
                chat.kill()
                chat.start()
            page.wait_for_turns(before + 1, seconds=60)
            show_turns(page, shown)
            page.deliver()
        page.leave()
        check("every message has one answer", len(page.turns("client")) == 9, page.turns())
        database = finished(station, session["id"])
        stored = compare(database, page, [page])
        check("the times of the page lie on the station's clock",
              all(composed is None or composed <= sent for _, _, _, composed, sent, _ in stored)
              and all(shown is not None for *_, shown in stored), stored)
        kinds = {kind for kind, _ in events(database)}
        check("what lies behind the replies is stored",
              {"reply", "emotion", "suggestions", "provenance", "persona_state"} <= kinds, kinds)
        chat.stop()
        station.stop()


def daemon(programs):
    """kill -9 of the daemon, while the chat and the page go on."""
    with Station(programs, SETTINGS) as station:
        station.start()
        session = start(station, "P01")
        chat = ChatProgram(station)
        page = Page(chat.invite()).measure().follow()
        page.wait_for_turns(1)
        shown = set()
        for number in range(1, 4):
            before = len(page.turns("client"))
            page.say(f"I am still here with you, number {number}", number)
            page.deliver()
            station.kill()
            page.measure()
            page.wait_for_turns(before + 1)
            show_turns(page, shown)
            page.deliver()
            station.start()
        check("the conversation went on meanwhile", len(page.turns("client")) == 4)

        def recording():
            states = {entry["id"]: entry["state"] for entry in station.attune("session", "list")}
            return states.get(session["id"]) == "recording"
        wait_for("the session to go on", recording)
        page.leave()

        def delivered():
            return all(room["turns"] == len(page.turns())
                       for room in station.attune("chat", "rooms")["rooms"])
        wait_for("the room", delivered)
        # Links try again with growing pauses.
        time.sleep(6)
        compare(finished(station, session["id"]), page, [page])
        chat.stop()
        station.stop()


def two(programs):
    with Station(programs, SETTINGS) as station:
        station.start()
        sessions = [start(station, f"P0{number}") for number in (1, 2)]
        chat = ChatProgram(station)
        pages = [Page(chat.invite(session["id"])).measure().follow() for session in sessions]
        for page in pages:
            page.wait_for_turns(1)
        for number in range(1, 4):
            for who, page in enumerate(pages):
                page.say(f"Participant {who} says that, message {number}", number)
                page.deliver()
            for page in pages:
                page.wait_for_turns(number + 1)
        for who, page in enumerate(pages):
            texts = [turn["text"] for turn in page.turns("participant")]
            check(f"participant {who} sees only their own",
                  all(f"Participant {who}" in text for text in texts) and len(texts) == 3, texts)
        first, second = pages
        status, _, _ = first.request("GET", second.room + "state", cookie=first.cookie)
        check("another room's cookie is refused", status == 403, status)
        status, _, _ = first.request("GET", second.room, cookie=first.cookie)
        check("so is its page", status == 403, status)
        for session, page in zip(sessions, pages):
            page.leave()
            compare(finished(station, session["id"]), page, [page])
        chat.stop()
        station.stop()


def refused(programs):
    """What comes from outside and is not as it should be."""
    with Station(programs, SETTINGS) as station:
        station.start()
        start(station, "P01")
        chat = ChatProgram(station)
        page = Page(chat.invite()).measure().follow()
        for path in ("/page/../../Package.swift", "/page/%2e%2e/%2e%2e/Package.swift",
                     "/page/..%2f..%2fPackage.swift", "/page/.hidden", "/page/", "/page/texts",
                     "/page//etc/passwd", "/../etc/passwd", "/page/index.html%00.js"):
            status, data = page.insist("GET", path)
            check(f"{path} leads nowhere", status in (400, 404) and b"import Pack" not in data,
                  status)
        status, data = page.insist("GET", "/page/app.js")
        check("a file of the page is there", status == 200, status)
        status, headers, _ = page.request("GET", "/page/app.js")
        status, _, _ = page.request(
            "GET", "/page/app.js", headers={"If-None-Match": headers["ETag"]})
        check("and is not sent again where it is known", status == 304, status)
        status, _, _ = page.request("POST", page.room + "events", b"x" * (600 << 10))
        check("an oversize body is refused", status == 413, status)
        status, _ = page.insist(
            "POST", page.room + "events",
            headers={"Content-Length": str(1 << 30), "Content-Type": "application/json"})
        check("at once, when it says so itself", status == 413, status)
        status, _, _ = page.request("GET", page.room + "state", cookie="")
        check("without a cookie nobody comes in", status == 403, status)
        status, _, _ = page.request("GET", page.room + "state", cookie="x" * 43)
        check("nor with a made-up one", status == 403, status)
        status, _, _ = page.request("GET", "/r/nowhere/state")
        check("a room that is not there is gone", status == 410, status)
        status, _, _ = page.request(
            "POST", page.room + "events", {"page": page.page, "events": []},
            headers={"Sec-Fetch-Site": "cross-site"})
        check("another site may not post", status == 403, status)
        empty = {"page": page.page, "events": []}
        for origin, wanted in (
                (page.base, 200), (page.base.upper(), 200), ("null", 403), ("", 403),
                ("https://example.org", 403), (page.base + "0", 403)):
            status, _, _ = page.request(
                "POST", page.room + "events", empty, headers={"Origin": origin})
            check(f"from '{origin}' the answer is {wanted}", status == wanted, status)
        for address in ("events", "clock"):
            status, _, _ = page.request(
                "POST", page.room + address, empty, headers={"Content-Type": "text/plain"})
            check(f"{address} have to be JSON", status == 415, status)
        for body in (b"", b"{", b"[]", b'{"page": "x"}', b'{"page": "abcdefgh", "events": 3}',
                     b'{"page": "abcdefgh", "events": [{"sequence": 0}]}',
                     b'{"page": "abcdefgh", "events": [{"sequence": 1, "time_ns": 1e300, "kind": "a"}]}',
                     b'{"page": "abcdefgh", "trips": [{"client_sent_ns": "x"}]}',
                     b"[" * 5000):
            status, _, _ = page.request("POST", page.room + "events", body)
            check(f"{body[:60]} is refused in words", status == 400, status)
        # Events that make no sense are kept as notes, and what comes after them is taken.
        page.add("turn", text="")
        page.add("alarm", code="forged", text="x", severity="urgent", needs_acknowledgement=True)
        page.add("draft_edit", draft="x")
        page.add("answers", questionnaire="nowhere", answers={}, final=True)
        page.say("And this is said all the same", 1)
        page.deliver()
        page.wait_for_turns(1, "participant")
        check("a page cannot raise alarms of its own",
              not any(alarm["code"] == "forged" for alarm in station.attune("status")["alarms"]))
        statuses = {page.post(events=[], trips=[])[0] for _ in range(300)}
        check("who asks too often is slowed down", 429 in statuses, statuses)
        page.leave()
        chat.stop()
        station.stop()


PROTOCOL = """
name: whole
version: 1
title: The whole procedure
language: en
phases:
  - {name: consent, title: Consent, kind: consent}
  - {name: rest, title: Rest, kind: baseline, durationSeconds: 1}
  - {name: typing, title: Typing, kind: baseline, task: typing, text: The sun is warm.}
  - {name: briefing, title: Briefing, kind: briefing, instructions: You chat with a program.}
  - {name: chat, title: Chat, kind: chat, advance: participant}
  - {name: ratings, title: Ratings, kind: ratings, questionnaires: [realism]}
  - {name: debrief, title: Debrief, kind: debrief}
questionnaires:
  - name: realism
    title: Realism
    items:
      - {name: human, kind: likert, text: How human-like?, points: 7, required: true}
      - {name: why, kind: text, text: Why?, when: {item: human, atLeast: 5}}
    scales: [{name: realism, title: Realism, items: [human]}]
consent:
  - {name: conversation, title: The conversation, covers: [turns, draft-edits], required: true}
  - {name: draft-text, title: Drafts, covers: [draft-text]}
chat:
  persona: distressed-client
  clientLabel: Client
  safety:
    acknowledgeWithinSeconds: 5
    participant: {cues: CUES, resources: [{title: Helpline, phone: "123"}]}
"""


def checkout(programs, folder, protocol, name="whole", also=()):
    """A checkout of its own with the protocol: programs take it from the folders above their place."""
    source = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(folder)
    for part in ("Devices/profiles", "Protocols", "Sources/Chat/Page", *(["Sources/Console/Page"] if also else [])):
        shutil.copytree(source / part, folder / part)
    (folder / "Package.swift").write_text("")
    (folder / f"Protocols/studies/{name}.yaml").write_text(protocol)
    (folder / "programs").mkdir()
    for program in ("attuned", "attune", "attune-chat", *also):
        try:
            os.link(programs / program, folder / "programs" / program)
        except OSError:
            shutil.copy(programs / program, folder / "programs" / program)
    return folder / "programs"


@contextlib.contextmanager
def whole(programs, cues="alert-and-pause", protocol=PROTOCOL):
    """A station with a session of the whole procedure, its chat, and a page that follows."""
    with tempfile.TemporaryDirectory(prefix="attune-checkout-") as folder:
        with Station(checkout(programs, folder, protocol.replace("CUES", cues)), SETTINGS) as station:
            station.start()
            session = station.attune(
                "session", "start", "whole", "P01", "--protocol", "whole", "--pilot")
            chat = ChatProgram(station)
            page = Page(chat.invite()).measure().follow()
            yield station, session, page
            page.leave()
            check("the chat ends in good order", chat.stop() == 0)
            station.stop()


def phase(page, name):
    page.wait(f"the phase {name}", lambda state: (state["phase"] or {}).get("name") == name)
    page.tell("phase_shown", phase=name)


def procedure(programs):
    """From consent to the end, by the participant alone."""
    with whole(programs) as (station, session, page):
        phase(page, "consent")
        check("consent is asked for", page.state["consent"]["needed"])
        page.tell("advance", phase="consent")
        time.sleep(1)
        check("without what is required it does not go on",
              page.state["phase"]["name"] == "consent")
        page.add("consent", tier="conversation", granted=True)
        page.add("consent", tier="draft-text", granted=True)
        page.tell("advance", phase="consent")
        phase(page, "rest")
        check("text of drafts may be told", page.state["limits"]["draft_text"])
        phase(page, "typing")
        check("the text to copy is there", page.state["phase"]["text"] == "The sun is warm.")
        page.add("typing_task", length=16, errors=0)
        page.tell("advance", phase="typing")
        phase(page, "briefing")
        page.tell("advance", phase="briefing")
        phase(page, "chat")
        page.wait_for_turns(1)
        offered = page.state["chat"]["suggestions"]
        item = offered["groups"][1]["items"][0]
        page.add("suggestions_shown", set=offered["set"],
                 ids=[entry["id"] for group in offered["groups"] for entry in group["items"]])
        page.add("suggestion_inserted", id=item["id"], draft=1, position=0, deleted=0,
                 inserted=len(item["text"]))
        page.add("turn", id="one", text=item["text"], draft=1, sent_ns=page.now())
        page.deliver()
        page.wait_for_turns(2)
        page.add("draft_edit", draft=2, position=0, deleted=0, inserted=1,
                 **{"class": "letter", "text": "q"})
        page.add("withdraw", what="draft-text")
        page.add("draft_edit", draft=2, position=1, deleted=0, inserted=1,
                 **{"class": "letter", "text": "z"})
        page.deliver()
        page.wait("drafts' text to be off", lambda state: not state["limits"]["draft_text"])
        page.add("draft_edit", draft=2, position=2, deleted=0, inserted=1,
                 **{"class": "letter", "text": "w"})
        page.tell("advance", phase="chat")
        phase(page, "ratings")
        questionnaire = page.state["questionnaires"][0]
        check("the questionnaire is there",
              [entry["name"] for entry in questionnaire["items"]] == ["human", "why"])
        page.tell("answers", questionnaire="realism", answers={"why": "x"}, final=True)
        page.tell("advance", phase="ratings")
        time.sleep(1)
        check("what is asked has to be answered", page.state["phase"]["name"] == "ratings")
        page.add("answers", questionnaire="realism", answers={"human": 6}, final=True)
        page.tell("advance", phase="ratings")
        phase(page, "debrief")
        page.tell("advance", phase="debrief")
        page.wait("the end", lambda state: state.get("ended"))
        check("the session is completed", page.state["ended"]["outcome"] == "completed",
              page.state["ended"])
        status, _ = page.post(events=[])
        check("who comes late is told", status == 410, status)
        entry = wait_for("the session to be finished", lambda: next(
            (entry for entry in station.attune("session", "list")
             if entry["id"] == session["id"] and entry["state"] == "finished"), None))
        database = sqlite3.connect(f"file:{entry['file']}?mode=ro", uri=True)
        found = events(database)
        report = next(payload for kind, payload in found if kind == "provenance")
        check("a suggestion that was taken whole is found", report["class"] == "direct-adoption",
              report)
        answers = [payload for kind, payload in found if kind == "answers"]
        check("answers are stored with their scales", answers[-1]["final"]
              and answers[-1]["scales"][0]["scale"] == "realism", answers)
        texts = [row[0] for row in database.execute(
            "SELECT text FROM draft_edits WHERE text IS NOT NULL")]
        check("nothing of a draft's text is left after its withdrawal", not set(texts) & {"z", "w"},
              texts)
        outcome = database.execute("SELECT outcome FROM session").fetchone()[0]
        check("the outcome is stored", outcome == "completed", outcome)


def alarms(programs):
    """A cue of danger in what the participant writes."""
    for cues in ("alert", "alert-and-pause"):
        with whole(programs, cues) as (station, session, page):
            phase(page, "consent")
            page.tell("consent", tier="conversation", granted=True)
            station.attune("session", "phase", "chat", "--reason", "a test")
            page.wait_for_turns(1)
            page.say("Sometimes I want to kill myself", 1)
            page.deliver()
            page.wait("the resources", lambda state: state["resources"])
            check(f"{cues}: resources are offered at once",
                  page.state["resources"][0]["phone"] == "123")
            raised = wait_for("the alarm", lambda: [
                alarm for alarm in station.attune("status")["alarms"]
                if alarm["code"] == "participant-safety"])
            check(f"{cues}: the operator is told", raised[0]["severity"] == "urgent", raised)
            check(f"{cues}: without a word of it", "Sometimes" not in raised[0]["text"], raised)
            page.wait("the pause", lambda state: state.get("paused"), 20)
            check(f"{cues}: the session pauses", not page.state["chat"]["can_write"])


def leaving(programs):
    """Stop, and withdrawal: one click each, in any phase."""
    for kind, payload, outcome in (("stop", {}, "aborted"), ("withdraw", {"what": "all"}, "withdrawn")):
        with whole(programs) as (station, session, page):
            phase(page, "consent")
            page.tell(kind, **payload)
            page.wait("the end", lambda state: state.get("ended"))
            check(f"{kind} ends the session as {outcome}",
                  page.state["ended"]["outcome"] == outcome, page.state["ended"])


def secure(programs):
    """Others than this machine are served over TLS alone."""
    with Station(programs, SETTINGS) as station:
        station.start()
        start(station, "P01")
        done = subprocess.run(
            [programs / "attune-chat", "--runtime", station.runtime, "--state",
             station.path("chat-state"), "--listen", "0.0.0.0:0"],
            capture_output=True, text=True, timeout=30)
        check("without TLS others are not served", done.returncode == 78
              and "--tls-self-signed" in done.stderr, (done.returncode, done.stderr))
        if not shutil.which("openssl"):
            print("there is no openssl here: the rest is left out")
            return
        chat = ChatProgram(station, "--tls-self-signed")
        check("the address says so", chat.address.startswith("https://"), chat.address)
        certificate = ssl.get_server_certificate(("127.0.0.1", chat.port))
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).hexdigest().upper()
        printed = next(line for line in chat.printed if "fingerprint" in line)
        check("the fingerprint is the certificate's",
              printed.split(": ")[1].strip().replace(":", "") == digest, printed)
        context = ssl.create_default_context(cadata=certificate)
        link = chat.invite()
        page = Page(link, context=context)
        check("the cookie goes over TLS alone", "Secure" in page.cookie_text)
        page.measure().follow()
        page.wait_for_turns(1)
        page.leave()
        check("the key is for its owner alone",
              all(file.stat().st_mode & 0o77 == 0
                  for file in pathlib.Path(station.path("chat-state")).glob("*.key")))
        chat.stop()
        station.stop()


class StandIn(http.server.BaseHTTPRequestHandler):
    """A model's server that streams, until it is told to fail."""

    asked = []
    fails = False

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        StandIn.asked.append(body)
        if StandIn.fails:
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for word in "I feel so tired of all this lately.".split(" "):
            piece = {"id": "1", "object": "chat.completion.chunk", "model": "stand-in-1",
                     "choices": [{"index": 0, "delta": {"content": word + " "}}]}
            self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
            self.wfile.flush()
            time.sleep(0.01)
        end = {"id": "1", "object": "chat.completion.chunk", "model": "stand-in-1",
               "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        self.wfile.write(f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n".encode())

    def log_message(self, *arguments):
        pass


def model(programs):
    """A model speaks for the client; when it fails, the protocol's fallback does."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    extra = f"""
  model: {{url: "{url}", name: stand-in-1, retries: 0, timeoutSeconds: 5, onFailure: [scripted]}}
"""
    tier = f"""
  - name: model-endpoint
    title: A model
    covers: [model-requests]
    endpoint: {{url: "{url}", operator: This test, country: none, retention: none}}
"""
    protocol = PROTOCOL.replace("chat:\n  persona", tier.lstrip("\n") + "chat:\n  persona")
    protocol = protocol.replace("  clientLabel: Client\n", "  clientLabel: Client" + extra)
    with whole(programs, protocol=protocol) as (station, session, page):
        phase(page, "consent")
        page.add("consent", tier="conversation", granted=True)
        page.tell("consent", tier="model-endpoint", granted=True)
        station.attune("session", "phase", "chat", "--reason", "a test")
        page.wait_for_turns(1)
        page.say("Tell me how you are", 1)
        page.deliver()
        answer = page.wait_for_turns(2)[-1]
        check("the model's words are the reply", "tired of all this" in answer["text"], answer)
        check("nothing that is sent holds a code",
              StandIn.asked and not any(code.encode() in body for body in StandIn.asked
                                        for code in ("P01", session["id"], "whole")))
        StandIn.fails = True
        page.say("And what comes next?", 2)
        page.deliver()
        page.wait_for_turns(3)
        check("a model that fails does not stop the chat", True)
        page.leave()
        database = finished(station, session["id"])
        calls = [payload for _, payload in events(database, "model_call")]
        check("requests and answers are stored, with their times",
              calls[0]["request"] and calls[0]["response"]
              and calls[0]["attempts"][0]["first_token_ns"] >= calls[0]["attempts"][0]["sent_ns"],
              calls)
        check("failures too", any(call.get("failure") for call in calls))
        replies = [payload for _, payload in events(database, "reply")]
        check("each reply says what made it",
              any(reply["source"].startswith("model/") for reply in replies)
              and replies[-1]["fallback"], replies)
    server.shutdown()


MODES = {"joining": joining, "reload": reload, "killed": killed, "daemon": daemon, "two": two, "refused": refused,
         "procedure": procedure, "alarms": alarms, "leaving": leaving, "secure": secure,
         "model": model}

if __name__ == "__main__":
    for mode in sys.argv[2:] or MODES:
        print(f"-- {mode}", flush=True)
        MODES[mode](pathlib.Path(sys.argv[1]))
