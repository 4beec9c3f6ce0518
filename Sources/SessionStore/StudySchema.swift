/// The tables of a study database, as `Protocols/formats/study-database.md` describes them.
///
/// A new database is made as version 1 and upgraded, so that both ways lead to the same file.
enum StudySchema {
    static let applicationIdentifier = 0x4154_5453
    static let version = 6

    /// Version 1, as it was released.
    static let first = """
        PRAGMA application_id = \(applicationIdentifier);
        PRAGMA user_version = 1;
        CREATE TABLE participants (
          code TEXT PRIMARY KEY,
          created_realtime_ns INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE consent (
          id INTEGER PRIMARY KEY,
          participant TEXT NOT NULL REFERENCES participants (code),
          tier TEXT NOT NULL,
          granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
          realtime_ns INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX consent_by_participant ON consent (participant);
        CREATE TABLE sessions (
          id TEXT PRIMARY KEY,
          participant TEXT NOT NULL REFERENCES participants (code),
          kind TEXT NOT NULL,
          file TEXT NOT NULL UNIQUE,
          state TEXT NOT NULL,
          started_realtime_ns INTEGER NOT NULL,
          stopped_realtime_ns INTEGER,
          finished_realtime_ns INTEGER,
          sha256 TEXT,
          size INTEGER,
          parent TEXT,
          continuation_of TEXT
        ) STRICT;
        CREATE INDEX sessions_by_participant ON sessions (participant, started_realtime_ns);
        """

    /// From version 1 to 2. Columns are only added, and may be NULL where version 1 did not know.
    static let second = """
        ALTER TABLE consent ADD COLUMN actor TEXT;
        ALTER TABLE consent ADD COLUMN session TEXT;
        ALTER TABLE sessions ADD COLUMN pilot INTEGER CHECK (pilot IN (0, 1));
        ALTER TABLE sessions ADD COLUMN visit INTEGER CHECK (visit >= 1);
        ALTER TABLE sessions ADD COLUMN condition TEXT;
        ALTER TABLE sessions ADD COLUMN outcome TEXT;
        CREATE TABLE settings (
          name TEXT PRIMARY KEY,
          value TEXT NOT NULL
        ) STRICT;
        CREATE TABLE protocols (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL,
          version TEXT NOT NULL,
          text TEXT NOT NULL,
          actor TEXT NOT NULL,
          realtime_ns INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE statuses (
          id INTEGER PRIMARY KEY,
          participant TEXT NOT NULL REFERENCES participants (code),
          status TEXT NOT NULL
            CHECK (status IN ('enrolled', 'completed', 'dropped-out', 'withdrawn')),
          reason TEXT NOT NULL,
          actor TEXT NOT NULL,
          realtime_ns INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX statuses_by_participant ON statuses (participant);
        CREATE TABLE assignments (
          participant TEXT PRIMARY KEY REFERENCES participants (code),
          slot INTEGER NOT NULL CHECK (slot >= 0),
          replaces TEXT REFERENCES participants (code),
          realtime_ns INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE visits (
          participant TEXT NOT NULL REFERENCES participants (code),
          number INTEGER NOT NULL CHECK (number >= 1),
          condition TEXT NOT NULL,
          planned_realtime_ns INTEGER,
          PRIMARY KEY (participant, number)
        ) STRICT;
        PRAGMA user_version = 2;
        """

    /// From version 2 to 3: who rates what.
    static let third = """
        CREATE TABLE review_plans (
          id TEXT PRIMARY KEY,
          made_realtime_ns INTEGER NOT NULL,
          actor TEXT NOT NULL,
          name TEXT NOT NULL,
          scheme TEXT NOT NULL,
          scheme_version TEXT NOT NULL,
          scheme_text TEXT NOT NULL,
          seed INTEGER NOT NULL,
          detail TEXT NOT NULL CHECK (json_valid(detail))
        ) STRICT;
        CREATE TABLE review_assignments (
          id TEXT PRIMARY KEY,
          plan TEXT NOT NULL REFERENCES review_plans (id),
          rater TEXT NOT NULL,
          role TEXT NOT NULL CHECK (role IN ('expert', 'participant', 'researcher')),
          session TEXT NOT NULL REFERENCES sessions (id),
          position INTEGER NOT NULL CHECK (position >= 1),
          purpose TEXT NOT NULL CHECK (purpose IN ('main', 'calibration', 'repeat', 'own')),
          label TEXT NOT NULL,
          detail TEXT NOT NULL CHECK (json_valid(detail))
        ) STRICT;
        CREATE INDEX review_assignments_by_rater ON review_assignments (rater);
        CREATE TABLE review_assignment_changes (
          id INTEGER PRIMARY KEY,
          assignment TEXT NOT NULL REFERENCES review_assignments (id),
          made_realtime_ns INTEGER NOT NULL,
          actor TEXT NOT NULL,
          action TEXT NOT NULL,
          reason TEXT NOT NULL
        ) STRICT;

        """
        + ReviewSchema.onlyAdded("review_plans", "review_assignments", "review_assignment_changes")
        + "PRAGMA user_version = 3;"

    /// From version 3 to 4: what was done, what was removed, and what is being removed.
    static let fourth =
        AuditSchema.entries + AuditSchema.chain + """
            CREATE TABLE tombstones (
              id INTEGER PRIMARY KEY,
              session TEXT NOT NULL,
              participant TEXT NOT NULL,
              scope TEXT NOT NULL,
              audit_row TEXT,
              realtime_ns INTEGER NOT NULL,
              UNIQUE (session, scope, audit_row)
            ) STRICT;
            CREATE TABLE removals (
              id TEXT PRIMARY KEY,
              participant TEXT NOT NULL,
              scope TEXT NOT NULL,
              reason TEXT NOT NULL,
              actor TEXT NOT NULL,
              asked_realtime_ns INTEGER NOT NULL,
              sessions TEXT NOT NULL CHECK (json_valid(sessions)),
              done_realtime_ns INTEGER
            ) STRICT;
            PRAGMA user_version = 4;
            """
    /// To version 5: what there is a copy of. No key leads to the sessions: a session may go whose copy is
    /// still to be removed.
    static let fifth = """
        CREATE TABLE backups (
          place TEXT NOT NULL,
          file TEXT NOT NULL,
          session TEXT NOT NULL,
          sha256 TEXT NOT NULL,
          size INTEGER NOT NULL CHECK (size >= 0),
          changed_realtime_ns INTEGER NOT NULL,
          verified_realtime_ns INTEGER NOT NULL,
          PRIMARY KEY (place, file)
        ) STRICT;
        PRAGMA user_version = 5;
        """
    /// To version 6: redactions that go on.
    static let sixth = """
        CREATE TABLE redactions (
          id TEXT PRIMARY KEY,
          session TEXT NOT NULL,
          actor TEXT NOT NULL,
          asked_realtime_ns INTEGER NOT NULL
        ) STRICT;
        PRAGMA user_version = 6;
        """
}
