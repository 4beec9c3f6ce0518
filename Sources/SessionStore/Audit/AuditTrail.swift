import GRDB
import Timebase

/// The audit trail of one database, inside one access to it: rows are added behind the last one, and each
/// becomes part of the chain.
struct AuditTrail {
    let database: Database
    let path: String

    /// Adds rows behind the last one.
    /// - Parameter subject: whose trail it is, for the first row of a chain.
    /// - Returns: where the trail ends now.
    func add(
        _ entries: [AuditEntry], subject: @autoclosure () throws(SessionStoreError) -> String
    ) throws(SessionStoreError) -> AuditHead {
        var head: AuditHead
        if let stored = try self.head() {
            head = stored
        } else {
            head = try begin(subject: subject())
        }
        // A recording of an earlier program may have rows that no chain holds yet.
        let row = try statement(
            """
            SELECT id, t_ns, realtime_ns, actor, action, detail FROM audit
              WHERE id > (SELECT coalesce(max(audit_id), 0) FROM audit_chain) ORDER BY id
            """)
        var waiting: [(id: Int64, entry: AuditEntry)] = []
        while try row.step() { waiting.append((row.integer(0), row.auditEntry(from: 1))) }
        let insert = try statement(
            "INSERT INTO audit (t_ns, realtime_ns, actor, action, detail) VALUES (?, ?, ?, ?, ?)")
        for entry in entries {
            try insert.bind(1, entry.time)
            try insert.bind(2, entry.realtime)
            try insert.bind(3, entry.actor)
            try insert.bind(4, entry.action)
            try insert.bind(5, entry.detail)
            try insert.run()
            waiting.append((database.lastInsertedRowID, entry))
        }
        for (id, entry) in waiting { head = try chain(entry, id, behind: head) }
        try store(head)
        return head
    }

    private func statement(_ sql: String) throws(SessionStoreError) -> RowStatement {
        try RowStatement(database, sql, path: path)
    }

    /// Where the trail ends; nil where it has no chain.
    func head() throws(SessionStoreError) -> AuditHead? {
        guard try hasChain() else { return nil }
        let row = try statement("SELECT subject, count, hash FROM audit_head")
        defer { row.reset() }
        guard try row.step() else { return nil }
        return AuditHead(subject: row.text(0), count: row.integer(1), hash: row.text(2))
    }

    private func hasChain() throws(SessionStoreError) -> Bool {
        do {
            return try AuditSchema.chainTables.allSatisfy { try database.tableExists($0) }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private func begin(subject: String) throws(SessionStoreError) -> AuditHead {
        if try !hasChain() {
            do {
                try database.execute(sql: AuditSchema.chain)
            } catch {
                throw .wrapping(error, path: path)
            }
        }
        return AuditHead(subject: subject, count: 0, hash: subject)
    }

    private func chain(
        _ entry: AuditEntry, _ id: Int64, behind head: AuditHead
    ) throws(SessionStoreError) -> AuditHead {
        let identifier = AuditChain.makeIdentifier()
        let detail = AuditChain.hash(ofDetail: entry.detail, in: identifier)
        let hash = AuditChain.hash(
            of: AuditChain.Row(identifier: identifier, entry: entry, detailSHA256: detail),
            behind: head.hash)
        let row = try statement(
            "INSERT INTO audit_chain (audit_id, row_id, detail_sha256, hash) VALUES (?, ?, ?, ?)")
        try row.bind(1, id)
        try row.bind(2, identifier)
        try row.bind(3, detail)
        try row.bind(4, hash)
        try row.run()
        return AuditHead(subject: head.subject, count: head.count + 1, hash: hash)
    }

    private func store(_ head: AuditHead) throws(SessionStoreError) {
        let row = try statement(
            """
            INSERT INTO audit_head (one, subject, count, hash) VALUES (1, ?, ?, ?)
              ON CONFLICT (one) DO UPDATE SET count = excluded.count, hash = excluded.hash
            """)
        try row.bind(1, head.subject)
        try row.bind(2, head.count)
        try row.bind(3, head.hash)
        try row.run()
    }
}

extension RowStatement {
    /// An entry out of `t_ns, realtime_ns, actor, action, detail` from a column on.
    func auditEntry(from column: Int32) -> AuditEntry {
        AuditEntry(
            time: instant(column), realtime: integer(column + 1), actor: text(column + 2),
            action: text(column + 3), detail: text(column + 4))
    }
}
