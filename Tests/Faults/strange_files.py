"""Session and review files as a stranger could send them: made with nothing but SQLite, from
Protocols/formats/session-file.md and review-file.md, valid at first and then spoilt on purpose."""

import pathlib
import random
import sqlite3
import struct
import zlib

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
SECOND = 1_000_000_000
START = 100 * SECOND
WALL = 1_700_000_000 * SECOND
EXTREMES = (-2**63, -2**63 + 1, -1, 0, 2**53 + 1, 2**62, 2**63 - 1)
SESSION = "5e551057-0000-4000-8000-000000000001"

TABLES = """
CREATE TABLE session (one INTEGER PRIMARY KEY, id TEXT, kind TEXT, study TEXT, participant TEXT,
  protocol_name TEXT, protocol_version TEXT, protocol_text TEXT, pilot INTEGER, station TEXT,
  software_version TEXT, boot_id TEXT, parent TEXT, continuation_of TEXT, state TEXT, outcome TEXT,
  reason TEXT, started_ns INTEGER, started_realtime_ns INTEGER, stopped_ns INTEGER,
  finished_realtime_ns INTEGER) STRICT;
CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT, kind TEXT, source TEXT, profile_name TEXT,
  profile_version INTEGER, profile_text TEXT, device_identity TEXT, nominal_rate_hz REAL,
  clock_kind TEXT, gap_tolerance_ns INTEGER, typical_delay_ns INTEGER,
  delay_uncertainty_ns INTEGER) STRICT;
CREATE TABLE channels (stream_id INTEGER, position INTEGER, name TEXT, label TEXT, unit TEXT,
  scale REAL, "offset" REAL, conversion TEXT, minimum REAL, maximum REAL, storage TEXT,
  PRIMARY KEY (stream_id, position)) STRICT, WITHOUT ROWID;
CREATE TABLE chunks (stream_id INTEGER, first_index INTEGER, sample_count INTEGER,
  first_arrival_ns INTEGER, last_arrival_ns INTEGER, data BLOB, packets BLOB,
  PRIMARY KEY (stream_id, first_index)) STRICT;
CREATE INDEX chunks_by_arrival ON chunks (stream_id, first_arrival_ns);
CREATE TABLE pyramid (stream_id INTEGER, channel INTEGER, level INTEGER, first_bucket INTEGER,
  bucket_count INTEGER, data BLOB, PRIMARY KEY (stream_id, channel, level, first_bucket)) STRICT;
CREATE TABLE events (id INTEGER PRIMARY KEY, stream_id INTEGER, t_ns INTEGER, bound_ns INTEGER,
  kind TEXT, client TEXT, client_sequence INTEGER, payload TEXT) STRICT;
CREATE TABLE keystrokes (stream_id INTEGER, ordinal INTEGER, pressed_ns INTEGER, released_ns INTEGER,
  class TEXT, pairing TEXT, bound_ns INTEGER, PRIMARY KEY (stream_id, ordinal)) STRICT, WITHOUT ROWID;
CREATE TABLE turns (id INTEGER PRIMARY KEY, number INTEGER, author TEXT, text TEXT,
  composed_from_ns INTEGER, sent_ns INTEGER, shown_ns INTEGER, bound_ns INTEGER, client TEXT,
  client_sequence INTEGER) STRICT;
CREATE TABLE draft_edits (id INTEGER PRIMARY KEY, turn_number INTEGER, t_ns INTEGER,
  bound_ns INTEGER, position INTEGER, deleted INTEGER, inserted INTEGER, class TEXT, text TEXT,
  client TEXT, client_sequence INTEGER) STRICT;
CREATE TABLE phases (id INTEGER PRIMARY KEY, name TEXT, started_ns INTEGER, ended_ns INTEGER) STRICT;
CREATE TABLE audit (id INTEGER PRIMARY KEY, t_ns INTEGER, realtime_ns INTEGER, actor TEXT,
  action TEXT, detail TEXT) STRICT;
CREATE TABLE faults (stream_id INTEGER, cause TEXT, count INTEGER,
  PRIMARY KEY (stream_id, cause)) STRICT, WITHOUT ROWID;
CREATE TABLE clock_observations (id INTEGER PRIMARY KEY, stream_id INTEGER, client TEXT,
  sample_index INTEGER, device_time INTEGER, sent_ns INTEGER, arrival_ns INTEGER) STRICT;
CREATE TABLE clock_segments (stream_id INTEGER, first_index INTEGER, last_index INTEGER,
  origin_ns INTEGER, period_ns REAL, bound_ns INTEGER, method TEXT, drift_ppm REAL,
  jitter_ns INTEGER, PRIMARY KEY (stream_id, first_index)) STRICT, WITHOUT ROWID;
CREATE INDEX clock_segments_by_time ON clock_segments (stream_id, origin_ns);
CREATE TABLE clock_models (stream_id INTEGER PRIMARY KEY, tolerance_ppm REAL,
  counter_modulus INTEGER) STRICT;
CREATE TABLE time_triples (id INTEGER PRIMARY KEY, monotonic_ns INTEGER, boottime_ns INTEGER,
  realtime_ns INTEGER, uncertainty_ns INTEGER, cause TEXT) STRICT;
CREATE TABLE gaps (id INTEGER PRIMARY KEY, stream_id INTEGER, cause TEXT, after_index INTEGER,
  start_ns INTEGER, end_ns INTEGER, lost INTEGER, lost_bound INTEGER) STRICT;
CREATE TABLE ring_positions (ring_id TEXT PRIMARY KEY, name TEXT, position INTEGER) STRICT;
CREATE TABLE saved_states (name TEXT PRIMARY KEY, state BLOB) STRICT;
CREATE TABLE sources (one INTEGER PRIMARY KEY, description TEXT) STRICT;
PRAGMA application_id = 0x4154544E;
PRAGMA user_version = 1;
"""

REVIEW = """
CREATE TABLE review (one INTEGER PRIMARY KEY, session_id TEXT, made_realtime_ns INTEGER,
  software_version TEXT) STRICT;
CREATE TABLE alignments (id INTEGER PRIMARY KEY AUTOINCREMENT, made_realtime_ns INTEGER,
  software_version TEXT, method TEXT, reason TEXT, session_id TEXT, session_sha256 TEXT,
  detail TEXT) STRICT;
CREATE TABLE alignment_segments (alignment_id INTEGER, stream_id INTEGER, first_index INTEGER,
  last_index INTEGER, origin_ns INTEGER, period_ns REAL, bound_ns INTEGER, method TEXT,
  drift_ppm REAL, jitter_ns INTEGER,
  PRIMARY KEY (alignment_id, stream_id, first_index)) STRICT, WITHOUT ROWID;
CREATE TABLE alignment_gaps (alignment_id INTEGER, stream_id INTEGER, after_index INTEGER,
  cause TEXT, start_ns INTEGER, end_ns INTEGER, lost INTEGER, lost_bound INTEGER,
  PRIMARY KEY (alignment_id, stream_id, after_index)) STRICT, WITHOUT ROWID;
PRAGMA application_id = 0x41545452;
PRAGMA user_version = 1;
"""


def column(values):
    """Integers as one column: each as it is, in eight planes."""
    codes = [((value << 1) ^ (value >> 63)) & (2**64 - 1) for value in values]
    planes = b"".join(bytes(code >> (8 * plane) & 255 for code in codes) for plane in range(8))
    return struct.pack("<BBIqq", 0, 8, len(values), 0, 0) + planes


def line(count, start=0, step=0):
    """A column of any length in 22 bytes."""
    return struct.pack("<BBIqq", 0, 0, count & 0xFFFFFFFF, start, step)


def insert(database, table, *rows):
    """Adds rows to a table."""
    for row in rows:
        places = ", ".join("?" * len(row))
        database.execute(f"INSERT INTO {table} VALUES ({places})", row)


def sample(index):
    """What each channel shows at an index."""
    return ((index * index * 7) % 500) + (2000 if index % 100 < 3 else 0)


def fill(database, seconds=20):
    """A short session: an ECG, skin conductance with stamps, a keyboard, a chat."""
    protocol = (CHECKOUT / "Protocols/studies/pilot.yaml").read_text()
    end = START + seconds * SECOND
    insert(database, "session", (
        1, SESSION, "chat", "pilot", "P01", "pilot", "1", protocol, 0, "station", "0.1.0", "boot", None,
        None, "finished", "completed", None, START, WALL, end, WALL + seconds * SECOND))
    for number, name, kind, rate, clock in (
            (1, "ecg", "signal", 130.0, "counter"), (2, "eda", "signal", 4.0, "stamped"),
            (3, "keyboard", "keys", None, "stamped"), (4, "chat", "chat", None, "stamped")):
        insert(database, "streams", (
            number, name, kind, f"device-{number}", "", 0, "", "{}", rate, clock, 2 * SECOND, 0, 0))
    insert(database, "channels", (1, 0, "ecg", "ECG", "uV", 1.0, 0.0, None, None, None, "integer"),
           (2, 0, "eda", "EDA", "uS", 0.01, 0.0, None, None, None, "integer"))
    for number, rate in ((1, 130), (2, 4)):
        for second in range(seconds):
            values = [sample(index) for index in range(second * rate, (second + 1) * rate)]
            first = START + second * SECOND
            packets = column([1] * rate) + column([first + index * SECOND // rate for index in range(rate)])
            insert(database, "chunks", (
                number, second * rate, rate, first, first + (rate - 1) * SECOND // rate,
                zlib.compress(column(values)), zlib.compress(packets)))
    half = seconds * 65
    before, behind = START + (half - 1) * SECOND // 130, START + (half + 3) * SECOND // 130
    insert(database, "clock_segments",
           (1, 0, half - 1, START, SECOND / 130, 2_000_000, "least-delay/1", 0.0, 1000),
           (1, half, 2 * half - 1, behind, SECOND / 130, 2_000_000, "least-delay/1", 0.0, 1000),
           (2, 0, seconds * 4 - 1, START, SECOND / 4, 2_000_000, "least-delay/1", 0.0, 1000))
    buckets = [[sample(index) for index in range(first, first + 16)] for first in range(0, seconds * 130 - 15, 16)]
    insert(database, "pyramid", (
        1, 0, 1, 0, len(buckets), struct.pack(
            f"<{2 * len(buckets)}f", *(value for bucket in buckets for value in (min(bucket), max(bucket))))))
    insert(database, "clock_models", (1, 200.0, 65536))
    insert(database, "gaps", (1, 1, "counter", half - 1, before, behind, 3, 0))
    insert(database, "phases", (1, "chat", START, end - SECOND), (2, "end", end - SECOND, None))
    insert(database, "time_triples", (1, START, START, WALL, 50, "start"), (2, end, end, WALL + seconds * SECOND, 50, "stop"))
    for number in range(1, 7):
        sent = START + number * 3 * SECOND
        author = "participant" if number % 2 else "client"
        insert(database, "turns", (
            number, number, author, f"Message {number}, with words.", sent - SECOND, sent, sent + 1000, 1000, "room", number))
        for edit in range(5):
            insert(database, "draft_edits", (
                None, number, sent - SECOND + edit * SECOND // 10, 1000, edit, 0, 1, "letter", "a", "room",
                1000 + number * 10 + edit))
            insert(database, "keystrokes", (
                3, number * 5 + edit - 5, sent - SECOND + edit * SECOND // 10,
                sent - SECOND + edit * SECOND // 10 + SECOND // 20, "letter", "exact", 1000))
        insert(database, "events", (
            None, None, sent, 1000, "mark", None, None, '{"label": "a mark", "actor": "uid 0", "detail": null}'))
    insert(database, "clock_observations", (1, 1, None, 129, 1_000_000, None, START + SECOND))
    insert(database, "audit", (1, START, WALL, "uid 0", "start", "{}"))
    insert(database, "faults", (1, "checksum", 2))


class Folder:
    """Makes hostile files in a folder; `files` has their names and what is wrong with each."""

    def __init__(self, path, seed):
        self.path = pathlib.Path(path)
        self.random = random.Random(seed)
        self.files = {}
        self.base = self.path / "base"
        database = sqlite3.connect(self.base)
        database.executescript(TABLES)
        fill(database)
        database.commit()
        database.close()

    def file(self, name, change=None, raw=None, page=None):
        """One file: rows changed, the schema changed by hand, or the bytes.
        - change: gets the open database; raw: gets the bytes and gives others."""
        path = self.path / f"{name}.attune"
        data = self.base.read_bytes()
        path.write_bytes(data)
        if change:
            database = sqlite3.connect(path, isolation_level=None)
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN")
            change(database)
            database.execute("COMMIT")
            database.close()
        if raw:
            path.write_bytes(raw(bytearray(path.read_bytes())))
        self.files[name] = path
        return path

    def sql(self, name, *statements):
        """A file that differs by statements of SQL."""
        def change(database):
            for statement in statements:
                database.execute(statement)
        return self.file(name, change)

    def schema(self, name, *statements):
        """A file whose schema was written by hand, against SQLite's own rules."""
        def change(database):
            database.execute("COMMIT")
            database.execute("PRAGMA writable_schema = ON")
            database.execute("BEGIN")
            for statement in statements:
                database.execute(statement)
        return self.file(name, change)

    def review(self, name, change):
        """A session file with a review file beside it."""
        self.file(name)
        path = self.path / f"{name}.review"
        database = sqlite3.connect(path, isolation_level=None)
        database.executescript(REVIEW)
        insert(database, "review", (1, SESSION, WALL, "1.0"))
        insert(database, "alignments", (1, WALL, "1.0", "two-sided/1", "because", SESSION, "0" * 64, "{}"))
        insert(database, "alignment_segments", (
            1, 1, 0, 2599, START, SECOND / 130, 1000, "two-sided/1", 0.0, 10))
        change(database)
        database.commit()
        database.close()
