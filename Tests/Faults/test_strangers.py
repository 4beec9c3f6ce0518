"""Somebody sends a session file. Whatever it holds: no program that reads it crashes, hangs, takes all of the
memory, or writes outside of where it was told to."""

import concurrent.futures
import os
import pathlib
import resource
import signal
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
import zlib

import faults
import strange_files
from strange_files import EXTREMES, SESSION, START, column, insert, line

SEED = 8
LONGEST = 60  # seconds of the processor that a command may take, also as a debug build; on a slow machine more, see below
# How often as long as the export of a tenth of the rows, which is measured first, that of all of them may take (caches
# are shared by then), and any command.
ALL_ROWS, ANYTHING = 20, 30
WAITING = 3  # times as long one that only waits is waited for; others run on the machine meanwhile
MEMORY = 300 << 20  # bytes that a program may have in memory at most, beside its own code
# What a command may say of the file that nobody spoilt instead of doing it: there is no such thing in it.
MISSING = {"transcript": "has no transcript", "export wav": "has no sound"}
# A table without an end, as a name for something that is read.
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


def hostile(folder, is_short):
    """The files; each is one thing that a stranger could try."""
    folder.file("whole")
    numbers(folder, is_short)
    blobs(folder)
    schemas(folder)
    sizes(folder)
    names(folder)
    reviews(folder)
    noise(folder, 8 if is_short else 200)


def numbers(folder, is_short):
    """Times, ordinals and counts at the ends of what 64 bits hold, in each column there is."""
    database = sqlite3.connect(folder.base)
    tables = [name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    columns = []
    for table in tables:
        for _, name, kind, _, _, key in database.execute(f"PRAGMA table_info({table})"):
            # Keys stay: they are spoilt below, where rows do not get in each other's way.
            if kind in ("INTEGER", "REAL") and not key:
                columns.append((table, name, kind))
    database.close()
    for table, name, kind in columns:
        values = EXTREMES if kind == "INTEGER" else (0.0, -1.0, 1e-300, 1e300, -1e300, 5e-324)
        if is_short and folder.random.random() < 0.7:
            continue
        for value in [folder.random.choice(values)] if is_short else values:
            folder.sql(f"number-{table}-{name}-{value}", f'UPDATE {table} SET "{name}" = {value}')
    for value in (-2**63, -1, 2**31, 2**53, 2**62, 2**63 - 1):
        folder.sql(f"key-{value}",
                   f"UPDATE chunks SET first_index = {value} WHERE first_index = 2470",
                   f"UPDATE clock_segments SET first_index = {value} WHERE first_index = 0",
                   f"UPDATE channels SET position = {value}",
                   f"UPDATE pyramid SET first_bucket = {value}")
        folder.sql(f"ordinal-{value}", f"UPDATE keystrokes SET ordinal = {value} WHERE ordinal = 3",
                   f"UPDATE turns SET number = {value} WHERE number = 3",
                   f"UPDATE turns SET id = {value} WHERE number = 4",
                   f"UPDATE gaps SET after_index = {value}")
        folder.sql(f"stream-{value}", *(
            f"UPDATE {table} SET stream_id = {value} WHERE stream_id = 1"
            for table in ("channels", "chunks", "clock_segments", "pyramid", "gaps", "faults", "clock_models")),
            f"UPDATE streams SET id = {value} WHERE id = 1")
    # All at once: the start at one end, everything else at the other.
    folder.sql("ends", f"UPDATE session SET started_ns = {-2**63}, stopped_ns = {2**63 - 1}",
               f"UPDATE phases SET started_ns = {-2**63}, ended_ns = {2**63 - 1}",
               f"UPDATE turns SET sent_ns = {2**63 - 1}, composed_from_ns = {-2**63}",
               f"UPDATE keystrokes SET pressed_ns = {2**63 - 1}, released_ns = {-2**63}")
    folder.sql("rates", "UPDATE streams SET nominal_rate_hz = 1e308")
    folder.sql("slow", "UPDATE streams SET nominal_rate_hz = 5e-324")
    folder.sql("lost", f"UPDATE gaps SET lost = {2**63 - 1}, lost_bound = 0",
               f"INSERT INTO gaps VALUES (9, 1, 'counter', 10, 0, 1, {2**63 - 1}, 0)")
    folder.sql("long", f"UPDATE session SET stopped_ns = {START + 10**18}",
               f"UPDATE phases SET ended_ns = {START + 10**18}")
    folder.sql("dense", "UPDATE clock_segments SET period_ns = 5e-324")


def blobs(folder):
    """Chunks that claim what they do not hold, or hold more than anybody can."""
    def chunk(name, data, packets=None, count=130):
        def change(database):
            database.execute(
                "UPDATE chunks SET data = ?, packets = coalesce(?, packets), sample_count = ?"
                " WHERE stream_id = 1 AND first_index = 2470", (data, packets, count))
        folder.file(name, change)

    for count in (2**24, 2**32 - 1, 2**63 - 1):
        packets = zlib.compress(line(1, count & 0x7FFFFFFF) + line(1))
        chunk(f"bomb-line-{count}", zlib.compress(line(count)), packets, count)
    chunk("bomb-claims", zlib.compress(column([1] * 130)), None, 2**24)
    many = zlib.compress(line(2**16, 1) + line(2**16))
    chunk("bomb-packets", zlib.compress(line(2**16)), many, 2**16)
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1200)) + packer.flush()
    chunk("bomb-zlib", bomb)
    chunk("bomb-zlib-packets", zlib.compress(column([1] * 130)), bomb)
    for count in (0, 130, 2**36 - 1):
        head = struct.pack(">HH", 4096, 4096) + bytes(6)
        rate = (655350 << 44) | (0 << 41) | (15 << 36) | count
        flac = b"fLaC" + bytes([128, 0, 0, 34]) + head + rate.to_bytes(8, "big") + bytes(16)
        chunk(f"flac-{count}", flac, None, min(count, 2**24) or 1)
        chunk(f"flac-metadata-{count}", b"fLaC" + bytes([4, 255, 255, 255]) + b"\xff" * 64)
    chunk("empty", b"")

    def wide(database):  # 20,000 channels whose columns are a line each
        insert(database, "channels", *(
            (1, place, f"c{place}", "", "", 1.0, 0.0, None, None, None, "integer") for place in range(1, 20_000)))
        for first, in database.execute("SELECT first_index FROM chunks WHERE stream_id = 1").fetchall():
            database.execute("UPDATE chunks SET data = ? WHERE stream_id = 1 AND first_index = ?",
                             (zlib.compress(line(130) * 20_000), first))
    folder.file("wide", wide)

    def wide_bomb(database):
        wide(database)
        database.execute("UPDATE chunks SET data = ?, sample_count = 16777216 WHERE first_index = 2470",
                         (zlib.compress(line(2**24) * 20_000),))
    folder.file("wide-bomb", wide_bomb)

    def endless(database):  # 16 chunks of a million samples each, in a microsecond
        database.execute("DELETE FROM chunks WHERE stream_id = 1")
        data, packets = zlib.compress(line(2**20)), zlib.compress(line(1, 2**20) + line(1, START))
        insert(database, "chunks", *(
            (1, place * 2**20, 2**20, START, START, data, packets) for place in range(16)))
        database.execute(f"UPDATE clock_segments SET period_ns = 1e-9, last_index = {16 * 2**20 - 1}")
    folder.file("endless-samples", endless)


def schemas(folder):
    """Code in the schema: views, triggers, virtual tables, generated columns, checks, indexes."""
    for table in ("session", "streams", "chunks", "turns", "events"):
        folder.schema(f"view-{table}", f"ALTER TABLE {table} RENAME TO was_{table}",
                      f"CREATE VIEW {table} AS {ENDLESS} SELECT w.* FROM n, was_{table} AS w")
    folder.sql("view-own", f"CREATE VIEW v_streams AS {ENDLESS} SELECT i FROM n")
    folder.sql("trigger", "CREATE TRIGGER t AFTER INSERT ON turns BEGIN DELETE FROM session; END")
    folder.schema("virtual", "DELETE FROM sqlite_schema WHERE name = 'turns'",
                  "INSERT INTO sqlite_schema VALUES ('table', 'turns', 'turns', 0,"
                  " 'CREATE VIRTUAL TABLE turns USING fts5(number, author, text)')")
    folder.schema("virtual-unknown",
                  "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING evil(1)')")
    folder.sql("generated", "DROP TABLE phases",
               "CREATE TABLE phases (id INTEGER PRIMARY KEY, name TEXT GENERATED ALWAYS AS"
               " (hex(zeroblob(400000000))) VIRTUAL, started_ns INTEGER, ended_ns INTEGER) STRICT",
               f"INSERT INTO phases (id, started_ns) VALUES (1, {START})")
    folder.schema("check", "UPDATE sqlite_schema SET sql = replace(sql, 'bound_ns INTEGER,', 'bound_ns INTEGER"
                  " CHECK (length(hex(randomblob(400000000))) > 0),') WHERE name IN ('events', 'turns')")
    folder.sql("index", "CREATE INDEX lies ON turns (hex(text)) WHERE number > 100")
    folder.schema("index-missing", "DELETE FROM sqlite_schema WHERE type = 'index'")
    folder.schema("loop", "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'chunks')"
                  " WHERE name IN ('turns', 'events', 'gaps')")
    folder.schema("schema-many", *(f"CREATE TABLE x{place} (a)" for place in range(3000)))
    folder.sql("schema-wide", f"CREATE TABLE x ({', '.join(f'c{place}' for place in range(1900))})")


def sizes(folder):
    """Too much of everything."""
    def rows(count):
        return lambda database: database.execute(
            "INSERT INTO events WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE"
            f" value < {count}) SELECT NULL, NULL, {START} + value, 0, 'mark', NULL, NULL, '{{}}' FROM n")
    folder.file("rows", rows(2_000_000))
    folder.file("rows-tenth", rows(200_000))

    def text(table, name, length):
        folder.sql(f"text-{table}-{name}", f"UPDATE {table} SET {name} = printf('%.*c', {length}, 'a')")
    text("session", "protocol_text", 120_000_000)
    text("session", "participant", 1_000_000)
    text("streams", "device_identity", 30_000_000)
    text("turns", "text", 20_000_000)
    text("events", "kind", 1_000_000)
    for name, payload in (("deep", '{"a":' * 100_000 + "1" + "}" * 100_000), ("deep-list", "[" * 1_000_000),
                          ("number", '{"label": ' + "9" * 100_000 + "}"), ("huge", '{"label": 1e999999999}')):
        def change(database, payload=payload):
            for table, place in (("events", "payload"), ("audit", "detail")):
                database.execute(f"UPDATE {table} SET {place} = ?", (payload,))
            database.execute("UPDATE streams SET device_identity = ?", (payload,))
        folder.file(f"payload-{name}", change)

    def aliases(database):  # nine levels of nine times the level before
        lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [
            f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * 9) + "]" for level in range(1, 10)]
        database.execute("UPDATE session SET protocol_text = ?", ("\n".join(lines),))
        database.execute("UPDATE streams SET profile_text = ?", ("\n".join(lines),))
    folder.file("aliases", aliases)
    folder.file("deep-protocol", lambda database: database.execute(
        "UPDATE session SET protocol_text = ?", ("[" * 200_000,)))

    def streams(database):
        insert(database, "streams", *(
            (place, f"s{place}", "signal", "d", "", 0, "", "{}", 100.0, "arrival", 0, 0, 0) for place in range(10, 5010)))
        insert(database, "channels", *(
            (place, 0, "c", "", "", 1.0, 0.0, None, None, None, "integer") for place in range(10, 5010)))
    folder.file("streams", streams)
    folder.file("buckets", lambda database: (
        database.execute("UPDATE pyramid SET bucket_count = 9223372036854775807"),
        database.execute("UPDATE pyramid SET data = zeroblob(50000000)")))


def names(folder):
    """Names that would lead out of a folder, or out of a table."""
    for place, name in enumerate(("../../escaped", "/tmp/escaped-absolute", "a\0b", "x" * 5000, "..", "",
                                  "=cmd|' /C calc'!A0", "a\nb\rc\"';", "\u202egnp.exe", "con\x1b]0;owned\x07")):
        def change(database, name=name):
            for table, cells in (("session", ("participant", "study", "station", "protocol_name", "id", "software_version")),
                                 ("streams", ("source", "profile_name")), ("channels", ("name", "unit")),
                                 ("events", ("kind", "client")), ("turns", ("author",)), ("phases", ("name",)),
                                 ("gaps", ("cause",)), ("clock_segments", ("method",))):
                for cell in cells:
                    database.execute(f"UPDATE {table} SET {cell} = ?", (name,))
            database.execute("UPDATE streams SET name = ? || CASE id WHEN 1 THEN '' ELSE id END", (name,))
            database.execute("UPDATE session SET kind = 'commentary', parent = ?", (name,))
        folder.file(f"name-{place}", change)

        def streams(database, name=name):
            database.execute("UPDATE streams SET name = ? || CASE id WHEN 1 THEN '' ELSE id END", (name,))
            database.execute("UPDATE session SET participant = ?, study = ?", (name, name))
        folder.file(f"name-streams-{place}", streams)
    folder.sql("parent-self", f"UPDATE session SET kind = 'commentary', parent = '{SESSION}'")


def reviews(folder):
    """Review files beside a session."""
    for value in EXTREMES:
        folder.review(f"review-{value}", lambda database, value=value: (
            database.execute("UPDATE alignment_segments SET origin_ns = ?, bound_ns = ?", (value, value)),
            insert(database, "alignment_gaps", (1, 1, 10, "counter", value, -1 - value, value, value))))
        folder.review(f"review-index-{value}", lambda database, value=value: database.execute(
            "UPDATE alignment_segments SET last_index = ?", (value,)))
    folder.review("review-view", lambda database: database.executescript(
        f"ALTER TABLE alignment_segments RENAME TO was; CREATE VIEW alignment_segments AS {ENDLESS} SELECT w.* FROM n, was AS w"))
    folder.review("review-trigger", lambda database: database.executescript(
        "CREATE TRIGGER t AFTER INSERT ON alignments BEGIN DELETE FROM review; END"))
    folder.review("review-annotations", lambda database: database.executescript(
        f"CREATE VIEW annotations AS {ENDLESS} SELECT i AS id FROM n"))
    folder.review("review-rows", lambda database: database.execute(
        "INSERT INTO alignment_segments SELECT 1, 1, value, value, value, 1.0, 1, 'm', 0.0, 0 FROM (WITH RECURSIVE"
        " n(value) AS (SELECT 2600 UNION ALL SELECT value + 1 FROM n WHERE value < 1500000) SELECT value FROM n)"))


def noise(folder, count):
    """Bytes changed anywhere, pages exchanged, the end missing."""
    for number in range(count):
        def spoil(data):
            for _ in range(folder.random.randrange(1, 30)):
                kind = folder.random.randrange(3)
                page = folder.random.randrange(len(data) // 4096) * 4096
                if kind == 0:
                    data[folder.random.randrange(100, len(data))] = folder.random.randrange(256)
                elif kind == 1 and page:
                    other = folder.random.randrange(1, len(data) // 4096) * 4096
                    data[page:page + 4096] = data[other:other + 4096]
                else:
                    place = page + folder.random.randrange(40)
                    if place > 100:
                        data[place] = folder.random.randrange(256)
            return bytes(data if folder.random.randrange(4) else data[:folder.random.randrange(100, len(data))])
        folder.file(f"noise-{number}", raw=spoil)


class Strangers(faults.FaultTest):
    """Files that nobody can trust."""

    def setUp(self):
        made = tempfile.TemporaryDirectory(prefix="attune-strangers-")
        self.addCleanup(made.cleanup)
        self.root = pathlib.Path(made.name)
        for name in ("files", "work", "logs"):
            (self.root / name).mkdir()
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.root / "home"), "LANG": "C.UTF-8",
            "XDG_DATA_HOME": str(self.root / "home"), "XDG_RUNTIME_DIR": str(self.root / "home"),
            "TMPDIR": str(self.root / "home")}
        (self.root / "home").mkdir()

    def run_one(self, arguments, place):
        """Runs a command in a folder of its own, of which it may write into `out` alone; what is wrong with how
        it ended, its exit code, its seconds of the processor and its peak of memory."""
        work = self.root / "work" / str(place)
        work.mkdir()
        begun = time.monotonic()
        with open(self.root / "logs" / str(place), "w+b") as log:
            process = subprocess.Popen(
                [str(self.programs / "attune"), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=self.environment, cwd=work,
                # No file above 4 GiB, and nothing like all of the memory: what is asked for and fails is a crash.
                preexec_fn=lambda: (resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 32, 1 << 32)),
                                    resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
                                    resource.setrlimit(resource.RLIMIT_CPU, (self.longest, self.longest + 5)),
                                    resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))))
            waiting = threading.Timer(WAITING * self.longest, process.kill)
            waiting.start()
            _, status, usage = os.wait4(process.pid, 0)
            waiting.cancel()
            code = process.returncode = os.waitstatus_to_exitcode(status)
            waited = time.monotonic() - begun
            log.seek(0)
            said = log.read(200_000)
        took = usage.ru_utime + usage.ru_stime
        strays = self.strays(work)
        wrong = None
        if code < 0:
            hangs = -code == signal.SIGXCPU or waited >= WAITING * self.longest
            wrong = (f"hangs: {took:.0f} s of the processor in {waited:.0f} s" if hangs
                     else f"dies of {signal.Signals(-code).name}")
        elif usage.ru_maxrss * 1024 > MEMORY + self.own:
            wrong = f"takes {usage.ru_maxrss >> 10} MiB"
        elif code and not said.strip():
            wrong = f"exits with {code} and says nothing"
        elif strays:
            wrong = f"writes {strays}"
        if wrong:
            tail = said.decode(errors="replace")[-600:]
            wrong = f"{wrong}\n      {tail.strip()}"
        return wrong, code, took, usage.ru_maxrss * 1024

    @staticmethod
    def strays(work):
        """What a command has written beside `out`, and what in it is neither a file nor a folder."""
        found = [path for path in work.iterdir() if path.name != "out"]
        found += [path for path in work.rglob("*") if path.is_symlink() or not (path.is_file() or path.is_dir())]
        return [str(path) for path in found]

    def commands(self, name, path):
        out = "out"
        if name != "endless-samples":
            # These read every sample there is, which takes as long as there are samples.
            yield "check", ["check", path]
            yield "export", ["export", path, "--out", out, "--jobs", 1, "--windows", "5/5"]
        readers = [
            ("summary", ["summary", path]),
            ("quality", ["quality", path, "--out", out]),
            ("play", ["play", path, "--plain", "--speed", 0])]
        if self.is_short and name != "endless-samples":
            self.turn += 1
            readers = [readers[self.turn % 3]]
        yield from readers
        if not self.is_short and name != "endless-samples":
            yield "sync", ["sync", path]
            yield "measures", ["measures", path]
            yield "transcript", ["transcript", "show", path]
            yield "emotions", ["emotions", path]
            for form in ("bids", "spss", "stata", "sas", "wav", "xdf", "edf", "matlab", "r"):
                yield f"export {form}", ["export", path, "--format", form, "--out", out, "--jobs", 1]

    def test_strangers(self):
        """Every command over every file."""
        self.own, self.turn, self.longest = 0, 0, 10 * LONGEST
        _, _, _, self.own = self.run_one(["--version"], "version")
        folder = strange_files.Folder(self.root / "files", SEED)
        begun = time.monotonic()
        hostile(folder, self.is_short)
        self.report(f"{len(folder.files)} files made in {time.monotonic() - begun:.1f} s")
        # What a machine takes for a tenth tells what it may take for all, and whether costs grow faster than rows.
        fault, code, tenth, _ = self.run_one(
            ["export", folder.files["rows-tenth"], "--out", "out", "--jobs", 1, "--windows", "5/5"], "tenth")
        self.assertEqual((fault, code), (None, 0))
        self.longest = max(LONGEST, round(ANYTHING * tenth))
        before = self.outside()
        words = [word for word in os.environ.get("STRANGERS", "").split() if word]
        jobs = [(name, title, arguments)
                for name, path in folder.files.items() if not words or any(word in name for word in words)
                for title, arguments in self.commands(name, path)]
        wrong, slowest, largest, opened, read = [], (0, ""), (0, ""), set(), set()
        with concurrent.futures.ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
            results = pool.map(lambda job: (job[0], self.run_one(job[1][2], job[0])), enumerate(jobs))
            for place, (fault, code, took, memory) in results:
                name, title, _ = jobs[place]
                slowest = max(slowest, (took, f"{title} {name}"))
                largest = max(largest, (memory, f"{title} {name}"))
                if name == "whole" and not fault:
                    said = (self.root / "logs" / str(place)).read_text(errors="replace")
                    if code and MISSING.get(title, "\0") not in said:
                        fault = f"exits with {code} over a file that nobody spoilt:\n      {said[-600:]}"
                if title == "check":
                    read.add(name)
                    # It tells a file that is wrong from one that it cannot open at all.
                    if code != 2:
                        opened.add(name)
                if (title, name) == ("export", "rows") and took > ALL_ROWS * tenth:
                    fault = fault or f"takes {took:.1f} s of the processor, a tenth of its rows {tenth:.1f} s"
                if fault:
                    wrong.append(f"{title} {name}: {fault}")
                    self.report(wrong[-1])
        self.report(f"{len(jobs)} commands; slowest {slowest[0]:.1f} s of the processor ({slowest[1]}), largest"
                    f" {largest[0] >> 20} MiB ({largest[1]}), the program itself {self.own >> 20} MiB; {self.longest} s are allowed")
        self.report(f"{len(opened)} of {len(read)} files got past opening, and were checked to their end")
        strays = self.outside() - before
        self.assertFalse(strays, f"written outside of --out: {strays}")
        self.assertFalse(wrong, f"{len(wrong)} of {len(jobs)}\n" + "\n".join(wrong))
        if not words:
            self.assertGreater(len(opened), len(read) // 3, "most files are refused before anything of them is tried")

    def outside(self):
        """All that stands outside of the commands' own folders, and what a name could have led to."""
        return {path for path in self.root.rglob("*")
                if not {self.root / "work", self.root / "logs"}.intersection([path, *path.parents])} | set(
                    pathlib.Path("/tmp").glob("escaped*")) | set(self.root.parent.glob("escaped*"))
