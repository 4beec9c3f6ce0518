import GRDB
import GRDBSQLite

/// What of a study there is a copy of, and the study's database as one piece to copy.
extension StudyDatabase {
    /// All copies that were read back, at all places.
    public func backups() throws(SessionStoreError) -> [BackupEntry] {
        guard version >= 5 else { return [] }
        return try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                SELECT place, file, session, sha256, size, changed_realtime_ns, verified_realtime_ns
                  FROM backups ORDER BY place, file
                """, path: path)
            var entries: [BackupEntry] = []
            while try row.step() {
                entries.append(
                    BackupEntry(
                        place: row.text(0), file: row.text(1), session: row.text(2),
                        sha256: row.text(3), size: row.integer(4),
                        changedRealtime: row.integer(5), verifiedRealtime: row.integer(6)))
            }
            return entries
        }
    }

    /// Notes a copy; what was noted of the same file at the same place is replaced.
    public func store(_ entry: BackupEntry) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                INSERT OR REPLACE INTO backups (place, file, session, sha256, size,
                  changed_realtime_ns, verified_realtime_ns) VALUES (?, ?, ?, ?, ?, ?, ?)
                """, path: path)
            try row.bind(1, entry.place)
            try row.bind(2, entry.file)
            try row.bind(3, entry.session)
            try row.bind(4, entry.sha256)
            try row.bind(5, entry.size)
            try row.bind(6, entry.changedRealtime)
            try row.bind(7, entry.verifiedRealtime)
            try row.run()
        }
    }

    /// Forgets a copy that is not there any more.
    public func removeBackup(of file: String, at place: String) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database, "DELETE FROM backups WHERE place = ? AND file = ?", path: path)
            try row.bind(1, place)
            try row.bind(2, file)
            try row.run()
        }
    }

    /// Sessions of which nothing is to be left, with their participants: none of them is copied, and their
    /// copies are removed. One of which something was taken out has a new file and hash, and is copied anew.
    public func tombstonedSessions() throws(SessionStoreError) -> [String: String] {
        Dictionary(
            try tombstones().lazy.filter { $0.auditRow == nil }.map {
                ($0.session, $0.participant)
            },
            uniquingKeysWith: { first, _ in first })
    }

    /// The database as it is at one moment, byte by byte as its file would be.
    ///
    /// It is read through SQLite and not from the file: to open and close a database's file beside SQLite
    /// would drop the locks of this process (SQLite's "How To Corrupt", 2.2).
    public func image() throws(SessionStoreError) -> [UInt8] {
        try read { database throws(SessionStoreError) in
            try DatabaseImage.bytes(of: database, path: path)
        }
    }
}
