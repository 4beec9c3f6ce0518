/// The tables of a review file, as described in Protocols/formats/review-file.md.
enum ReviewSchema {
    /// `ATTR`, in the file's header.
    static let applicationIdentifier = 0x4154_5452
    /// The format's version, in the file's header as `user_version`.
    static let version = 1

    /// Rows are only added: whoever tries otherwise, with whatever program, is refused.
    static func onlyAdded(_ tables: String...) -> String {
        tables.map {
            """
            CREATE TRIGGER IF NOT EXISTS \($0)_unchanged BEFORE UPDATE ON \($0)
              BEGIN SELECT raise(ABORT, 'rows are only added'); END;
            CREATE TRIGGER IF NOT EXISTS \($0)_kept BEFORE DELETE ON \($0)
              BEGIN SELECT raise(ABORT, 'rows are only added'); END;
            """
        }.joined(separator: "\n")
    }

    /// What researchers say of emotions; made when the first one does.
    static let emotionCorrections = """
        CREATE TABLE IF NOT EXISTS emotion_corrections (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          made_realtime_ns INTEGER NOT NULL,
          software_version TEXT NOT NULL,
          actor TEXT NOT NULL,
          turn_number INTEGER NOT NULL,
          category TEXT,
          valence REAL,
          arousal REAL,
          note TEXT NOT NULL
        ) STRICT;

        """ + onlyAdded("emotion_corrections")

    static let all = """
        PRAGMA application_id = \(applicationIdentifier);
        PRAGMA user_version = \(version);
        CREATE TABLE review (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          session_id TEXT NOT NULL,
          made_realtime_ns INTEGER NOT NULL,
          software_version TEXT NOT NULL
        ) STRICT;
        CREATE TABLE alignments (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          made_realtime_ns INTEGER NOT NULL,
          software_version TEXT NOT NULL,
          method TEXT NOT NULL,
          reason TEXT NOT NULL,
          session_id TEXT NOT NULL,
          session_sha256 TEXT NOT NULL,
          detail TEXT NOT NULL
        ) STRICT;
        CREATE TABLE alignment_segments (
          alignment_id INTEGER NOT NULL REFERENCES alignments (id),
          stream_id INTEGER NOT NULL,
          first_index INTEGER NOT NULL,
          last_index INTEGER NOT NULL,
          origin_ns INTEGER NOT NULL,
          period_ns REAL NOT NULL,
          bound_ns INTEGER NOT NULL,
          method TEXT NOT NULL,
          drift_ppm REAL,
          jitter_ns INTEGER NOT NULL,
          PRIMARY KEY (alignment_id, stream_id, first_index)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE alignment_gaps (
          alignment_id INTEGER NOT NULL REFERENCES alignments (id),
          stream_id INTEGER NOT NULL,
          after_index INTEGER NOT NULL,
          cause TEXT NOT NULL,
          start_ns INTEGER NOT NULL,
          end_ns INTEGER NOT NULL,
          lost INTEGER NOT NULL,
          lost_bound INTEGER NOT NULL,
          PRIMARY KEY (alignment_id, stream_id, after_index)
        ) STRICT, WITHOUT ROWID;

        """ + onlyAdded("alignments", "alignment_segments", "alignment_gaps")
}
