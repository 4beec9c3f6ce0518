"""Several stations, one study: a real daemon records, and `attune push` and `attune pull` carry what is
finished to a folder or a store that speaks S3, and from there.

    stations.py PROGRAMS store|folder|killed|broken|secure

Each request to the store has its signature worked out by another implementation (`s3_store.py`).
"""

import hashlib
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time

from station import Failure, Station, end_on_signals, wait_for

STUDY = "pilot"
# One who looks for secrets in what is printed finds these.
SECRETS = []
# When copies of sessions begin.
YESTERDAY = int(time.time()) - 100_000


def check(what, condition, found=""):
    if not condition:
        raise Failure(f"{what}: {found}")
    print("ok", what, flush=True)


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


class Lab:
    """A station as the commands see it: a data directory, a name, and a place."""

    def __init__(self, programs, name, data, place, options=(), environment=None):
        self.programs, self.name = pathlib.Path(programs), name
        self.data, self.place = pathlib.Path(data), str(place)
        self.options = [*options, "--station", name]
        # Nothing of the one who runs this counts.
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("AWS_") and "proxy" not in name.lower()}
        self.environment |= {"HOME": str(self.data), **(environment or {})}
        # Of a daemon on this data directory.
        self.runtime = None
        self.data.mkdir(parents=True, exist_ok=True)

    def arguments(self, *words):
        return [str(self.programs / "attune"), *words, *self.options, "--data", str(self.data),
                "--runtime", str(self.runtime or self.data / ".no-daemon"), "--json"]

    def run(self, *words, code=0, longest_file=None):
        def limit():
            # A write beyond that fails, as on a full disk, where the signal of it stays ignored.
            resource.setrlimit(resource.RLIMIT_FSIZE, (longest_file, longest_file))
        done = subprocess.run(
            self.arguments(*words), env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60,
            **({"preexec_fn": limit, "restore_signals": False} if longest_file else {}))
        for secret in SECRETS:
            if secret in done.stdout + done.stderr:
                raise Failure(f"{words}: a secret was printed")
        if done.returncode != code:
            raise Failure(f"{words} ended with {done.returncode} and not {code}: "
                          f"{done.stdout[-3000:]} {done.stderr[-2000:]}")
        return json.loads(done.stdout) if done.stdout.strip() else done.stderr

    def push(self, *words, code=0):
        return self.run("push", *words, "--to", self.place, code=code)

    def pull(self, *words, code=0, longest_file=None):
        return self.run("pull", *words, "--from", self.place, code=code, longest_file=longest_file)

    def status(self, *words, code=0):
        return self.run("study", "status", *words, "--at", self.place, code=code)

    def whereabouts(self, code=0):
        return {entry["participant"]: entry["whereabouts"]
                for entry in self.status(code=code)["sessions"]}

    def files(self):
        """Hashes of session files by participant."""
        return {path.parent.name: digest(path)
                for path in sorted((self.data / STUDY).glob("*/*.attune"))}

    def left_over(self):
        return [path for path in self.data.rglob(".*") if path.is_file()]

    def start(self, *words):
        return subprocess.Popen(
            self.arguments(*words), env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def moved(outcome):
    return sorted(entry["participant"] for entry in outcome["moved"])


def entry(station, session):
    [path] = pathlib.Path(station.data).glob("*/study.db")
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)
    row = connection.execute("SELECT sha256 FROM sessions WHERE id = ?", [session["id"]]).fetchone()
    connection.close()
    return row


def record(station, *participants):
    """Records a session of each participant, at once, and waits until they are finished."""
    sessions = [station.attune("session", "start", STUDY, participant, "--protocol", "pilot", "--pilot")
                for participant in participants]
    for session in sessions:
        station.attune("session", "stop", "--session", session["id"])
    for session in sessions:
        wait_for("the session to be finished", lambda: entry(station, session)[0])
        report = pathlib.Path(session["file"]).with_suffix(".quality.html")
        wait_for("its quality report", report.exists)
    return sessions


def copy(source, lab, participant, number, mebibytes=0, identifier=None):
    """A session file out of another one: of another participant, with another id, and larger."""
    seconds = YESTERDAY + number
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))
    path = lab.data / STUDY / participant / f"{stamp}-chat.attune"
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, path)
    connection = sqlite3.connect(path)
    connection.execute(
        "UPDATE session SET id = ?, participant = ?, started_realtime_ns = ?",
        [identifier or f"0000{number:04d}-0000-4000-8000-000000000000", participant,
         seconds * 1_000_000_000])
    if mebibytes:
        connection.execute("CREATE TABLE filler (bytes BLOB)")
        chance = random.Random(number)
        for _ in range(mebibytes):
            connection.execute("INSERT INTO filler VALUES (?)", [chance.randbytes(1 << 20)])
    connection.commit()
    connection.close()
    path.chmod(0o440)
    return path


def two_stations(programs, place, options, environment, names):
    """What holds at any place. `names` gives all names that the place has."""
    with Station(programs, "station: lab-a\n") as station:
        a = Lab(programs, "lab-a", station.data, place, options, environment)
        b = Lab(programs, "lab-b", station.folder / "b", place, options, environment)
        station.start()
        first, second = record(station, "P01", "P02")
        copy(second["file"], a, "P03", 3, mebibytes=12)
        running = station.attune("session", "start", STUDY, "P04", "--protocol", "pilot", "--pilot")

        told = a.status(code=2)
        check("a place is not made by looking at it", "nothing was sent" in told, told)
        sent = a.push("--piece-size", "5")
        check("all that is finished is sent", moved(sent) == ["P01", "P02", "P03"], sent)
        check("a recording is told and left", [x["participant"] for x in sent["open"]] == ["P04"], sent)
        check("reports go with their sessions", all(
            entry["parts"] == (["session"] if entry["participant"] == "P03" else ["session", "report"])
            for entry in sent["moved"]), sent)
        before = names()
        again = a.push()
        check("a second push sends nothing",
              not again["moved"] and again["present"] == 3 and names() == before, again)
        check("here, there, recording", a.whereabouts() == {
            "P01": "both", "P02": "both", "P03": "both", "P04": "recording"})

        check("the other station sees it", b.whereabouts(code=1) == {
            "P01": "there", "P02": "there", "P03": "there"})
        check("it is brought", moved(b.pull()) == ["P01", "P02", "P03"])
        own = a.files()
        del own["P04"]
        check("it is the same", b.files() == own and not b.left_over(), b.left_over())
        check("nobody changes it", all(
            stat.S_IMODE(path.stat().st_mode) == 0o440 for path in b.data.glob("*/*/*.attune")))
        check("a second pull brings nothing", not b.pull()["moved"])
        check("both have all", b.status()["settled"])
        summary = subprocess.run(
            [str(b.programs / "attune"), "check",
             str(next((b.data / STUDY / "P01").glob("*.attune")))], capture_output=True, text=True)
        check("what was brought is a whole session", summary.returncode == 0,
              summary.stdout + summary.stderr)

        # Another content under one id.
        d = Lab(programs, "lab-d", station.folder / "d", place, options, environment)
        other = copy(second["file"], d, "P03", 3, mebibytes=1)
        content = digest(other)
        before = names()
        told = d.push(code=1)
        check("another content is a conflict", len(told["problems"]) == 1 and not told["moved"], told)
        d.pull(code=1)
        check("and stays, here and there", digest(other) == content and all(
            name in names() for name in before))
        check("it is told", d.whereabouts(code=1)["P03"] == "differs")

        # A withdrawal at one station.
        station.attune("session", "stop", "--session", running["id"])
        wait_for("the session to be finished", lambda: entry(station, running)[0])
        station.attune("participant", "withdraw", "P01", "--study", STUDY, "--delete-all", "--yes")
        told = a.status(code=1)
        check("what is to be removed is told, and where", {
            removal["at"] for removal in told["removals"] if removal["participant"] == "P01"
        } >= {"place", "lab-b"}, told["removals"])
        sent = a.push()
        check("a push removes it from the place", first["id"] in [
            x.get("session") for x in sent["removed"]] and moved(sent) == ["P04"], sent)
        check("nothing of it is there", not [
            name for name in names() if "P01" in name or first["id"] in name], names())
        told = b.status(code=1)
        check("the other station is told", ("P01", "here") in [
            (removal["participant"], removal["at"]) for removal in told["removals"]], told)
        told = b.push()
        check("it does not send it again", "P01" in [x["participant"] for x in told["withdrawn"]], told)
        check("nothing of it came back", not [name for name in names() if "files/P01" in name])
        late = copy(b.data / STUDY / "P01" / pathlib.Path(first["file"]).name, b, "P01", 9)
        check("nor is an earlier session that only the other one has", "P01" not in moved(b.push()))
        late.unlink()
        c = Lab(programs, "lab-c", station.folder / "c", place, options, environment)
        check("a new station gets the others", moved(c.pull()) == ["P02", "P03", "P04"])
        return a, b, c, d


def store(programs):
    from s3_store import BUCKET, KEY, REGION, SECRET, TOKEN, Store
    SECRETS.extend([SECRET, TOKEN])
    with Store() as s3:
        options = ["--endpoint", s3.guard.address, "--region", REGION]
        place = f"s3://{BUCKET}/our lab/studies"
        a, b, c, _ = two_stations(
            programs, place, options, s3.environment(), lambda: s3.keys("our lab/"))
        records = s3.guard.records
        check("every request was signed as it has to be", not s3.guard.refused, s3.guard.refused)
        check("large files went in pieces", len([
            record for record in records if "partNumber" in record.query]) == 3, len(records))
        check("nothing is left of them", not s3.uploads())

        c.environment |= {"AWS_SECRET_ACCESS_KEY": "another"}
        c.data.mkdir(parents=True, exist_ok=True)
        told = c.status(code=2)
        check("wrong credentials are told", "credentials" in told and "another" not in told, told)
        s3.guard.refused.clear()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            del c.environment[name]
        told = c.status(code=2)
        check("none are told", "AWS_ACCESS_KEY_ID" in told, told)
        (c.data / ".aws").mkdir()
        (c.data / ".aws" / "credentials").write_text(
            f"[lab]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
            f"aws_session_token = {TOKEN}\n")
        c.environment["AWS_PROFILE"] = "lab"
        c.options[1] = s3.guard.address.replace("127.0.0.1", "localhost")
        c.options += ["--addressing", "host"]
        c.status(code=1)
        check("a profile, and the bucket's name in the host's", not s3.guard.refused, s3.guard.refused)
        c.place = "s3://no-such-bucket/x"
        check("a bucket that there is not", "no bucket" in c.push(code=2))


def folder(programs):
    with Station(programs) as made:
        share = made.folder / "share"
        share.mkdir()
        share.chmod(0o2770)

        def names():
            return sorted(str(path.relative_to(share)) for path in share.rglob("*") if path.is_file())
        two_stations(programs, share, [], {}, names)
        check("folders have the rights of the place", all(
            stat.S_IMODE(path.stat().st_mode) == 0o2770 for path in share.rglob("*") if path.is_dir()))
        with Station(programs, "station: lab-f\n") as other:
            other.start()
            f = Lab(programs, "lab-f", other.data, share)
            f.runtime = other.runtime
            brought = f.pull()
            check("a daemon takes in what comes", not brought["remarks"] and sorted(
                entry["participant"] for entry in other.attune("session", "list")
            ) == moved(brought) == ["P02", "P03", "P04"], brought)
            wait_for("their hashes in the index", lambda: all(
                entry(other, {"id": session["session"]})[0] for session in brought["moved"]))
            for session in brought["moved"]:
                report = other.data / STUDY / pathlib.Path(session["file"]).with_suffix(".quality.html")
                wait_for("its quality report", report.exists)
            sent = f.push()
            check("a report that it made is sent", [entry["parts"] for entry in sent["moved"]] == [["report"]],
                  sent)
            check("and all is here and there", set(f.whereabouts(code=1).values()) == {"both"})
        missing = Lab(programs, "lab-e", made.folder / "e", made.folder / "gone")
        (missing.data / STUDY).mkdir()
        check("a folder that is not there", "is not there" in missing.push(code=2))


def template(programs, lab_folder):
    """A real session file, for copies."""
    with Station(programs, "station: lab-a\n") as station:
        station.start()
        [session] = record(station, "P01")
        kept = lab_folder / "template.attune"
        shutil.copyfile(session["file"], kept)
        return kept


def killed_often(lab, words, seconds, times=6):
    """kill -9 at random moments, sooner where the work was done before."""
    kills = 0
    for _ in range(times):
        process = lab.start(*words)
        try:
            process.wait(random.uniform(0.0, seconds))
            # What is left to be done takes no longer than this did.
            seconds /= 2
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    return kills


def killed(programs):
    """Pushes and pulls that are killed, at a store and at a folder."""
    from s3_store import BUCKET, REGION, SECRET, TOKEN, Store
    SECRETS.extend([SECRET, TOKEN])
    seed = random.randrange(1 << 32)
    print("seed", seed, flush=True)
    random.seed(seed)
    with Station(programs) as made, Store() as s3:
        file = template(programs, made.folder)
        share = made.folder / "share"
        share.mkdir()
        options = ["--endpoint", s3.guard.address, "--region", REGION]
        for place, own, slowness in [(f"s3://{BUCKET}", options, 0.05), (share, [], 0)]:
            environment = s3.environment()
            a = Lab(programs, "lab-a", made.folder / f"a{slowness}", place, own, environment)
            b = Lab(programs, "lab-b", made.folder / f"b{slowness}", place, own, environment)
            size = copy(file, a, "P01", 1, mebibytes=28).stat().st_size
            copy(file, a, "P02", 2)
            s3.guard.slowness = slowness
            s3.guard.records.clear()
            words = ["push", "--piece-size", "5", "--to", a.place]
            kills = killed_often(a, words, 0.9 if slowness else 0.35)
            check(f"{kills} pushes were killed", kills > 0)
            a.run(*words)
            check("then all is there", a.status("--verify")["settled"])
            pieces = [record for record in s3.guard.records if "partNumber" in record.query]
            if slowness:
                resent = sum(record.size for record in pieces) - size
                check("and was sent once", resent <= kills * (5 << 20), resent)
                check("nothing is left at the store", not s3.uploads(), s3.uploads())
            else:
                left = [path for path in share.rglob(".*") if path.is_file()]
                check("nothing is left in the folder", not left, left)
            check("a further push sends nothing", not a.push()["moved"])
            words = ["pull", "--from", b.place]
            kills = killed_often(b, words, 0.7 if slowness else 0.3)
            b.run(*words)
            check(f"{kills} pulls were killed, and all is here", b.files() == a.files())
            check("nothing is left of them", not b.left_over(), b.left_over())
        check("every request was signed as it has to be", not s3.guard.refused, s3.guard.refused)


def broken(programs):
    """Connections that are cut, a store that cannot just now, objects that are damaged, uploads of long ago."""
    from s3_store import BUCKET, REGION, SECRET, TOKEN, Store
    SECRETS.extend([SECRET, TOKEN])
    with Station(programs) as made, Store() as s3:
        file = template(programs, made.folder)
        options = ["--endpoint", s3.guard.address, "--region", REGION]
        place = f"s3://{BUCKET}/s"
        a, b, c = (Lab(programs, f"lab-{name}", made.folder / name, place, options, s3.environment())
                   for name in "abc")
        copy(file, a, "P01", 1, mebibytes=16)
        copy(file, a, "P02", 2)
        guard = s3.guard
        # None lets one through: each of them is tried again soon, and not ever later.
        guard.request_cuts = [0, None, 1, None, 70_000, None, 3_000_000]
        guard.failures = [None, None, 503, None, 500]
        check("cut connections are mended", moved(a.push("--piece-size", "5")) == ["P01", "P02"])
        check("all of it was cut", not guard.request_cuts and not guard.failures)
        told = c.pull(code=1, longest_file=6_000_000)
        check("a disk that is full is told", moved(told) == ["P02"] and len(told["problems"]) == 1
              and "cannot be written" in told["problems"][0]["why"], told)
        check("and takes nothing up", list(c.files()) == ["P02"] and not c.left_over(), c.left_over())
        shutil.rmtree(c.data)
        c.data.mkdir()
        guard.answer_cuts = [0, None, 1, None, 500, None, 100_000, None, 5_000_000]
        check("also on the way back", moved(b.pull()) == ["P01", "P02"])
        check("and it is the same", b.files() == a.files() and not guard.answer_cuts)

        [key] = [key for key in s3.keys() if "files/P01" in key]
        whole = s3.client.get_object(Bucket=BUCKET, Key=key)
        body, metadata = bytearray(whole["Body"].read()), whole["Metadata"]
        body[7_000_000] ^= 1
        s3.client.put_object(Bucket=BUCKET, Key=key, Body=bytes(body), Metadata=metadata)
        told = c.pull(code=1)
        check("a damaged object is not brought", moved(told) == ["P02"]
              and list(c.files()) == ["P02"] and not c.left_over(), told)
        check("who reads sees it", a.status() and not a.status("--verify", code=1)["settled"])
        check("who has it mends it", moved(a.push("--verify", "--piece-size", "5")) == ["P01"])
        check("then it is brought", moved(c.pull()) == ["P01"] and c.files() == a.files())

        # An upload of long ago, and one of just now by somebody else.
        name = "s/pilot/files/P09/20261121T093000Z-chat.0123456789ab.attune"
        s3.client.create_multipart_upload(Bucket=BUCKET, Key=name)
        a.push()
        check("what somebody else is sending stays", len(s3.uploads()) == 1)
        guard.initiated = "2026-01-01T00:00:00.000Z"
        a.push()
        check("what nobody goes on with is given up", not s3.uploads())

        # What another study is not understood for is no reason to say nothing of this one.
        (a.data / "zeta").mkdir()
        s3.client.put_object(Bucket=BUCKET, Key="s/zeta/stations/x.json", Body=b"{}")
        told = a.push(code=2)
        check("a ledger that is not understood stops its study, and what was done before is told",
              told["present"] == 2 and "zeta/stations/x.json" in told["cut_off"], told)
        told = b.pull(code=2)
        check("also on the way back", told["present"] == 2 and "zeta" in told["cut_off"], told)
        s3.client.delete_object(Bucket=BUCKET, Key="s/zeta/stations/x.json")
        (a.data / "zeta").rmdir()

        # A hostile list: names that lead elsewhere.
        for name in ["s/../../evil/sessions/x.json", "s/pilot/sessions/../../../x.json",
                     "s/pilot/sessions/..%2f..%2fx.json", "s/pilot/sessions/a b.json"]:
            s3.client.put_object(Bucket=BUCKET, Key=name, Body=b"{}")
        lie = json.loads(s3.client.get_object(
            Bucket=BUCKET, Key=[key for key in s3.keys() if "/sessions/0000" in key][0])["Body"].read())
        for number, change in enumerate([{"participant": "../../../evil"}, {"study": ".."}]):
            session = f"evil-{number}"
            s3.client.put_object(
                Bucket=BUCKET, Key=f"s/pilot/sessions/{session}.json",
                Body=json.dumps(lie | {"session": session} | change).encode())
        d = Lab(programs, "lab-d", made.folder / "inside" / "d", place, options, s3.environment())
        told = d.pull(code=1)
        outside = [path for path in (made.folder / "inside").rglob("*") if path.is_file()
                   and path.parent.name not in ("P01", "P02")]
        check("nothing is written elsewhere", moved(told) == ["P01", "P02"] and not outside, outside)
        check("lies are told", len(told["problems"]) == 2, told["problems"])
        check("every request was signed as it has to be", not guard.refused, guard.refused)

        guard.shutdown()
        guard.server_close()
        began = time.monotonic()
        told = a.push(code=2)
        check("a store that is away is told", "cannot be reached" in told, told)
        check("and not waited for long", time.monotonic() - began < 20)
        guard.shutdown = guard.server_close = lambda: None


def secure(programs):
    """A store with a certificate of the laboratory's own authority; certificates that are none; a proxy."""
    from s3_store import BUCKET, REGION, SECRET, TOKEN, Authority, Proxy, Store
    SECRETS.extend([SECRET, TOKEN])
    with Station(programs) as made, Store() as s3:
        file = template(programs, made.folder)
        own, other = Authority(made.folder / "own"), Authority(made.folder / "other")
        guard = s3.new_guard(own.certificate("IP:127.0.0.1", "DNS:localhost", "DNS:store.test"))
        foreign = s3.new_guard(own.certificate("DNS:elsewhere.test"))

        def lab(name, address, **environment):
            return Lab(programs, f"lab-{name}", made.folder / name, f"s3://{BUCKET}/s",
                       ["--endpoint", address, "--region", REGION], s3.environment() | environment)
        trusted = {"AWS_CA_BUNDLE": str(own.file)}
        a = lab("a", guard.address)
        copy(file, a, "P01", 1, mebibytes=12)
        copy(file, a, "P02", 2)

        def refused(what, environment, address=guard.address):
            a.environment = {name: value for name, value in a.environment.items()
                             if name != "AWS_CA_BUNDLE"} | environment
            a.options[1] = address
            began = time.monotonic()
            told = a.push(code=2)
            check(f"{what} is refused", "AWS_CA_BUNDLE" in told and address in told, told)
            check("at once, and nothing was sent", time.monotonic() - began < 5
                  and not guard.records and not foreign.records and not guard.refused, guard.records)
        refused("an authority that the machine does not know", {})
        refused("an authority that is another one", {"AWS_CA_BUNDLE": str(other.file)})
        refused("a file of authorities that is not there", {"AWS_CA_BUNDLE": str(made.folder / "none")})
        refused("a certificate of another name", trusted, foreign.address)

        a = lab("a", guard.address, **trusted)
        check("with the authority's file it is sent", moved(a.push("--piece-size", "5")) == ["P01", "P02"])
        b = lab("b", guard.address)
        (b.data / ".aws").mkdir()
        (b.data / ".aws" / "config").write_text(f"[default]\nca_bundle = {own.file}\n")
        check("or with the profile's it is brought", moved(b.pull()) == ["P01", "P02"])
        check("and it is the same", b.files() == a.files() and a.status("--verify")["settled"])

        # What is on this machine is not handed to a proxy; what is elsewhere is, and shows it nothing.
        proxy = Proxy(guard.server_port)
        named = {name: proxy.address for name in (
            "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}
        for address in (guard.address, guard.address.replace("127.0.0.1", "localhost"),
                        s3.guard.address, s3.guard.address.replace("127.0.0.1", "localhost")):
            check(f"{address} is spoken to without the proxy",
                  not lab("a", address, **trusted, **named).push()["moved"] and not proxy.heads, proxy.heads)
        before = len(guard.records)
        away = lab("c", f"https://store.test:{guard.server_port}", **trusted, **named)
        check("another machine with it", moved(away.pull()) == ["P01", "P02"]
              and len(guard.records) > before and away.files() == a.files())
        check("the proxy is asked for the way alone", proxy.heads and all(
            head.startswith(f"CONNECT store.test:{guard.server_port} ") for head in proxy.heads), proxy.heads)
        check("and sees neither credentials nor names", not [head for head in proxy.heads if any(
            word in head.lower() for word in ("amz", "authorization", TOKEN, "pilot", BUCKET))], proxy.heads)
        proxy.shutdown()
        proxy.server_close()
        for one in s3.guards:
            check("every request was signed as it has to be", not one.refused, one.refused)


if __name__ == "__main__":
    end_on_signals()
    try:
        {"store": store, "folder": folder, "killed": killed, "broken": broken,
         "secure": secure}[sys.argv[2]](sys.argv[1])
    except Failure as failure:
        sys.exit(f"FAILED {failure}")
