import Foundation

/// Whether a trail is what was written.
extension AuditTrail {
    /// What a trail turned out to be.
    struct Verified {
        var findings: [SessionFinding] = []
        /// Where the trail ends by its own rows; nil without a chain.
        var head: AuditHead?
        /// The hash of each row, worked out anew behind those that are stored.
        var hashes: [String] = []
        /// Rows whose detail was redacted, and which say so.
        var redacted = 0
    }

    private struct StoredRow {
        var id: Int64
        var entry: AuditEntry
        var identifier: String?
        var detailSHA256: String
        var hash: String
    }

    /// Works the chain out anew.
    /// - Parameters:
    ///   - subject: whose trail it must be; nil takes the one that it says.
    ///   - isChained: whether the program that made the file wrote a chain.
    func verify(subject: String?, isChained: Bool) throws(SessionStoreError) -> Verified {
        var verified = Verified()
        guard try hasAnyChain() else {
            verified.findings.append(
                isChained
                    ? SessionFinding(
                        .error, "audit",
                        "the audit trail has no chain, and the program that made the file wrote one: "
                            + "somebody took it away")
                    : SessionFinding(
                        .note, "audit",
                        "the audit trail has no chain, as those that earlier programs wrote"))
            return verified
        }
        func report(_ message: String) {
            guard verified.findings.count < 50 else { return }
            verified.findings.append(SessionFinding(.error, "audit", message))
        }
        let rows = try storedRows()
        guard let head = try head() else {
            // Nothing was done yet, right after the file was made.
            let chained = try count("SELECT count(*) FROM audit_chain")
            if rows.isEmpty && chained == 0 { return verified }
            report("the audit trail's end is not stored: somebody took it away")
            return verified
        }
        if let subject, head.subject != subject {
            report("the audit trail is that of \(head.subject), not of \(subject)")
        }
        let redacted = Self.redactedRows(rows.map(\.entry))
        var previous = subject ?? head.subject
        for (index, row) in rows.enumerated() {
            guard let identifier = row.identifier else {
                report("row \(index + 1) of the audit trail (\(row.entry.action)) is not chained")
                continue
            }
            if AuditChain.hash(ofDetail: row.entry.detail, in: identifier) != row.detailSHA256 {
                if redacted.contains(identifier) {
                    verified.redacted += 1
                } else {
                    report(
                        "the detail of row \(index + 1) of the audit trail (\(row.entry.action)) was changed"
                    )
                }
            }
            let hash = AuditChain.hash(
                of: AuditChain.Row(
                    identifier: identifier, entry: row.entry, detailSHA256: row.detailSHA256),
                behind: previous)
            if hash != row.hash {
                report(
                    "row \(index + 1) of the audit trail (\(row.entry.action)) is not the one that was "
                        + "written there: it was changed, or rows before it were taken out, put in or swapped"
                )
            }
            verified.hashes.append(hash)
            previous = row.hash
        }
        let orphans = try count(
            "SELECT count(*) FROM audit_chain WHERE audit_id NOT IN (SELECT id FROM audit)")
        if orphans > 0 { report("\(orphans) rows of the audit trail were taken out") }
        if head.count != Int64(rows.count) {
            report("the audit trail had \(head.count) rows, and has \(rows.count)")
        } else if head.hash != previous {
            report("the audit trail does not end as it did")
        }
        verified.head = AuditHead(
            subject: head.subject, count: Int64(rows.count), hash: verified.hashes.last ?? previous)
        return verified
    }

    private func hasAnyChain() throws(SessionStoreError) -> Bool {
        do {
            return try AuditSchema.chainTables.contains { try database.tableExists($0) }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private func count(_ sql: String) throws(SessionStoreError) -> Int64 {
        let row = try RowStatement(database, sql, path: path)
        defer { row.reset() }
        return try row.step() ? row.integer(0) : 0
    }

    private func storedRows() throws(SessionStoreError) -> [StoredRow] {
        let row = try RowStatement(
            database,
            """
            SELECT id, t_ns, realtime_ns, actor, action, detail, row_id, detail_sha256, hash
              FROM audit LEFT JOIN audit_chain ON audit_id = id ORDER BY id
            """, path: path)
        var rows: [StoredRow] = []
        while try row.step() {
            rows.append(
                StoredRow(
                    id: row.integer(0), entry: row.auditEntry(from: 1),
                    identifier: row.optionalText(6), detailSHA256: row.optionalText(7) ?? "",
                    hash: row.optionalText(8) ?? ""))
        }
        return rows
    }

    /// The rows whose details later rows say to have redacted.
    private static func redactedRows(_ entries: [AuditEntry]) -> Set<String> {
        struct Redaction: Decodable { var auditRows: [String]? }
        var rows: Set<String> = []
        for entry in entries where entry.action == "redact" {
            let detail = try? JSONDecoder().decode(Redaction.self, from: Data(entry.detail.utf8))
            rows.formUnion(detail?.auditRows ?? [])
        }
        return rows
    }
}
