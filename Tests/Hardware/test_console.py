"""The researcher's pages as the package installs them: rights, hardening, what they read of the daemon's files."""

import json
import re
import shlex

from station import PATIENCE, StationTest

# Asks the pages as a browser does: `python3 ask.py LINK PATH …` prints a line of JSON for each path. After a path and a
# blank comes what is posted there; "until" waits until nothing runs there any more.
ASK = r"""
import http.client, json, sys, time, urllib.parse
link, *paths = sys.argv[1:]
host = urllib.parse.urlsplit(link)
def ask(method, path, body=None, **headers):
    connection = http.client.HTTPConnection(host.hostname, host.port, timeout=120)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace")
token = urllib.parse.parse_qs(host.query)["token"][0]
form = {"Content-Type": "application/x-www-form-urlencoded"}
status, headers, _ = ask("POST", "/sign-in", urllib.parse.urlencode({"token": token}), **form)
cookie = {name.lower(): value for name, value in headers.items()}.get("set-cookie", "").split(";")[0]
print(json.dumps([status, cookie]))
for path in paths:
    path, _, body = path.partition(" ")
    if body and body != "until":
        csrf = json.loads(ask("GET", "/api/me", Cookie=cookie)[2])["csrf"]
        more = {"Content-Type": "application/json", "X-Attune-CSRF": csrf, "Cookie": cookie}
        status, _, text = ask("POST", path, body, **more)
    else:
        status, _, text = ask("GET", path, Cookie=cookie)
        while body and status == 200 and json.loads(text).get("running"):
            time.sleep(1)
            status, _, text = ask("GET", path, Cookie=cookie)
    print(json.dumps([status, text]))
"""


class ConsoleTest(StationTest):
    def ask(self, link, *paths):
        """What the pages answer to who came by a link: the sign-in's answer, and one for each path."""
        (self.guest.share / "ask.py").write_text(ASK)
        said = self.guest.run(f"python3 /share/ask.py '{link}' {' '.join(map(shlex.quote, paths))}", PATIENCE)
        return [json.loads(line) for line in said.splitlines()]

    def test_console_reads_what_the_daemon_records_and_is_shut_in(self):
        self.start_daemon("devices: []\n")
        self.guest.run("systemctl start attune-console", PATIENCE)
        # As the operator does it: root writes beside the service, which has to be able to read it.
        link = self.guest.run("attune-console link --roles researcher", PATIENCE).strip().splitlines()[-1]
        self.guest.wait_until("python3 -c \"import socket; socket.create_connection(('127.0.0.1', 8080), 5)\"",
                              "the pages are served", seconds=PATIENCE)
        process = self.guest.run("systemctl show attune-console -p MainPID --value").strip()
        owner = self.guest.run(f"stat -c %U /proc/{process}; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/{process}/status")
        self.assertRegex(owner, r"(?s)^attune-console\nCapEff:\s+0+\nNoNewPrivs:\s+1\nSeccomp:\s+2")
        verdict = self.guest.run("systemd-analyze security --no-pager attune-console | tail -1", PATIENCE)
        self.report(verdict.strip())
        self.assertLess(float(re.search(r"([\d.]+) [A-Z]", verdict)[1]), 3.0)

        # A session that records is read, by another user than the one who writes it; and so is a finished one.
        session = self.attune("session start pilot P05 --protocol pilot --pilot")["id"]
        self.attune("session mark seen-from-outside")
        answers = self.ask(link, "/", "/api/me", f"/api/sessions/{session}", "/api/sessions/none")
        self.report(f"{[status for status, _ in answers]}")
        self.assertEqual([status for status, _ in answers], [303, 200, 200, 200, 404])
        manifest = json.loads(answers[3][1])
        self.assertEqual(manifest["state"], "recording")
        self.assertIn("seen-from-outside", [mark["label"] for mark in manifest["marks"]])
        self.finished_file()
        self.assertEqual(self.ask(link), [[410, ""]], "the link was used up")
        second = self.guest.run("attune-console link --roles researcher", PATIENCE).strip().splitlines()[-1]
        # What the service is shut in with lets it have exports written, by a program of its own.
        wanted = {"formats": ["csv", "spss"], "is_packed": False, "participants": [], "phases": [], "streams": [], "left_out": [],
                  "takes_pilots": True, "has_pseudonyms": True, "moves_dates": False}
        answers = self.ask(second, f"/api/sessions/{session}", f"/api/exports/pilot/start {json.dumps(wanted)}", "/api/exports/pilot until")
        finished = json.loads(answers[1][1])
        self.assertEqual(finished["state"], "finished")
        self.assertEqual([status for status, _ in answers], [303, 200, 200, 200], answers)
        [export] = json.loads(answers[3][1])["exports"]
        self.assertEqual((export["record"]["state"], export["record"]["session_count"]), ("done", 1), export)
        self.assertEqual(self.guest.run("stat -c '%a %U' /var/lib/attune-console/keys/pilot.key").strip(), "600 attune-console")
        written = self.guest.run("find /var/lib/attune -user attune-console; find /var/lib/attune-console ! -user attune-console")
        self.assertEqual(written, "", "the console writes nothing of the daemon's, and root leaves nothing behind")
        self.assertNotIn("error", self.guest.run("journalctl --no-pager --output cat --unit attune-console").lower())
