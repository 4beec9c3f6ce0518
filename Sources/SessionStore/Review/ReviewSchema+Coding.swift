/// What people say of a finished session. The tables are made by the first row of any of them; files of
/// earlier programs lack them.
extension ReviewSchema {
    static let coding =
        """
        CREATE TABLE IF NOT EXISTS schemes (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          made_realtime_ns INTEGER NOT NULL,
          software_version TEXT NOT NULL,
          actor TEXT NOT NULL,
          name TEXT NOT NULL,
          version TEXT NOT NULL,
          sha256 TEXT NOT NULL UNIQUE,
          text TEXT NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS annotations (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          made_realtime_ns INTEGER NOT NULL,
          software_version TEXT NOT NULL,
          actor TEXT NOT NULL,
          action TEXT NOT NULL
            CHECK (action IN ('add', 'change', 'remove', 'undo', 'redo', 'import')),
          change TEXT NOT NULL UNIQUE,
          annotation TEXT NOT NULL,
          layer TEXT NOT NULL,
          scheme TEXT,
          scheme_version TEXT,
          scheme_sha256 TEXT REFERENCES schemes (sha256),
          kind TEXT NOT NULL
            CHECK (kind IN ('point', 'interval', 'turn', 'span', 'beat', 'no-beat', 'artefact')),
          code TEXT NOT NULL,
          modifiers TEXT NOT NULL CHECK (json_valid(modifiers)),
          start_ns INTEGER,
          end_ns INTEGER,
          stream_id INTEGER,
          channel TEXT,
          turn_number INTEGER,
          span_start INTEGER,
          span_end INTEGER,
          stage TEXT,
          note TEXT NOT NULL,
          detail TEXT NOT NULL CHECK (json_valid(detail)),
          removed INTEGER NOT NULL CHECK (removed IN (0, 1))
        ) STRICT;
        CREATE INDEX IF NOT EXISTS annotations_by_annotation ON annotations (annotation, id);
        CREATE TABLE IF NOT EXISTS ratings (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          made_realtime_ns INTEGER NOT NULL,
          software_version TEXT NOT NULL,
          change TEXT NOT NULL UNIQUE,
          rater TEXT NOT NULL,
          role TEXT NOT NULL CHECK (role IN ('expert', 'participant', 'researcher')),
          assignment TEXT NOT NULL,
          stage TEXT NOT NULL,
          turn_number INTEGER,
          item TEXT NOT NULL,
          value TEXT NOT NULL CHECK (json_valid(value)),
          rationale TEXT NOT NULL,
          is_draft INTEGER NOT NULL CHECK (is_draft IN (0, 1))
        ) STRICT;
        CREATE INDEX IF NOT EXISTS ratings_by_assignment ON ratings (assignment, id);
        CREATE TABLE IF NOT EXISTS rating_stages (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          made_realtime_ns INTEGER NOT NULL,
          software_version TEXT NOT NULL,
          rater TEXT NOT NULL,
          assignment TEXT NOT NULL,
          stage TEXT NOT NULL,
          action TEXT NOT NULL CHECK (action IN ('opened', 'locked'))
        ) STRICT;
        CREATE TABLE IF NOT EXISTS transcripts (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          made_realtime_ns INTEGER NOT NULL,
          software_version TEXT NOT NULL,
          change TEXT NOT NULL UNIQUE,
          actor TEXT NOT NULL,
          source TEXT NOT NULL CHECK (source IN ('typed', 'webvtt', 'srt', 'json', 'elan')),
          language TEXT NOT NULL,
          detail TEXT NOT NULL CHECK (json_valid(detail))
        ) STRICT;
        CREATE TABLE IF NOT EXISTS transcript_segments (
          transcript_id INTEGER NOT NULL REFERENCES transcripts (id),
          position INTEGER NOT NULL,
          start_ns INTEGER NOT NULL,
          end_ns INTEGER NOT NULL,
          speaker TEXT NOT NULL,
          text TEXT NOT NULL,
          words TEXT NOT NULL CHECK (json_valid(words)),
          PRIMARY KEY (transcript_id, position)
        ) STRICT, WITHOUT ROWID;

        """
        + onlyAdded(
            "schemes", "annotations", "ratings", "rating_stages", "transcripts",
            "transcript_segments")
}
