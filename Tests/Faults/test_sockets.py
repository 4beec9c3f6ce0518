"""Sockets that the service manager holds: callers wait while a program is started again, and none is
refused."""

import http.client
import os
import pathlib
import socket
import threading
import time

import faults
import service_manager


class SocketTest(faults.FaultTest):
    def manage(self, made, command, name, listening, log):
        manager = service_manager.FakeServiceManager(
            command, made.path(name), log, sockets=[(f"{name}.socket", listening)])
        self.addCleanup(manager.close)
        return manager

    def test_callers_of_the_daemon_wait_while_it_is_started_again(self):
        made = self.station("station: test\n")
        (made.folder / "attuned").mkdir()
        listening = socket.socket(socket.AF_UNIX)
        self.addCleanup(listening.close)
        listening.bind(str(made.socket))
        listening.listen(64)
        before = os.stat(made.socket).st_ino
        manager = self.manage(
            made, [made.programs / "attuned", "--config", made.config, "--data", made.data, "--runtime",
                   made.runtime], "attuned", listening, made.log)
        manager.start()
        self.assertEqual(made.attune("status")["sessions"], [])
        manager.kill()
        answers = []
        caller = threading.Thread(target=lambda: answers.append(made.attune("status")))
        caller.start()
        time.sleep(1.5)
        self.assertEqual(answers, [], "nobody could have answered")
        started = time.monotonic()
        manager.start()
        caller.join(30)
        self.report(f"answered {time.monotonic() - started:.1f} s after the daemon was started again")
        self.assertEqual([answer["sessions"] for answer in answers], [[]])
        self.assertEqual(manager.stop(), 0)
        self.assertEqual(os.stat(made.socket).st_ino, before, "the socket is the manager's")

    def test_browsers_wait_and_the_socket_wins_over_the_settings(self):
        made = self.station()
        for program, path in (("attune-console", "/sign-in"), ("attune-chat", "/")):
            with self.subTest(program):
                (made.folder / program).mkdir()
                listening = socket.socket(socket.AF_INET)
                self.addCleanup(listening.close)
                listening.bind(("127.0.0.1", 0))
                listening.listen(64)
                port = listening.getsockname()[1]
                log = pathlib.Path(made.path(program + ".log"))
                command = [made.programs / program, "--runtime", made.runtime, "--state",
                           made.path(program + "-state"), "--listen", "127.0.0.1:1"]
                manager = self.manage(made, command, program, listening, log)
                manager.start()
                self.assertLess(self.get(port, path)[0], 500)
                self.assertRegex(log.read_text(), rf"served at 127.0.0.1:{port}, .* not at 127.0.0.1:1:")
                manager.kill()
                answers = []
                browser = threading.Thread(target=lambda: answers.append(self.get(port, path)))
                browser.start()
                time.sleep(1)
                self.assertEqual(answers, [], "nobody could have answered")
                started = time.monotonic()
                manager.start()
                browser.join(30)
                status, date = answers[0]
                self.report(f"{program} answered {status} {time.monotonic() - started:.1f} s after its start")
                self.assertLess(status, 500)
                self.assertRegex(date, r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
                # An idle connection that is kept alive does not hold up the end.
                idle = http.client.HTTPConnection("127.0.0.1", port)
                idle.request("GET", path)
                idle.getresponse().read()
                ended = time.monotonic()
                self.assertEqual(manager.stop(), 0)
                self.assertLess(time.monotonic() - ended, 5)
                idle.close()
                self.assertIn("1", [words.get("STOPPING") for words in manager.told])

    @staticmethod
    def get(port, path):
        """The status of a page, and its date."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.getheader("date") or ""
