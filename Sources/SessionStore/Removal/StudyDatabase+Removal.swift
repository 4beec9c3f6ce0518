import Foundation
import GRDB

/// What a study forgets, and what it remembers of that.
extension StudyDatabase {
    // MARK: - Tombstones

    public func tombstones() throws(SessionStoreError) -> [Tombstone] {
        guard version >= 4 else { return [] }
        return try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                "SELECT session, participant, scope, audit_row, realtime_ns FROM tombstones ORDER BY id",
                path: path)
            var found: [Tombstone] = []
            while try row.step() {
                found.append(
                    Tombstone(
                        session: row.text(0), participant: row.text(1), scope: row.text(2),
                        auditRow: row.optionalText(3), realtime: row.integer(4)))
            }
            return found
        }
    }

    /// Adds tombstones; those that stand already stay as they are.
    public func add(_ tombstones: [Tombstone]) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            for tombstone in tombstones {
                let row = try RowStatement(
                    database,
                    """
                    INSERT INTO tombstones (session, participant, scope, audit_row, realtime_ns)
                      SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM tombstones
                        WHERE session = ?1 AND scope = ?3 AND audit_row IS ?4)
                    """, path: path)
                try row.bind(1, tombstone.session)
                try row.bind(2, tombstone.participant)
                try row.bind(3, tombstone.scope)
                try row.bind(4, tombstone.auditRow)
                try row.bind(5, tombstone.realtime)
                try row.run()
            }
        }
    }

    // MARK: - Removals

    /// Writes down what is going to be removed.
    public func begin(_ removal: Removal) throws(SessionStoreError) {
        let sessions = "[" + removal.sessions.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                INSERT INTO removals (id, participant, scope, reason, actor, asked_realtime_ns, sessions)
                  VALUES (?, ?, ?, ?, ?, ?, ?)
                """, path: path)
            try row.bind(1, removal.identifier)
            try row.bind(2, removal.participant)
            try row.bind(3, removal.scope)
            try row.bind(4, removal.reason)
            try row.bind(5, removal.actor)
            try row.bind(6, removal.asked)
            try row.bind(7, sessions)
            try row.run()
        }
    }

    /// What was begun and is not done.
    public func openRemovals() throws(SessionStoreError) -> [Removal] {
        guard version >= 4 else { return [] }
        return try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database,
                """
                SELECT id, participant, scope, reason, actor, asked_realtime_ns, sessions FROM removals
                  WHERE done_realtime_ns IS NULL ORDER BY asked_realtime_ns
                """, path: path)
            var found: [Removal] = []
            while try row.step() {
                let sessions = try? JSONDecoder().decode(
                    [String].self, from: Data(row.text(6).utf8))
                found.append(
                    Removal(
                        identifier: row.text(0), participant: row.text(1), scope: row.text(2),
                        reason: row.text(3), actor: row.text(4), asked: row.integer(5),
                        sessions: sessions ?? []))
            }
            return found
        }
    }

    /// Writes down that a removal is done.
    public func end(_ removal: Removal, realtime: Int64) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database, "UPDATE removals SET done_realtime_ns = ? WHERE id = ?", path: path)
            try row.bind(1, realtime)
            try row.bind(2, removal.identifier)
            try row.run()
        }
    }

    // MARK: - Forgetting

    /// Forgets sessions, and, where nothing is to be left of the participant, what they answered, why they
    /// left and when they were to come. The code stays, with its place in the conditions.
    /// - Returns: rows that went, by table.
    public func forget(
        sessions: [String], participant: String?
    ) throws(SessionStoreError) -> [String: Int] {
        var rows: [String: Int] = [:]
        let list = sessions.map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", ")
        do {
            try withoutKeeping { database in
                func execute(_ table: String, _ sql: String, _ arguments: StatementArguments) throws
                {
                    try database.execute(sql: sql, arguments: arguments)
                    if database.changesCount > 0 {
                        rows[table, default: 0] += database.changesCount
                    }
                }
                let ofSessions = "SELECT id FROM review_assignments WHERE session IN (\(list))"
                try execute(
                    "review_assignment_changes",
                    "DELETE FROM review_assignment_changes WHERE assignment IN (\(ofSessions))", [])
                try execute(
                    "review_assignments",
                    "DELETE FROM review_assignments WHERE session IN (\(list))", [])
                try execute("sessions", "DELETE FROM sessions WHERE id IN (\(list))", [])
                try execute(
                    "redactions", "DELETE FROM redactions WHERE session IN (\(list))", [])
                // An answer counts on, also a no; it is about no other session.
                try execute(
                    "consent", "UPDATE consent SET session = '' WHERE session IN (\(list))", [])
                guard let participant else { return }
                try execute(
                    "consent", "DELETE FROM consent WHERE participant = ?", [participant])
                try execute("visits", "DELETE FROM visits WHERE participant = ?", [participant])
                try execute(
                    "statuses",
                    "UPDATE statuses SET reason = '' WHERE participant = ? AND reason <> ''",
                    [participant])
            }
        } catch {
            throw .wrapping(error, path: path)
        }
        return rows
    }

    /// Gives a session's file its new hash.
    public func renew(
        _ session: String, _ file: FinishedFile
    ) throws(SessionStoreError) {
        try write { database throws(SessionStoreError) in
            let row = try RowStatement(
                database, "UPDATE sessions SET sha256 = ?, size = ? WHERE id = ?", path: path)
            try row.bind(1, file.sha256)
            try row.bind(2, file.size)
            try row.bind(3, session)
            try row.run()
        }
    }
}
