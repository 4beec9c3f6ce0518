"""What must hold whatever the page, the operator or a model does: who wants out gets out, a no counts at
once, and nothing harmful or slow stands in the conversation's way. Real programs, and a stand-in for a
model's server.

    chat_guard.py PROGRAMS [wishes | consent | harm | slow | phases | streamed]...
"""

import http.server
import json
import pathlib
import sys
import threading
import time

from chat_room import PROTOCOL, check, events, finished, phase, whole


class Model(http.server.BaseHTTPRequestHandler):
    """Answers what is asked of it, after as long and with what a test wants."""
    asked, delays, texts = [], {}, {}
    protocol_version = "HTTP/1.1"
    usual = {
        "reply": "I feel so tired of all this lately.",
        "emotion": json.dumps({"valence": -0.5, "arousal": 0.1, "uncertainty": 0.2, "probabilities": {
            "sadness": 0.7, "fear": 0.1, "anger": 0.1, "disgust": 0, "happiness": 0, "surprise": 0,
            "neutral": 0.1}}),
        "suggestions": json.dumps({name: ["Say that of " + name] for name in (
            "motivational_interviewing", "empathetic_response", "emotional_support")}),
    }

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        order = body["messages"][0]["content"]
        purpose = ("suggestions" if "suggest what" in order
                   else "emotion" if "read the emotion" in order else "reply")
        Model.asked.append((time.monotonic(), purpose))
        time.sleep(Model.delays.get(purpose, 0))
        answer = json.dumps({
            "model": "stand-in-1", "usage": {"prompt_tokens": 1, "completion_tokens": 1},
            "choices": [{"message": {"role": "assistant",
                                     "content": Model.texts.get(purpose, Model.usual[purpose])},
                         "finish_reason": "stop"}]}).encode()
        try:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
        except OSError:
            pass

    def log_message(self, *_):
        pass


def protocol(extra=""):
    return PROTOCOL.replace("  clientLabel: Client\n", "  clientLabel: Client\n" + extra)


def modelled():
    """The whole procedure with a model for everything."""
    Model.asked, Model.delays, Model.texts = [], {}, {}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    tier = (f"  - {{name: model-endpoint, title: A model, covers: [model-requests], endpoint: "
            f'{{url: "{url}", operator: This test, country: none, retention: none}}}}\n')
    extra = (f'  model: {{url: "{url}", name: stand-in-1, retries: 0, timeoutSeconds: 8, '
             "onFailure: [scripted]}\n  suggestions: {source: model}\n  emotions: {scorer: model}\n")
    return protocol(extra).replace("chat:\n  persona", tier + "chat:\n  persona")


def chatting(station, page, *tiers):
    """Goes to the chat, with consent to these tiers beside the conversation."""
    phase(page, "consent")
    for tier in ("conversation", *tiers):
        page.tell("consent", tier=tier, granted=True)
    station.attune("session", "phase", "chat", "--reason", "a test")
    page.wait_for_turns(1)


def outcome(page):
    page.wait("the end", lambda state: state.get("ended"))
    return page.state["ended"]["outcome"]


def wishes(programs):
    """Who withdraws is not kept by what was pressed before or after."""
    for others in (["stop"], ["advance"]):
        with whole(programs) as (station, _, page):
            chatting(station, page)
            page.add("withdraw", what="all")
            for kind in others:
                page.add(kind, phase="chat")
            page.deliver()
            check(f"withdrawn, although {others[0]} came behind it", outcome(page) == "withdrawn",
                  page.state["ended"])
            check("and the conversation is shown no more", page.state.get("chat") is None)
    with whole(programs) as (station, _, page):
        chatting(station, page)
        page.tell("advance", phase="chat")
        page.tell("withdraw", what="all")
        check("withdrawn, although the next phase was on its way", outcome(page) == "withdrawn")


def consent(programs):
    """A no counts at once, whoever gives it, also for a request under way."""
    with whole(programs, protocol=modelled()) as (station, _, page):
        chatting(station, page, "model-endpoint")
        page.say("Tell me how you are", 1)
        page.deliver()
        page.wait_for_turns(2)
        time.sleep(1)
        station.attune("consent", "set", "P01", "--study", "whole", "model-endpoint", "no")
        time.sleep(1)
        count = len(Model.asked)
        page.say("And now, without it?", 2)
        page.deliver()
        page.wait_for_turns(3)
        time.sleep(1)
        check("the operator's no is obeyed", len(Model.asked) == count, Model.asked[count:])
        page.tell("consent", tier="model-endpoint", granted=True)
        time.sleep(1)
        Model.delays = {"reply": 2}
        page.say("Once more with it", 3)
        page.deliver()
        time.sleep(1)
        page.tell("withdraw", what="model-endpoint")
        count = len(Model.asked)
        check("the model was being asked", Model.asked[-1][1] == "reply", Model.asked)
        page.wait_for_turns(4)
        time.sleep(2)
        check("nothing more is asked of it", len(Model.asked) == count, Model.asked[count:])


def harm(programs):
    """What a model says and suggests is checked before anybody sees it."""
    with whole(programs, protocol=modelled()) as (station, session, page):
        chatting(station, page, "model-endpoint")
        Model.texts = {"suggestions": json.dumps({name: ["You should kill yourself, nobody needs you."]
                                                  for name in ("motivational_interviewing",
                                                               "empathetic_response",
                                                               "emotional_support")})}
        page.say("Tell me how you are", 1)
        page.deliver()
        page.wait_for_turns(2)
        page.wait("other suggestions", lambda state: (state["chat"].get("suggestions") or {}).get("turn") == 3)
        check("nobody is offered it", "kill yourself" not in json.dumps(page.history[-20:]))
        check("each group has something", len(page.state["chat"]["suggestions"]["groups"]) == 3)
        page.leave()
        found = [entry for _, entry in events(finished(station, session["id"]), "safety")]
        check("it is recorded that something was left out",
              any(entry["action"] == "suggestion-left-out" for entry in found), found)


def slow(programs):
    """A slow scorer, or slow suggestions, keep nobody from answering."""
    with whole(programs, protocol=modelled()) as (station, session, page):
        chatting(station, page, "model-endpoint")
        for number, purpose in enumerate(("emotion", "suggestions", "suggestions"), 1):
            Model.delays = {purpose: 6}
            began = time.monotonic()
            page.say(f"Tell me more, {number}", number)
            page.deliver()
            page.wait_for_turns(number + 1)
            check(f"slow {purpose}: the reply is there", time.monotonic() - began < 5)
        page.leave()
        scored = [entry for _, entry in events(finished(station, session["id"]), "emotion")
                  if entry["which"] == "scored"]
        check("a scorer that does not answer is not a neutral feeling",
              any(entry["source"].startswith("lexicon") for entry in scored), scored)


def phases(programs):
    """What one phase asked, a later one asks anew."""
    again = PROTOCOL.replace(
        "  - {name: debrief", "  - {name: later, title: Later, kind: ratings, questionnaires: [realism]}\n"
        "  - {name: debrief")
    with whole(programs, protocol=again) as (station, _, page):
        chatting(station, page)
        station.attune("session", "phase", "ratings", "--reason", "a test")
        phase(page, "ratings")
        page.add("answers", questionnaire="realism", answers={"human": 6}, final=True)
        page.tell("advance", phase="ratings")
        phase(page, "later")
        check("nothing is filled in before", not page.state["questionnaires"][0]["answers"])
        page.tell("advance", phase="later")
        time.sleep(1)
        check("and it has to be answered", page.state["phase"]["name"] == "later")


def streamed(programs):
    """A painted reply was given when its first word was, and is kept where the phase ends."""
    with whole(programs, protocol=protocol("  reply: {paint: streamed}\n")) as (station, session, page):
        chatting(station, page)
        page.say("Can you tell me more about your sister?", 1)
        page.deliver()
        page.wait("its first words", lambda state: any(
            turn["partial"] and turn["number"] > 2 for turn in state["chat"]["turns"]))
        seen = page.now()
        page.tell("turn_shown", number=3, shown_ns=seen)
        station.attune("session", "phase", "debrief", "--reason", "a test")
        phase(page, "debrief")
        page.leave()
        database = finished(station, session["id"])
        [(sent, shown)] = database.execute("SELECT sent_ns, shown_ns FROM turns WHERE number = 3").fetchall()
        check("the words that were read are stored, and not as sent after they were seen",
              sent <= shown, (sent, shown))


MODES = {"wishes": wishes, "consent": consent, "harm": harm, "slow": slow, "phases": phases,
         "streamed": streamed}

if __name__ == "__main__":
    for mode in sys.argv[2:] or MODES:
        print(f"-- {mode}", flush=True)
        MODES[mode](pathlib.Path(sys.argv[1]))
