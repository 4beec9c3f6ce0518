"""Who let participants in, and who made links void, stands in the session's trail, whatever was killed.

    chat_invitations.py PROGRAMS

Prints one line a check; ends with an error at the first that fails.
"""

import json
import os
import pathlib
import socket
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Readers")]

import audit_trail  # noqa: E402
from chat_page import ChatProgram, Page  # noqa: E402
from chat_room import SETTINGS, check, finished, start  # noqa: E402
from station import Failure, Station, wait_for  # noqa: E402


def revoke(station, actor):
    """Makes links void as a console does, which names the person for whom it acts."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(20)
        caller.connect(str(station.runtime / "chat.sock"))
        caller.sendall(json.dumps({
            "method": "io.attune.Chat.RevokeInvitations",
            "parameters": {"session": "", "actor": actor}}).encode() + b"\0")
        answer = b""
        while not answer.endswith(b"\0"):
            answer += caller.recv(4096) or b"\0"
    return json.loads(answer[:-1])["parameters"]["revoked"]


def main(programs):
    with Station(programs, SETTINGS) as station:
        station.start()
        session = start(station, "P01")["id"]
        chat = ChatProgram(station)
        links = [chat.invite(session)]
        # What is done while the daemon is away is told by the next process of the chat.
        station.kill()
        links.append(station.attune("chat", "link", session)["url"])
        chat.kill()
        station.start()
        chat.start()
        wait_for("the room", lambda: station.attune("chat", "rooms")["rooms"])
        check("both links are void", revoke(station, "Mara (uid 0)") == 2)
        check("once", revoke(station, "Mara") == 0)
        links.append(chat.invite(session))
        database = finished(station, session)
        late = station.attune("chat", "link", session, check=False)
        check("nobody is let into a session that ended",
              late.returncode and "has ended" in late.stderr, (late.returncode, late.stderr))
        try:
            Page(links[-1])
            check("a link ends with its session", False)
        except Failure as failure:
            check("a link ends with its session", "410" in str(failure), failure)
        me = f"uid {os.getuid()}"
        [[client]] = database.execute("SELECT DISTINCT client FROM events WHERE kind = 'invitation'").fetchall()
        rows = [tuple(row) for row in database.execute(
            "SELECT action, actor FROM audit WHERE action LIKE '%invit%' ORDER BY id")]
        check("each stands in the trail once, with who did it", client.startswith("chat-") and rows == [
            ("invite", f"{me} (client {client})"), ("invite", f"{me} (client {client})"),
            ("revoke invitations", f"Mara (uid 0) ({me}) (client {client})"),
            ("invite", f"{me} (client {client})")], rows)
        path = pathlib.Path(database.execute("PRAGMA database_list").fetchone()[2])
        check("the trail is whole", audit_trail.verify(path, session)[1] >= 6)
        stored = path.read_bytes()
        check("no link stands in the file",
              not [link for link in links if link.rsplit("/", 1)[1].encode() in stored])
        chat.stop()
        station.stop()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
