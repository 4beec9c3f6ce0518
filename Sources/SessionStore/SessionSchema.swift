import GRDB

/// The tables of a session file, as described in Protocols/formats/session-file.md.
enum SessionSchema {
    /// `ATTN`, in the file's header.
    static let applicationIdentifier = 0x4154_544E
    /// The format's version, in the file's header as `user_version`.
    static let version = 1

    /// Tables that a finished file still fills, in the order in which they refer to one another.
    static let tables = [
        "session", "streams", "channels", "events", "keystrokes", "turns", "draft_edits",
        "clock_observations", "clock_segments", "time_triples", "gaps", "phases", "audit", "faults",
    ]
    /// Tables that only a recording needs.
    static let workingTables = ["ring_positions", "saved_states", "sources"]

    /// The table of key codes, in files alone whose participant agreed that they are stored.
    static let keyCodes = """
        CREATE TABLE IF NOT EXISTS key_codes (
          stream_id INTEGER NOT NULL,
          ordinal INTEGER NOT NULL,
          code INTEGER NOT NULL,
          PRIMARY KEY (stream_id, ordinal),
          FOREIGN KEY (stream_id, ordinal) REFERENCES keystrokes (stream_id, ordinal)
        ) STRICT, WITHOUT ROWID
        """

    /// What the station knew of the streams' clocks; recordings of earlier programs lack it.
    static let clockModels = """
        CREATE TABLE IF NOT EXISTS clock_models (
          stream_id INTEGER PRIMARY KEY REFERENCES streams (id),
          tolerance_ppm REAL NOT NULL,
          counter_modulus INTEGER
        ) STRICT
        """

    /// Tables of times, which finishing computes anew.
    static let timeTables: Set<String> = ["clock_segments", "gaps"]

    /// The tables that a finished file takes over from a recording.
    static func copiedTables(of recording: Database) throws -> [String] {
        let optional = ["clock_models", "key_codes"] + AuditSchema.chainTables
        return try tables + optional.filter { try recording.tableExists($0) }
    }

    /// Creates everything in an empty database, inside the caller's transaction.
    static func create(in database: Database) throws {
        try database.execute(sql: "PRAGMA application_id = \(applicationIdentifier)")
        try database.execute(sql: "PRAGMA user_version = \(version)")
        try database.execute(sql: session)
        try database.execute(sql: samples)
        try database.execute(sql: happenings)
        try database.execute(sql: AuditSchema.entries)
        try database.execute(sql: clocks)
        try database.execute(sql: clockModels)
        try database.execute(sql: AuditSchema.chain)
        try database.execute(sql: working)
        try database.execute(sql: SessionViews.all)
    }

    private static let session = """
        CREATE TABLE session (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          id TEXT NOT NULL,
          kind TEXT NOT NULL,
          study TEXT NOT NULL,
          participant TEXT NOT NULL,
          protocol_name TEXT NOT NULL,
          protocol_version TEXT NOT NULL,
          protocol_text TEXT NOT NULL,
          pilot INTEGER NOT NULL CHECK (pilot IN (0, 1)),
          station TEXT NOT NULL,
          software_version TEXT NOT NULL,
          boot_id TEXT NOT NULL,
          parent TEXT,
          continuation_of TEXT,
          state TEXT NOT NULL CHECK (state IN
            ('recording', 'stopped', 'finished', 'interrupted', 'aborted', 'withdrawn')),
          outcome TEXT,
          reason TEXT,
          started_ns INTEGER NOT NULL,
          started_realtime_ns INTEGER NOT NULL,
          stopped_ns INTEGER,
          finished_realtime_ns INTEGER
        ) STRICT;
        CREATE TABLE streams (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE,
          kind TEXT NOT NULL,
          source TEXT NOT NULL,
          profile_name TEXT NOT NULL,
          profile_version INTEGER NOT NULL,
          profile_text TEXT NOT NULL,
          device_identity TEXT NOT NULL,
          nominal_rate_hz REAL,
          clock_kind TEXT NOT NULL CHECK (clock_kind IN ('counter', 'arrival', 'stamped')),
          gap_tolerance_ns INTEGER NOT NULL,
          typical_delay_ns INTEGER NOT NULL,
          delay_uncertainty_ns INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE channels (
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          position INTEGER NOT NULL,
          name TEXT NOT NULL,
          label TEXT NOT NULL,
          unit TEXT NOT NULL,
          scale REAL NOT NULL,
          "offset" REAL NOT NULL,
          conversion TEXT,
          minimum REAL,
          maximum REAL,
          storage TEXT NOT NULL CHECK (storage IN ('integer', 'real')),
          PRIMARY KEY (stream_id, position),
          UNIQUE (stream_id, name)
        ) STRICT, WITHOUT ROWID;
        """

    private static let samples = """
        CREATE TABLE chunks (
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          first_index INTEGER NOT NULL,
          sample_count INTEGER NOT NULL CHECK (sample_count > 0),
          first_arrival_ns INTEGER NOT NULL,
          last_arrival_ns INTEGER NOT NULL,
          data BLOB NOT NULL,
          packets BLOB NOT NULL,
          PRIMARY KEY (stream_id, first_index)
        ) STRICT;
        CREATE INDEX chunks_by_arrival ON chunks (stream_id, first_arrival_ns);
        CREATE TABLE pyramid (
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          channel INTEGER NOT NULL,
          level INTEGER NOT NULL CHECK (level > 0),
          first_bucket INTEGER NOT NULL,
          bucket_count INTEGER NOT NULL CHECK (bucket_count > 0),
          data BLOB NOT NULL,
          PRIMARY KEY (stream_id, channel, level, first_bucket)
        ) STRICT;
        """

    private static let happenings = """
        CREATE TABLE events (
          id INTEGER PRIMARY KEY,
          stream_id INTEGER REFERENCES streams (id),
          t_ns INTEGER NOT NULL,
          bound_ns INTEGER NOT NULL,
          kind TEXT NOT NULL,
          client TEXT,
          client_sequence INTEGER,
          payload TEXT NOT NULL,
          UNIQUE (client, client_sequence)
        ) STRICT;
        CREATE TABLE keystrokes (
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          ordinal INTEGER NOT NULL,
          pressed_ns INTEGER NOT NULL,
          released_ns INTEGER,
          class TEXT NOT NULL,
          pairing TEXT CHECK (pairing IN ('exact', 'order')),
          bound_ns INTEGER NOT NULL,
          PRIMARY KEY (stream_id, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE turns (
          id INTEGER PRIMARY KEY,
          number INTEGER NOT NULL,
          author TEXT NOT NULL,
          text TEXT NOT NULL,
          composed_from_ns INTEGER,
          sent_ns INTEGER NOT NULL,
          shown_ns INTEGER,
          bound_ns INTEGER NOT NULL,
          client TEXT,
          client_sequence INTEGER,
          UNIQUE (client, client_sequence)
        ) STRICT;
        CREATE INDEX turns_by_number ON turns (number);
        CREATE TABLE draft_edits (
          id INTEGER PRIMARY KEY,
          turn_number INTEGER NOT NULL,
          t_ns INTEGER NOT NULL,
          bound_ns INTEGER NOT NULL,
          position INTEGER NOT NULL,
          deleted INTEGER NOT NULL,
          inserted INTEGER NOT NULL,
          class TEXT NOT NULL,
          text TEXT,
          client TEXT,
          client_sequence INTEGER,
          UNIQUE (client, client_sequence)
        ) STRICT;
        CREATE TABLE phases (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL,
          started_ns INTEGER NOT NULL,
          ended_ns INTEGER
        ) STRICT;
        CREATE TABLE faults (
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          cause TEXT NOT NULL,
          count INTEGER NOT NULL,
          PRIMARY KEY (stream_id, cause)
        ) STRICT, WITHOUT ROWID;
        """

    private static let clocks = """
        CREATE TABLE clock_observations (
          id INTEGER PRIMARY KEY,
          stream_id INTEGER REFERENCES streams (id),
          client TEXT,
          sample_index INTEGER,
          device_time INTEGER,
          sent_ns INTEGER,
          arrival_ns INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE clock_segments (
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          first_index INTEGER NOT NULL,
          last_index INTEGER NOT NULL,
          origin_ns INTEGER NOT NULL,
          period_ns REAL NOT NULL,
          bound_ns INTEGER NOT NULL,
          method TEXT NOT NULL,
          drift_ppm REAL,
          jitter_ns INTEGER NOT NULL,
          PRIMARY KEY (stream_id, first_index)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX clock_segments_by_time ON clock_segments (stream_id, origin_ns);
        CREATE TABLE time_triples (
          id INTEGER PRIMARY KEY,
          monotonic_ns INTEGER NOT NULL,
          boottime_ns INTEGER NOT NULL,
          realtime_ns INTEGER NOT NULL,
          uncertainty_ns INTEGER NOT NULL,
          cause TEXT NOT NULL
        ) STRICT;
        CREATE TABLE gaps (
          id INTEGER PRIMARY KEY,
          stream_id INTEGER NOT NULL REFERENCES streams (id),
          cause TEXT NOT NULL,
          after_index INTEGER NOT NULL,
          start_ns INTEGER NOT NULL,
          end_ns INTEGER NOT NULL,
          lost INTEGER NOT NULL,
          lost_bound INTEGER NOT NULL,
          UNIQUE (stream_id, after_index)
        ) STRICT;
        """

    private static let working = """
        CREATE TABLE ring_positions (
          ring_id TEXT PRIMARY KEY,
          name TEXT NOT NULL,
          position INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE saved_states (
          name TEXT PRIMARY KEY,
          state BLOB NOT NULL
        ) STRICT;
        CREATE TABLE sources (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          description TEXT NOT NULL
        ) STRICT;
        """
}
