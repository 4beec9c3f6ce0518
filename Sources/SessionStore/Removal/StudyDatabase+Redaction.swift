import GRDB

/// Redactions that go on.
extension StudyDatabase {
    /// Writes down that words are going to be covered in a session; not which.
    public func begin(_ redaction: Redaction) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                "INSERT INTO redactions (id, session, actor, asked_realtime_ns) VALUES (?, ?, ?, ?)",
                path: path)
            try row.bind(1, redaction.identifier)
            try row.bind(2, redaction.session)
            try row.bind(3, redaction.actor)
            try row.bind(4, redaction.asked)
            try row.run()
        }
    }

    /// What was begun and is not known to be done, in this order.
    public func openRedactions() throws(SessionStoreError) -> [Redaction] {
        guard version >= 6 else { return [] }
        return try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                "SELECT id, session, actor, asked_realtime_ns FROM redactions ORDER BY asked_realtime_ns",
                path: path)
            var found: [Redaction] = []
            while try row.step() {
                found.append(
                    Redaction(
                        identifier: row.text(0), session: row.text(1), actor: row.text(2),
                        asked: row.integer(3)))
            }
            return found
        }
    }

    /// Forgets a redaction that is done, or of which nothing was done.
    public func end(_ redaction: Redaction) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database, "DELETE FROM redactions WHERE id = ?", path: path)
            try row.bind(1, redaction.identifier)
            try row.run()
        }
    }
}
