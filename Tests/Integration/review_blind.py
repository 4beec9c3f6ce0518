"""What raters must never reach or learn: assignments of others, sessions that are not assigned, and codes,
dates, conditions, files or purposes in any answer, header or error. Called by Tests/Browser/test_review.py with a
station whose plan has the raters anna and ben."""

import json
import re
import uuid

NOWHERE = "/api/review/00000000-0000-4000-8000-000000000000"


def check(station, rater, other, participant, study, codes, sessions):
    """`rater` and `other` are raters who have something to do, `participant` one who came by a link."""
    mine = [one["id"] for one in rater.list()]
    theirs = [one["id"] for one in other.list()]
    own = [one["id"] for one in participant.list()]
    assert mine and theirs and len(own) == 1, (mine, theirs, own)
    assert not set(mine) & set(theirs) and not set(own) & set(mine + theirs)
    _reach(rater, theirs + own + sessions + [session[:8] for session in sessions])
    _reach(participant, mine + theirs)
    _elsewhere(rater, study, sessions, mine[0])
    _elsewhere(participant, study, sessions[::-1], own[0])
    _learn(rater, mine, study, codes, sessions)
    _forged(rater, mine)


def _reach(rater, ids):
    """Each is answered exactly as one that does not exist."""
    calls = [("GET", "", None), ("POST", "/open", {}), ("POST", "/ratings", {"ratings": []}), ("POST", "/flags", {"flags": []}),
             ("POST", "/lock", {"stage": "transcript"})]
    for method, rest, body in calls:
        expected = rater.ask(method, NOWHERE + rest, body)
        headers = {name: value for name, value in rater.headers.items() if name != "date"}
        assert expected[0] == 404, expected
        for one in ids:
            assert rater.ask(method, f"/api/review/{one}{rest}", body) == expected, (method, one, rest)
            found = {name: value for name, value in rater.headers.items() if name != "date"}
            assert found == headers, (found, headers)


def _elsewhere(rater, study, sessions, assignment):
    """What is not theirs is refused, whether it exists or not, in the same words."""
    for path in ["/api/sessions", "/api/sessions/{}", "/api/sessions/{}/annotations?layer=" + assignment, "/api/sessions/{}/tiles?track=x",
                 "/api/sessions/{}/replay", "/api/sessions/{}/drafts", f"/api/reviews/{study}", f"/api/reviews/{study}/plans/x",
                 f"/api/reviews/{study}/plans/x/tables/ratings.csv", "/api/figures/" + study]:
        answers = {json.dumps(rater.ask("GET", path.format(one)), default=repr) for one in [sessions[0], "nothing"]}
        assert len(answers) == 1, (path, answers)
        status = json.loads(answers.pop())[0]
        assert status in (403, 404), (path, status)


def _learn(rater, mine, study, codes, sessions):
    """No answer, header or error has anything that tells whose session it is."""
    texts = []
    for path in ["/api/review"] + [f"/api/review/{one}" for one in mine]:
        rater.ask("GET", path)
        texts.append((path, rater.raw.decode(), rater.headers))
    for path, body in [("/ratings", {"ratings": [{"change": "x", "turn": 99, "item": "empathy", "value": 3}]}),
                       ("/ratings", {"ratings": [{"change": "x", "turn": 2, "item": "empathy", "value": 3}]}),
                       ("/ratings", {"ratings": "x"}), ("/flags", {"flags": [{}]}),
                       ("/lock", {"stage": "context"}), ("/lock", {"stage": "transcript"})]:
        status, _ = rater.ask("POST", f"/api/review/{mine[0]}{path}", body)
        assert status != 200, (path, body)
        texts.append((path, rater.raw.decode(), rater.headers))
    forbidden = [rf"\b{re.escape(code)}\b" for code in codes] + [re.escape(one) for one in sessions] + [
        rf"\b{re.escape(study)}\b", r"\.attune", r"\.review", r"study\.db", r"20\d\d-\d\d-\d\d", r"condition", r"calibration", r"repeat",
        r"purpose", r"\bphase", "_utc", "baseline"]
    for path, text, headers in texts:
        # The text of the conversation may say anything but codes; what stands around it may not.
        for pattern in forbidden:
            assert not re.search(pattern, text, re.I), (path, pattern, text[:600])
            assert not re.search(pattern, json.dumps({k: v for k, v in headers.items() if k != "date"}), re.I), (path, pattern, headers)
        assert "etag" not in headers and "last-modified" not in headers, headers


def _forged(rater, mine):
    """Without our own page's sign nothing changes; somebody else's flags cannot be taken over."""
    path = f"/api/review/{mine[0]}/ratings"
    body = {"ratings": [{"change": str(uuid.uuid4()), "turn": 2, "item": "empathy", "value": 3}]}
    assert rater.ask("POST", path, body, csrf=False)[0] == 403
    status, _ = rater.ask("POST", f"/api/review/{mine[0]}/flags", {"flags": [{
        "change": str(uuid.uuid4()), "flag": str(uuid.uuid4()), "action": "remove", "turn": 2, "start": 0, "end": 3,
        "code": "missed-distress-cue"}]})
    assert status in (400, 409), status
