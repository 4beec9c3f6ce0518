import GRDB

/// What was done to a study and to its finished sessions.
extension StudyDatabase {
    /// Adds rows to the study's audit trail.
    /// - Returns: where the trail ends now.
    public func note(_ entries: [AuditEntry]) throws(SessionStoreError) -> AuditHead {
        var head = AuditHead(subject: "", count: 0, hash: "")
        try write { database throws(SessionStoreError) in
            head = try AuditTrail(database: database, path: path).add(
                entries, subject: "study:" + AuditChain.makeIdentifier())
        }
        return head
    }

    /// The audit trail, in the order in which it was written.
    public func audit() throws(SessionStoreError) -> [AuditEntry] {
        guard version >= 4 else { return [] }
        return try read { database throws(SessionStoreError) in
            let row = try RowStatement(
                database, "SELECT t_ns, realtime_ns, actor, action, detail FROM audit ORDER BY id",
                path: path)
            var entries: [AuditEntry] = []
            while try row.step() { entries.append(row.auditEntry(from: 0)) }
            return entries
        }
    }

    /// Where the audit trail ends; nil where nothing was done yet.
    public func auditHead() throws(SessionStoreError) -> AuditHead? {
        try read { database throws(SessionStoreError) in
            try AuditTrail(database: database, path: path).head()
        }
    }

    func verifiedAudit() throws(SessionStoreError) -> AuditTrail.Verified {
        guard version >= 4 else { return AuditTrail.Verified() }
        return try read { database throws(SessionStoreError) in
            try AuditTrail(database: database, path: path).verify(
                subject: nil, isChained: true)
        }
    }
}
