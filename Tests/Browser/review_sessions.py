"""Finished conversations for tests of reviews, said by a script through the real daemon, and raters who rate
by the console's own addresses."""

import json
import socket
import time
import urllib.parse
import uuid

STUDY = "browser"
# Hostile text, and a participant's code that raters must not see.
TURNS = [
    ("client", "I can't sleep. <img src=x onerror=\"document.title='broken'\"> Nothing helps 😔, {code} said."),
    ("participant", "You should just go for a run. It always helps me."),
    ("client", "I don't know. I feel alone with it & <b>tired</b>."),
    ("participant", "That sounds hard. What is it like in the evening, {code}?"),
]
SUGGESTION = "What would help you to rest?"
FEELING = "weary-as-shown"
REASON = "as-reasoned-here"


class Chat:
    """A linked client on the station's clock."""

    def __init__(self, station, session):
        self.session, self.sequence = session, 0
        self.connection = socket.socket(socket.AF_UNIX)
        self.connection.connect(str(station.socket))
        self.call("Register", title="Chat", clock="station", streams=[])

    def call(self, method, **parameters):
        message = {"method": f"io.attune.Link.{method}",
                   "parameters": {"session": self.session, "client": "chat", **parameters}}
        self.connection.sendall(json.dumps(message).encode() + b"\0")
        answer = b""
        while not answer.endswith(b"\0"):
            answer += self.connection.recv(65536) or b"\0"
        reply = json.loads(answer[:-1])
        if "error" in reply:
            raise RuntimeError(f"{method}: {reply}")
        return reply["parameters"]

    def say(self, kind, **payload):
        self.sequence += 1
        self.call("SendEvents", events=[{"sequence": self.sequence, "time_ns": time.monotonic_ns(), "kind": kind,
                                         "payload": payload}])


def record(station, code):
    """A finished conversation of a participant; gives its id."""
    session = station.attune("session", "start", STUDY, code, "--protocol", "browser-test")["id"]
    chat = Chat(station, session)
    for tier in ["conversation", "sensors", "draft-text"]:
        chat.say("consent", tier=tier, granted=True)
    station.phase(session, "chat")
    for number, (author, text) in enumerate(TURNS, 1):
        now = time.monotonic_ns()
        chat.say("turn", number=number, author=author, text=text.replace("{code}", code), composed_from_ns=now, sent_ns=now,
                 **({"draft": number // 2} if author == "participant" else {}))
        if author == "client":
            chat.say("emotion", which="displayed", turn=number, label=FEELING, emoji="😔", category="sadness",
                     valence=-0.6, arousal=0.1, uncertainty=0.2, probabilities={"sadness": 1}, source="lexicon")
            chat.say("suggestions", set=f"s{number}", turn=number, shown=True, source="scripted",
                     groups=[{"name": "mi", "title": "Motivational", "items": [{"id": "a", "text": SUGGESTION}]}])
    station.stop_session(session, "--outcome", "completed")
    return session


class Rater:
    """Rates by HTTP, as the page does."""

    def __init__(self, station, role=None, cookie=None):
        self.station = station
        self.cookie = cookie or station.cookie(role)
        self.csrf = self.ask("GET", "/api/me")[1]["csrf"]

    def ask(self, method, path, body=None, csrf=True):
        headers = {"cookie": self.cookie, "content-type": "application/json"}
        if csrf and method == "POST":
            headers["x-attune-csrf"] = self.csrf
        status, answered, data = self.station.request(method, path, json.dumps(body or {}) if method == "POST" else None, headers)
        self.raw, self.headers = data, answered
        try:
            return status, json.loads(data)
        except ValueError:
            return status, data

    def good(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        assert status == 200, (method, path, status, answer)
        return answer

    def list(self):
        return self.good("GET", "/api/review")["assignments"]

    def rate(self, assignment, values):
        """Answers all of an assignment's stages and locks them. `values(item, turn)` gives each value."""
        path = f"/api/review/{assignment}"
        state = self.good("POST", path + "/open")
        while state.get("stage"):
            stage = state["stage"]
            ratings = []
            for item in state["items"]:
                if stage not in item.get("stages", ["transcript"]):
                    continue
                turns = [None] if item["of"] == "session" else [
                    turn["number"] for turn in state["turns"] if item.get("author", "participant") in (turn["author"], "both")]
                # Why is said where the scheme asks for it.
                ratings += [{"change": str(uuid.uuid4()), "turn": turn, "item": item["name"], "value": values(item["name"], turn),
                             **({"rationale": REASON} if item.get("rationale") == "required" else {})} for turn in turns]
            if ratings:
                self.good("POST", path + "/ratings", {"ratings": ratings})
            state = self.good("POST", path + "/lock", {"stage": stage})
        return state

    def flag(self, assignment, code, turn, start, end, why=""):
        self.good("POST", f"/api/review/{assignment}/flags", {"flags": [{
            "change": str(uuid.uuid4()), "flag": str(uuid.uuid4()), "action": "add", "turn": turn, "start": start, "end": end,
            "code": code, "rationale": why}]})


def plan(station, sessions, raters, **options):
    """Makes a plan; gives its id."""
    address, asked = f"/api/reviews/{STUDY}/plans", {
        "id": str(uuid.uuid4()), "name": "Main review", "scheme": "peer-support-review", "sessions": sessions, "raters": raters,
        "raters_per_session": len(raters), "seed": 5, **options}
    made = station.post(address, asked)["plan"]
    before = station.get(f"{address}/{made}")["assignments"]
    # Where the answer was lost it is sent again: that makes nothing twice.
    assert station.post(address, asked)["plan"] == made
    assert station.get(f"{address}/{made}")["assignments"] == before
    return made


def invited(station, url):
    """The cookie of a participant who came by a link."""
    address = urllib.parse.urlsplit(url)
    return station.admitted(f"{address.scheme}://{address.netloc}{address.path}?{address.query}")
