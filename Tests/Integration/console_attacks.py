"""What somebody on the network, another site, or an account with fewer rights may try against the console. Real
programs, and requests that no browser would make. What needs a browser is in Browser/test_console_access.py.

    console_attacks.py PROGRAMS [files | rights | words | forgery | sizes | slow | fixation | guessing | tls]...
"""

import concurrent.futures
import hashlib
import json
import pathlib
import socket
import ssl
import statistics
import sys
import time
import urllib.parse
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Browser")]

from console_station import ConsoleStation  # noqa: E402
from station import Failure, wait_for  # noqa: E402

FORM = {"content-type": "application/x-www-form-urlencoded"}
checked = 0


def check(what, holds, seen=""):
    global checked
    if not holds:
        raise Failure(f"{what}: {seen}")
    checked += 1


def place(station):
    address = urllib.parse.urlsplit(station.address)
    return address.hostname, address.port


def raw(station, data, seconds=5.0):
    """Sends bytes as they are; gives what comes back until the other side closes, or the time is over."""
    with socket.create_connection(place(station), timeout=seconds) as caller:
        caller.settimeout(seconds)
        got = b""
        try:
            caller.sendall(data)
            while chunk := caller.recv(65536):
                got += chunk
                if b"\r\n\r\n" in got and len(got) > 1 << 20:
                    break
        except OSError:
            pass
        return got


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def ask(station, path, method="GET", *fields, body=b""):
    """One request by hand, whose path goes out as it is."""
    host, port = place(station)
    head = [f"{method} {path} HTTP/1.1", f"host: {host}:{port}", "connection: close", *fields]
    return raw(station, "\r\n".join(head).encode() + b"\r\n\r\n" + body)


def answers(station):
    """Whether the console serves as ever, and how long that took in seconds."""
    begin = time.monotonic()
    code, _, body = station.request("GET", "/sign-in")
    return code == 200 and b"Sign in" in body, time.monotonic() - begin


def sign_in(station, name, password, **more):
    return station.request("POST", "/sign-in", urllib.parse.urlencode({"name": name, "password": password, **more}),
                           FORM)


def files(station):
    """Nothing but the pages' own files is given out."""
    (station.console_state / "secret.js").write_text("a secret")
    own = station.console_state
    ways = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", "%252e%252e%252f", ".%00./", "/"]
    targets = ["etc/passwd", "Access/Gate.swift", "secret.js", str(own / "secret.js").lstrip("/")]
    tried = []
    for base in ["/page/", "/participant/", "/page/pages/", "/"]:
        for way in ways:
            for target in targets:
                for depth in [1, 2, 12]:
                    tried.append(base + way * depth + target)
    tried += ["/page/..", "/page/.", "/page/%00", "/page/style.css%00.js", "/page/.hidden.js",
              "//etc/passwd", "http://evil.example/page/../../etc/passwd", "/page/" + "a/" * 500 + "b.js",
              "/page/pages", "/page/"]
    for path in tried:
        got = ask(station, path)
        check(f"{path} gives nothing", status(got) in (303, 400, 403, 404, None), got[:200])
        for secret in [b"root:", b"a secret", b"import "]:
            check(f"{path} gives no file", secret not in got.partition(b"\r\n\r\n")[2], got[:400])
    # What a link leads to is not followed.
    pages = station.checkout / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("<title>x</title>")
    (pages / "out.js").symlink_to(own / "secret.js")
    (pages / "folder").symlink_to(own)
    station.stop_console()
    station.serve_console("--pages-from", pages)
    for path in ["/page/out.js", "/page/folder/secret.js"]:
        check(f"{path} is no file", status(ask(station, path)) == 404)
    check("whereas the page is there", status(ask(station, "/page/index.html")) == 200)
    station.stop_console()
    station.serve_console()
    for path, code in [("/page/style.css", 200), ("/sign-in", 200), ("/api/me", 401), ("/page/no.css", 404),
                       ("/nothing", 404), ("/sessions/x", 303)]:
        got = ask(station, path)
        check(f"{path} is answered", status(got) == code, got[:100])
        head = got.partition(b"\r\n\r\n")[0].lower()
        for field in [b"content-security-policy: default-src 'self';", b"frame-ancestors 'none'",
                      b"require-trusted-types-for 'script'", b"x-content-type-options: nosniff",
                      b"cross-origin-opener-policy: same-origin", b"referrer-policy: "]:
            check(f"{path} has {field}", field in head, head)


def rights(station):
    """Who has fewer rights gets no further by knowing addresses."""
    session = station.session()
    station.stop_session(session)
    made_up = "00000000-0000-4000-8000-000000000000"
    seen = station.get("/api/sessions")["sessions"]
    check("a researcher sees the session", any(one["id"] == session for one in seen), seen)
    paths = ["/api/sessions", "/api/sessions?study=browser", "/api/station"]
    for name in (session, session[:8], session.upper(), made_up):
        for rest in ["", "/tiles?track=1&from_s=0&to_s=1&pixels=10", "/samples?track=1&from_s=0&to_s=1", "/keys",
                     "/drafts?from_s=0&to_s=1", "/annotations", "/annotations.eaf", "/cues", "/commentaries"]:
            paths.append(f"/api/sessions/{name}{rest}")
    # Of a part that is not there (yet) nobody gets anything.
    known = [path for path in paths if station.request("GET", path, headers={
        "cookie": station.cookie("researcher")})[0] != 404 or made_up in path]
    check("there is something to try", any(session in path for path in known) or len(known) >= 3, known)
    for path in paths:
        for role in ["expert", "eve:expert"]:
            code, _, body = station.request("GET", path, headers={"cookie": station.cookie(role)})
            check(f"an expert gets nothing from {path}", code in (403, 404), (code, body[:200]))
            check("and is not told whether it is there", session.encode() not in body, body[:200])
        code, _, _ = station.request("GET", path)
        check(f"nobody gets {path}", code in (401, 404), code)
    answers_to = {}
    for name in (session, made_up):
        for path in [f"/api/sessions/{name}", f"/sessions/{name}", f"/think-aloud/{name}"]:
            code, _, body = station.request("GET", path, headers={"cookie": station.cookie("expert")})
            answers_to.setdefault(path.replace(name, "ID"), set()).add((code, body))
    for path, different in answers_to.items():
        check(f"{path} answers an expert the same for each id", len(different) == 1, different)
    for path in ["/dashboard", f"/sessions/{session}", "/reviews/browser", "/figures/browser", "/export/browser"]:
        code, _, body = station.request("GET", path, headers={"cookie": station.cookie("expert")})
        check(f"the page {path} is not for experts", code == 403 and b"not for your account" in body, (code, body[:99]))
    # Not even asking in another way.
    for method in ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"]:
        got = ask(station, "/api/sessions", method, f"cookie: {station.cookie('expert')}", "content-length: 0")
        check(f"{method} gives nothing", status(got) in (400, 403, 404, 405, 501, None), got[:100])
    got = ask(station, "/api/sessions", "GET", f"cookie: {station.cookie('expert')}", "x-http-method-override: GET",
              "x-forwarded-for: 127.0.0.1", "x-original-url: /api/me", "x-remote-user: researcher")
    check("fields that other servers believe change nothing", status(got) == 403, got[:100])
    # What the roles of an account are counts at once.
    station.console_command("user", "add", "rolf", "--roles", "researcher", password="a long way home")
    code, headers, _ = sign_in(station, "rolf", "a long way home")
    check("the account is let in", code == 303, code)
    cookie = headers["set-cookie"].split(";")[0]
    for roles, expected in [("researcher", 200), ("expert", 403), ("researcher", 200)]:
        station.console_command("user", "roles", "rolf", roles)
        code = station.request("GET", "/api/sessions", headers={"cookie": cookie})[0]
        check(f"as {roles}", code == expected, code)
    station.console_command("user", "remove", "rolf")
    code = station.request("GET", "/api/sessions", headers={"cookie": cookie})[0]
    check("without the account", code == 401, code)


def words(station):
    """Whatever is asked for in a wrong way is refused in words that a person can read."""
    session = station.session()
    station.stop_session(session)
    role = "operator,researcher,expert"
    cookie, csrf = station.cookie(role), station.get("/api/me", role)["csrf"]
    own = f"/api/sessions/{session}"
    odd = ["from_s=nan&to_s=1", "from_s=2&to_s=1", "from_s=-1e300", "from_s=", "to_s=1e12", "pixels=0", "pixels=-1",
           "pixels=1.5", "pixels=16385", "pixels=x", "track=", "track=%F0%9F%98%80", "from_s=1&to_s=1.0000000001", ""]
    asked = [("GET", f"{own}/{what}?" + (query if "track=" in query or not query else f"track=keys&{query}"), None)
             for what in ["tiles", "samples"] for query in odd]
    asked += [("GET", path, None) for path in [
        "/api/nothing", "/api/think-aloud", "/page/none.js", "/api/sessions/none", f"/api/sessions/{'a' * 300}",
        f"{own}/annotations?since=x", f"{own}/annotations/none/history", "/api/figures/none", "/api/figures/browser/a.svg",
        "/api/dashboard/studies/none", "/api/dashboard/studies/browser/participants/none/consent", "/api/reviews/none",
        "/api/reviews/browser/plans/none", "/api/review/none", f"/api/review/{'a' * 300}", f"/api/commentaries/{session}",
        "/api/commentaries/none", "/api/think-aloud/none/stream", "/api/think-aloud/none/replay", "/api/exports/none", "/api/exports/browser/none/zip",
        "/api/exports/browser/none/files/../record.json", f"{own}x/quality"]]
    asked += [("POST", path, body) for path, body in [
        ("/api/exports/none/start", "{}"), ("/api/exports/browser/start", '{"formats": ["csv"]}'), ("/api/exports/browser/preview", "[]"),
        ("/api/exports/browser/cancel", "{}"), ("/api/exports/browser/none/delete", "{}"),
        ("/api/dashboard/sessions/none-such/mark", '{"label": "x"}'), (f"/api/dashboard{own[4:]}/mark", '{"label": "x"}'),
        (f"/api/dashboard{own[4:]}/pause", "{}"), (f"/api/dashboard{own[4:]}/phase", '{"phase": "x"}'),
        ("/api/dashboard/sessions", '{"study": "../x"}'), ("/api/dashboard/alarms/acknowledge", '{"session": "x", "alarm": "y"}'),
        ("/api/think-aloud", '{"session": "%s", "sensors": ["none"]}' % session), ("/api/think-aloud", "[]"),
        ("/api/think-aloud", '{"session": "%s", "shows": {"a": 1}}' % session),
        ("/api/think-aloud/none/command", '{"view": "v", "action": "x"}'), ("/api/review/none/lock", '{"stage": "x"}'),
        (f"{own}/annotations", '{"changes": 3}'), (f"{own}/annotations/import-elan?scheme=none", "<a/>"), ("/api/sessions", "{}"),
        ("/api/reviews/browser/preview", '{"scheme": "none"}')]]
    asked += [(method, "/api/sessions", None) for method in ["PUT", "DELETE", "OPTIONS"]]
    for method, path, body in asked:
        code, headers, answer = station.request(method, path, body, {
            "cookie": cookie, "x-attune-csrf": csrf, "content-type": "application/json"})
        check(f"{method} {path[:90]} is refused", 400 <= code < 500, (code, answer[:200]))
        error = json.loads(answer)["error"]
        check(f"{method} {path[:90]} is refused in words", len(error.split()) > 3 and error.endswith(".")
              and not any(sign in error for sign in ["io.attune", "{", "Optional", "Cannot initialize"]), error)
        check("and nobody keeps that", headers["cache-control"] == "no-store", headers)
    code, _, answer = station.request("POST", f"{own}/annotations", b"\x1f\x8b", {
        "cookie": cookie, "x-attune-csrf": csrf, "content-type": "application/json", "content-encoding": "gzip"})
    check("what is compressed is refused", code == 415 and b"compressing" in answer, (code, answer))
    # Where somebody wanted to go is not lost by signing in.
    for path in ["/?study=%C3%BC", "/?text=a%20b&x=100%25", "/sessions/x?tracks=a%2Cb"]:
        there = station.request("GET", path)[1]["location"]
        page = station.request("GET", there)[2].decode()
        check(f"{path} is kept", f'name="from" value="{path.replace("&", "&amp;")}"' in page, page)


def forgery(station):
    """Other sites change nothing and sign nobody in or out."""
    cookie = station.cookie("operator,researcher")
    csrf = station.get("/api/me", "operator,researcher")["csrf"]
    host, port = place(station)
    own = f"http://{host}:{port}"
    good = {"cookie": cookie, "content-type": "application/json", "x-attune-csrf": csrf, "origin": own,
            "sec-fetch-site": "same-origin"}
    # An address that is there only for this: refused before anybody looks at it.
    path = "/sign-out"
    form = urllib.parse.urlencode({"csrf": csrf})
    for changed in [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
                    {"origin": f"http://{host}:{port + 1}"}, {"origin": f"https://{host}:{port}"},
                    {"origin": f"{own}.evil.example"}]:
        code, headers, _ = station.request("POST", path, form, {**good, **FORM, **changed})
        check(f"signing out with {changed}", code == 403 and "set-cookie" not in headers, (code, headers))
    for body, kind in [("", FORM), ("csrf=", FORM), (f"csrf={'0' * 64}", FORM), (form, {"content-type": "text/plain"}),
                       (json.dumps({"csrf": csrf}), {"content-type": "application/json"})]:
        code, headers, _ = station.request("POST", path, body, {"cookie": cookie, **kind})
        check(f"signing out with {body[:9]!r} {kind}", code in (403, 415) and "set-cookie" not in headers, code)
    check("and still in", station.get("/api/me", "operator,researcher")["name"] == "operator-researcher")
    # Signing somebody in as somebody else.
    link = station.console_link("expert")
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
    for changed in [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]:
        code, headers, _ = station.request("POST", "/sign-in", urllib.parse.urlencode({"token": token}), {**FORM, **changed})
        check(f"signing in with {changed}", code == 403 and "set-cookie" not in headers, code)
    # A link is not used up, and lets nobody in, by being opened.
    for _ in range(3):
        code, headers, body = station.request("GET", link[len(station.address):])
        check("a link's page", code == 200 and "set-cookie" not in headers and b"Sign in" in body, (code, headers))
    station.admitted(link)
    code, headers, _ = station.request("POST", "/sign-in", urllib.parse.urlencode({"token": token}), FORM)
    check("a link works once", code == 410 and "set-cookie" not in headers, code)
    # Where one goes afterwards.
    for away in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\r\nset-cookie: a=b",
                 "///evil.example", "\t//evil.example"]:
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(station.console_link("expert")).query)["token"][0]
        code, headers, _ = station.request("POST", "/sign-in", urllib.parse.urlencode({"token": token, "from": away}), FORM)
        check(f"from {away!r} leads home", code == 303 and headers["location"] == "/", headers)
        check("one cookie is set", "a=b" not in headers["set-cookie"])
    code, headers, _ = station.request("GET", "/sessions/x?from=%0d%0aset-cookie:%20a=b")
    check("what is asked for comes back without harm", code == 303 and "a=b" not in headers.get("set-cookie", ""), headers)


def sizes(station):
    """What is too large, or not HTTP, is refused, and the console goes on."""
    many = "\r\n".join(f"x-{number}: {number}" for number in range(500))
    for what, data in {
        "500 fields": f"GET /sign-in HTTP/1.1\r\nhost: a\r\n{many}\r\n\r\n",
        "a field of 64 KiB": f"GET /sign-in HTTP/1.1\r\nhost: a\r\nx: {'y' * 65536}\r\n\r\n",
        "an address of 64 KiB": f"GET /{'y' * 65536} HTTP/1.1\r\nhost: a\r\n\r\n",
        "no HTTP": "hello\r\n\r\n",
        "binary": "\x00\x01\x02\x16\x03\x01\r\n\r\n",
        "both lengths": "POST /sign-in HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "two lengths": "POST /sign-in HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef",
        "a negative length": "POST /sign-in HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
    }.items():
        got = raw(station, data.encode("latin-1"), 3)
        check(f"{what}", status(got) is None or status(got) >= 400, got[:200])
        check(f"after {what}", answers(station)[0])
    # Forms and JSON: as a length that is announced, and as a stream without an end.
    got = ask(station, "/sign-in", "POST", "content-type: application/x-www-form-urlencoded", "content-length: 99999999",
              body=b"name=" + b"a" * 1000)
    check("a form of 100 MB is refused unread", status(got) == 413, got[:200])
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    got = ask(station, "/sign-in", "POST", "content-type: application/x-www-form-urlencoded", "transfer-encoding: chunked",
              body=chunk * 200)
    check("a form without an end is refused", status(got) in (413, None), got[:200])
    cookie, csrf = station.cookie("operator,researcher"), station.get("/api/me", "operator,researcher")["csrf"]
    deep = "[" * 200_000
    for body in [deep, '{"a":' * 100_000, '"' + "a" * (2 << 20) + '"', "\xff\xfe", "", "{}{}", "null", '{"changes":[1e999]}']:
        for path in ["/api/think-aloud", "/api/sessions/x/annotations", "/api/station"]:
            code = station.request("POST", path, body.encode("latin-1"), {
                "cookie": cookie, "x-attune-csrf": csrf, "content-type": "application/json"})[0]
            check(f"{path} refuses {body[:9]!r}…", 400 <= code < 500, code)
    for query in ["from_s=nan&to_s=inf", "from_s=-1e308&to_s=1e308&pixels=99999999", "track=" + "9" * 400, "pixels=-1",
                  "from_s=1e-400", "%ff%fe=%00"]:
        code = station.request("GET", f"/api/sessions/00000000-0000-4000-8000-000000000000/tiles?{query}",
                               headers={"cookie": cookie})[0]
        check(f"?{query[:30]}", 400 <= code < 500, code)
    check("and goes on", answers(station)[0] and station.console.poll() is None)


def slow(station):
    """Who sends, or reads, as slowly as can be holds up nobody."""
    def drip(data, step):
        begin = time.monotonic()
        with socket.create_connection(place(station), timeout=30) as caller:
            caller.settimeout(0.02)
            got = b""
            for byte in data:
                try:
                    caller.sendall(bytes([byte]))
                except OSError:
                    return time.monotonic() - begin, got
                end = time.monotonic() + step
                while time.monotonic() < end:
                    try:
                        piece = caller.recv(4096)
                        got += piece
                        if not piece:
                            return time.monotonic() - begin, got
                    except TimeoutError:
                        pass
                    except OSError:
                        return time.monotonic() - begin, got
                if time.monotonic() - begin > 25:
                    break
        return time.monotonic() - begin, got

    head = b"GET /sign-in HTTP/1.1\r\nhost: a\r\nx-slow: " + b"y" * 200
    body = (b"POST /sign-in HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            b"content-length: 4000\r\n\r\n")
    with concurrent.futures.ThreadPoolExecutor(30) as threads:
        heads = [threads.submit(drip, head, 0.5) for _ in range(12)]
        silent = [socket.create_connection(place(station)) for _ in range(300)]

        def slow_body():
            begin = time.monotonic()
            with socket.create_connection(place(station), timeout=30) as caller:
                caller.settimeout(20)
                caller.sendall(body + b"name=")
                got = b""
                try:
                    while piece := caller.recv(4096):
                        got += piece
                except OSError:
                    pass
                return time.monotonic() - begin, got

        bodies = [threads.submit(slow_body) for _ in range(12)]
        took = []
        for _ in range(20):
            served, seconds = answers(station)
            check("others are served meanwhile", served)
            took.append(seconds)
            time.sleep(0.2)
        check("and in good time", statistics.median(took) < 0.3, took)
        for one in heads:
            seconds, _ = one.result()
            check("a head that does not end is given up", seconds < 15, seconds)
        for one in bodies:
            seconds, got = one.result()
            check("so is a body", seconds < 18 and status(got) == 408, (seconds, got[:100]))
        for one in silent:
            one.settimeout(3)
            try:
                check("who says nothing is let go", one.recv(1) == b"")
            except ConnectionError:
                pass
            one.close()
    check("and goes on", answers(station)[0])


def fixation(station):
    """A cookie that was there before is never taken over, and one that is over opens nothing."""
    name = station.cookie("expert").partition("=")[0]
    planted = f"{name}={'A' * 43}"
    link = station.console_link("eve:expert")
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
    code, headers, _ = station.request("POST", "/sign-in", urllib.parse.urlencode({"token": token}), {**FORM, "cookie": planted})
    fresh = headers["set-cookie"].split(";")[0]
    check("a planted cookie stays none", code == 303 and fresh != planted
          and station.request("GET", "/api/me", headers={"cookie": planted})[0] == 401)
    flags = headers["set-cookie"].lower()
    check("the cookie is kept from scripts and other sites", "httponly" in flags and "samesite=strict" in flags
          and "path=/" in flags and "domain" not in flags, flags)
    # Whoever signs in again is not the one from before any more.
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(station.console_link("eva:expert")).query)["token"][0]
    station.request("POST", "/sign-in", urllib.parse.urlencode({"token": token}), {**FORM, "cookie": fresh})
    check("the old cookie is over", station.request("GET", "/api/me", headers={"cookie": fresh})[0] == 401)
    cookie = station.cookie("mona:researcher")
    csrf = station.get("/api/me", "mona:researcher")["csrf"]
    # A restart signs nobody out; signing out does.
    before = station.address
    station.stop_console()
    station.serve_console(port=place(station)[1])
    check("it is served where it was", station.address == before, station.address)
    check("a restart signs nobody out", station.request("GET", "/api/me", headers={"cookie": cookie})[0] == 200)
    code, headers, _ = station.request("POST", "/sign-out", urllib.parse.urlencode({"csrf": csrf}), {**FORM, "cookie": cookie})
    check("signing out", code == 303 and "max-age=0" in headers["set-cookie"].lower(), (code, headers))
    check("and takes what the browser kept along", headers.get("clear-site-data") == '"cache"', headers)
    check("is the end of the cookie", station.request("GET", "/api/me", headers={"cookie": cookie})[0] == 401)
    for text in ["", name, f"{name}=", f"{name}=../../x", f"{name}={'a' * 9000}", f"{name}=\x00", "; ; ;=;", f"{name}==="]:
        code = status(ask(station, "/api/me", "GET", f"cookie: {text}"))
        check(f"{text[:40]!r} is no cookie", code in (400, 401, None), code)


def guessing(station):
    """Passwords are guessed slowly, and nothing tells which accounts there are."""
    station.console_command("user", "add", "vera", "--roles", "researcher", password="tram number seven")
    code, headers, _ = sign_in(station, "vera", "tram number seven")
    check("the right password", code == 303 and headers["location"] == "/", code)

    def attempt(name):
        begin = time.monotonic()
        code, headers, body = sign_in(station, name, "guess guess guess")
        return code, time.monotonic() - begin, body.replace(name.encode(), b"NAME")

    known, unknown = [], []
    for _ in range(5):
        known.append(attempt("vera"))
        unknown.append(attempt("nora"))
    check("both are refused alike", {code for code, _, _ in known + unknown} == {401})
    check("in the same words", len({body for _, _, body in known + unknown}) == 1)
    ratio = statistics.median(one[1] for one in known) / statistics.median(one[1] for one in unknown)
    check("and as quickly", 0.6 < ratio < 1.7, ratio)
    codes = [attempt("vera")[0] for _ in range(12)]
    check("guessing on is refused for a while", codes[-1] == 429 and codes.count(401) < 10, codes)
    check("with the right password too", sign_in(station, "vera", "tram number seven")[0] == 429)
    check("as for who is not there", [attempt("nora")[0] for _ in range(8)][-1] == 429)
    check("and from this address for everybody", attempt("ida")[0] == 429)
    # A link still lets in, so that nobody is locked out.
    station._cookies.pop("researcher", None)
    check("a link still works", station.get("/api/me")["name"] == "researcher")
    for name, password in [("", ""), ("vera", ""), ("vera'--", "x"), ("v" * 5000, "x"), ("vera\x00", "x")]:
        check(f"{name[:9]!r} is nobody", sign_in(station, name, password)[0] in (401, 413, 429))


def tls(station):
    """Over a network only with TLS, whose certificate people can compare."""
    station.stop_console()
    refused = station.spawn("attune-console", "--listen", "0.0.0.0:0", "--runtime", station.runtime, "--data", station.data,
                            "--state", station.console_state, log=station.console_log)
    check("clear text is not served to others", refused.wait(20) == 78)
    station.processes.remove(refused)
    log = station.folder / "tls.log"
    served = station.spawn("attune-console", "--listen", "127.0.0.1:0", "--tls-self-signed", "--runtime", station.runtime,
                           "--data", station.data, "--state", station.console_state, log=log)
    wait_for("the console", lambda: log.exists() and "token=" in log.read_text())
    lines = dict(line.split(": ", 1) for line in log.read_text().splitlines() if ": " in line)
    address = urllib.parse.urlsplit(lines["Console"])
    check("links begin with https", address.scheme == "https", lines)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def over_tls(data, context=context):
        with socket.create_connection((address.hostname, address.port), timeout=5) as plain, \
                context.wrap_socket(plain, server_hostname=address.hostname) as caller:
            certificate = caller.getpeercert(binary_form=True)
            caller.sendall(data)
            got = b""
            while piece := caller.recv(65536):
                got += piece
            return certificate, got

    host = f"{address.hostname}:{address.port}"
    certificate, got = over_tls(f"GET /sign-in HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
    check("it serves", status(got) == 200, got[:100])
    fingerprint = hashlib.sha256(certificate).hexdigest().upper()
    told = next(value for name, value in lines.items() if "fingerprint" in name)
    check("the fingerprint is the certificate's", told.replace(":", "") == fingerprint, told)
    form = urllib.parse.urlencode({"token": urllib.parse.parse_qs(address.query)["token"][0]})
    _, got = over_tls(f"POST /sign-in HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\norigin: https://{host}\r\n"
                      "content-type: application/x-www-form-urlencoded\r\n"
                      f"content-length: {len(form)}\r\n\r\n{form}".encode())
    head = got.partition(b"\r\n\r\n")[0].lower()
    check("the cookie goes over TLS alone", status(got) == 303 and b"; secure" in head
          and b"set-cookie: __host-attune_console" in head, head)
    with socket.create_connection((address.hostname, address.port), timeout=5) as plain:
        plain.settimeout(5)
        plain.sendall(f"GET /sign-in HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        try:
            got = plain.recv(4096)
        except OSError:
            got = b""
        check("clear text gets nothing", b"HTTP/1.1 200" not in got, got[:100])
    warnings.simplefilter("ignore", DeprecationWarning)  # They are old indeed.
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    try:
        over_tls(b"GET / HTTP/1.1\r\n\r\n", old)
        check("old TLS is refused", False)
    except (ssl.SSLError, OSError):
        check("old TLS is refused", True)
    served.terminate()
    check("it ends in good order", served.wait(20) == 0, served.returncode)
    station.processes.remove(served)
    station.serve_console()


ALL = {"files": files, "rights": rights, "words": words, "forgery": forgery, "sizes": sizes, "slow": slow, "fixation": fixation,
       "tls": tls, "guessing": guessing}


def main():
    programs, names = sys.argv[1], sys.argv[2:] or list(ALL)
    with ConsoleStation(programs) as station:
        station.start()
        station.serve_console()
        for name in names:
            begin = time.monotonic()
            ALL[name](station)
            print(f"passed: {name} ({time.monotonic() - begin:.1f} s)", flush=True)
        check("the console did not end", station.console.poll() is None)
    print(f"{checked} checks passed")


if __name__ == "__main__":
    main()
