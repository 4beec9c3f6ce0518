"""The real station with the researcher's console, for the browser: the daemon, the chat and the console on
loopback, with a data folder of their own, and pages that are signed in by role.

    with ConsoleStation(programs()) as station:
        station.start()                     # the daemon; with `devices=True` before it, virtual sensors
        station.serve_console()
        with browser.context("desktop") as context:
            page = station.page(context, "/dashboard", "operator")
"""

import http.client
import json
import os
import pathlib
import re
import subprocess
import urllib.parse

from live_room import CHECKOUT, LiveStation, wait_for

SENSORS = {"bitalino": ["bitalino", "--rate", "1000"], "grove": ["lines", "--format", "grove", "--seed", "2"]}


def programs():
    """The folder of the programs that are tested."""
    given = os.environ.get("ATTUNE_PROGRAMS")
    if given:
        return given
    return subprocess.run(["swift", "build", "--show-bin-path"], cwd=CHECKOUT, check=True, capture_output=True,
                          text=True).stdout.strip()


class ConsoleStation(LiveStation):
    """A station with a console; the chat's server is started with `serve`, as LiveStation has it."""

    PROGRAMS = [*LiveStation.PROGRAMS, "attune-console"]

    def __init__(self, programs, devices=False, settings=None):
        super().__init__(programs)
        self.console = None
        self.address = None
        self.console_state = self.folder / "console"
        self.console_log = self.folder / "console.log"
        self._cookies = {}
        self.sensors = SENSORS if devices else {}
        if settings is not None:
            self.set(settings)
        elif devices:
            self.set("devices:\n" + "".join(
                f"  - {{profile: {profile}, path: {self.node(name)}}}\n"
                for name, profile in [("bitalino", "bitalino"), ("grove", "grove-gsr")])
                + f"keyboards:\n  - {{test_source: {self.node('keyboard')}, participant: true}}\n")

    def node(self, name):
        """The path by which a virtual device is opened."""
        return self.runtime / name

    def start(self, *arguments, **options):
        """Starts the virtual devices, if there are any, and the daemon."""
        for name, how in self.sensors.items():
            self.simulate(*how, "--link", self.node(name), "--log", self.path(f"{name}.sent"))
        if self.sensors:
            self.simulate("keyboard", "--pipe", self.node("keyboard"), "--log", self.path("keyboard.sent"))
        super().start(*arguments, **options)
        for device in ["bitalino", "grove-gsr"] if self.sensors else []:
            self.wait_for_device(device)

    # The console

    def serve_console(self, *options, port=0):
        """Starts the console, and waits until it serves."""
        before = self.console_log.stat().st_size if self.console_log.exists() else 0
        self.console = self.spawn(
            "attune-console", "--listen", f"127.0.0.1:{port}", "--runtime", self.runtime, "--data", self.data,
            "--state", self.console_state, *options, log=self.console_log)

        def printed():
            written = self.console_log.read_bytes()[before:] if self.console_log.exists() else b""
            text = written.decode(errors="replace")
            if self.console.poll() is not None:
                raise RuntimeError(f"the console ended with {self.console.returncode}: {text}")
            return re.search(r"^Console: (\S+?)/sign-in\?token=([A-Za-z0-9_-]+)$", text, re.M)

        found = wait_for("the console", printed)
        self.address, self.token = found.group(1), found.group(2)
        self._cookies.clear()
        return self.address

    def stop_console(self):
        """Ends the console in good order; gives its exit code."""
        self.console.terminate()
        code = self.console.wait(20)
        self.processes.remove(self.console)
        return code

    # Who is signed in. A role is one of operator, researcher and expert, several of them with commas, or
    # "name:role", since what an expert may see depends on who they are.

    def console_command(self, *arguments, password=None):
        """Runs a command of attune-console on this console's files; gives what it prints."""
        return subprocess.run(
            [str(self.programs / "attune-console"), *map(str, arguments), "--state", str(self.console_state)],
            input=f"{password}\n" if password else "", capture_output=True, text=True, check=True,
            timeout=30).stdout.strip()

    def console_link(self, role="researcher"):
        """An address that lets one browser in, through its button."""
        name, _, roles = role.rpartition(":")
        name = name or roles.replace(",", "-")
        return self.console_command("link", "--roles", roles, "--name", name)

    def cookie(self, role):
        """A cookie of somebody with a role, made once."""
        if role not in self._cookies:
            self._cookies[role] = self.admitted(self.console_link(role))
        return self._cookies[role]

    def admitted(self, link):
        """The cookie that a link gives, as `name=value`."""
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
        status, headers, body = self.request("POST", "/sign-in", urllib.parse.urlencode({"token": token}),
                                             {"content-type": "application/x-www-form-urlencoded"})
        assert status == 303, (status, body)
        return headers["set-cookie"].split(";")[0]

    def sign_in(self, context, role="researcher"):
        """Signs a browser's context in as somebody with a role."""
        name, _, value = self.cookie(role).partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.address, "httpOnly": True,
                              "sameSite": "Strict"}])

    def page(self, context, path="/", role="researcher"):
        """A page at an address of the console, signed in."""
        import browser  # Tests without a browser have no Playwright.
        self.sign_in(context, role)
        page = browser.new_page(context)
        page.goto(self.address + path)
        return page

    # Without a browser

    def request(self, method, path, body=None, headers=None, seconds=30):
        """One request: status, headers with names in small letters, body in bytes."""
        host = urllib.parse.urlsplit(self.address)
        connection = http.client.HTTPConnection(host.hostname, host.port, timeout=seconds)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def get(self, path, role="researcher"):
        """The JSON at an address."""
        return self._json("GET", path, role, None, {})

    def post(self, path, body=None, role="researcher"):
        """Sends JSON, and gives the JSON of the answer."""
        csrf = self.get("/api/me", role)["csrf"]
        return self._json("POST", path, role, json.dumps(body or {}),
                          {"content-type": "application/json", "x-attune-csrf": csrf})

    def _json(self, method, path, role, body, headers):
        status, _, answer = self.request(method, path, body, {**headers, "cookie": self.cookie(role)})
        if status != 200:
            raise AssertionError(f"{method} {path}: {status} {answer[:400].decode(errors='replace')}")
        return json.loads(answer)


if __name__ == "__main__":
    # A station to look at: its address on standard output, until Enter.
    with ConsoleStation(pathlib.Path(programs()), devices=True) as station:
        station.start()
        station.serve()
        station.serve_console()
        session = station.session()
        print(f"{station.address}/sign-in?token={station.token}")
        print(station.link(session), flush=True)
        input()
