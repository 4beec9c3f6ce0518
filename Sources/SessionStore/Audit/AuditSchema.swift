/// The tables of an audit trail: the same in session files, study databases and the station's own trail.
enum AuditSchema {
    /// What was done; in session files since their first version.
    static let entries = """
        CREATE TABLE IF NOT EXISTS audit (
          id INTEGER PRIMARY KEY,
          t_ns INTEGER NOT NULL,
          realtime_ns INTEGER NOT NULL,
          actor TEXT NOT NULL,
          action TEXT NOT NULL,
          detail TEXT NOT NULL
        ) STRICT;
        """

    /// How the rows hang together; files of earlier programs lack it.
    static let chain = """
        CREATE TABLE IF NOT EXISTS audit_chain (
          audit_id INTEGER PRIMARY KEY REFERENCES audit (id),
          row_id TEXT NOT NULL UNIQUE,
          detail_sha256 TEXT NOT NULL,
          hash TEXT NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS audit_head (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          subject TEXT NOT NULL,
          count INTEGER NOT NULL,
          hash TEXT NOT NULL
        ) STRICT;
        """

    /// In the order in which they refer to one another.
    static let chainTables = ["audit_chain", "audit_head"]
}
