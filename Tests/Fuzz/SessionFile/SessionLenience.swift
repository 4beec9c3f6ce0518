import GRDB

/// Takes out of a schema all that keeps values in order: a stranger's file need not have it.
enum SessionLenience {
    static func give(_ database: Database) throws {
        let triggers = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        for trigger in triggers { try database.execute(sql: "DROP TRIGGER \(trigger)") }
        var sql = "sql"
        for (words, other) in [
            (") STRICT, WITHOUT", ") WITHOUT"), (") STRICT", ")"), (" NOT NULL", ""),
            (" INTEGER,", " ANY,"), (" TEXT,", " ANY,"), (" REAL,", " ANY,"), (" BLOB,", " ANY,"),
            (" INTEGER\n", " ANY\n"), (" TEXT\n", " ANY\n"), (" REAL\n", " ANY\n"),
        ] { sql = "replace(\(sql), '\(words)', '\(other)')" }
        try database.execute(
            sql: """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = \(sql) WHERE type = 'table';
                PRAGMA writable_schema = RESET;
                """)
    }
}
