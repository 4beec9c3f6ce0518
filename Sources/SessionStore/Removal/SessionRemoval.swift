import GRDB
import SystemCalls
import Timebase

/// Takes kinds of data out of a finished session, and out of what was said about it.
public struct SessionRemoval {
    /// What was taken out of a file.
    public struct Outcome: Hashable, Sendable {
        public var file: FinishedFile
        /// The id of the audit row that says so: a copy without this row is older.
        public var auditRow: String
        /// Rows that went, by table.
        public var rows: [String: Int]
    }

    private let path: String

    /// - Parameter path: of a finished session.
    public init(path: String) { self.path = path }

    /// - Parameters:
    ///   - kinds: what goes.
    ///   - events: kinds of events that hold such data.
    ///   - entry: the audit row; its `detail` is given the number of rows.
    /// - Returns: nil where the session holds nothing of it.
    public func remove(
        _ kinds: Set<RecordedData>, events: [String], entry: (String) -> AuditEntry
    ) throws(SessionStoreError) -> Outcome? {
        var rows: [String: Int] = [:]
        var streams: [Int64] = []
        let done = try SessionRewriter(path: path).run { database in
            var removal = RowRemoval(database: database, path: path)
            streams = try removal.remove(kinds, events: events)
            rows = removal.rows
            return rows.isEmpty ? nil : entry(Self.detail(rows))
        }
        let ofReview = try removeReview(kinds, streams: streams)
        rows.merge(ofReview) { $0 + $1 }
        guard let done else { return nil }
        return Outcome(file: done.file, auditRow: done.auditRow, rows: rows)
    }

    /// What would go, by table.
    public func rows(
        _ kinds: Set<RecordedData>, events: [String]
    ) throws(SessionStoreError) -> [String: Int] {
        let queue = try SchemaGuard.reading(path)
        do {
            let rows = try queue.read { database in
                var removal = RowRemoval(database: database, path: path, isTrial: true)
                _ = try removal.remove(kinds, events: events)
                return removal.rows
            }
            try queue.close()
            return rows
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private static func detail(_ rows: [String: Int]) -> String {
        "{"
            + rows.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(
                separator: ",")
            + "}"
    }

    private func removeReview(
        _ kinds: Set<RecordedData>, streams: [Int64]
    ) throws(SessionStoreError) -> [String: Int] {
        try ReviewRewriter(session: path).run { database in
            var rows: [String: Int] = [:]
            func execute(_ table: String, _ sql: String) throws {
                guard try database.tableExists(table) else { return }
                try database.execute(sql: sql)
                if database.changesCount > 0 { rows[table, default: 0] += database.changesCount }
            }
            if kinds.contains(.turns) {
                // What quotes a turn is told in words of its own.
                try execute(
                    "annotations",
                    """
                    UPDATE annotations SET note = '', detail = '{}'
                      WHERE kind IN ('turn', 'span') AND (note <> '' OR detail <> '{}')
                    """)
                try execute(
                    "ratings",
                    "UPDATE ratings SET rationale = '' WHERE turn_number IS NOT NULL AND rationale <> ''"
                )
                try execute(
                    "emotion_corrections",
                    "UPDATE emotion_corrections SET note = '' WHERE note <> ''")
            }
            if kinds.contains(.audio) {
                try execute("transcript_segments", "DELETE FROM transcript_segments")
                try execute("transcripts", "DELETE FROM transcripts")
            }
            let list = streams.map(String.init).joined(separator: ", ")
            if !streams.isEmpty {
                for table in ["alignment_segments", "alignment_gaps", "annotations"] {
                    try execute(table, "DELETE FROM \(table) WHERE stream_id IN (\(list))")
                }
            }
            return rows
        }
    }
}

extension SessionRemoval {
    /// What an earlier run did that was cut off before it could be told.
    /// - Parameter removal: the id of the removal, which its audit row names.
    public func earlier(_ removal: String) throws(SessionStoreError) -> Outcome? {
        try RewrittenFile.find(path, identifier: removal).map {
            Outcome(file: $0.file, auditRow: $0.auditRow, rows: [:])
        }
    }
}

extension SessionReader {
    /// The ids of all rows of the audit trail; none where it has no chain.
    public func auditRows() throws(SessionStoreError) -> Set<String> {
        try rows { rows throws(SessionStoreError) in
            guard try AuditTrail(database: rows.database, path: path).head() != nil else {
                return []
            }
            let row = try rows.statement("SELECT row_id FROM audit_chain")
            var found: Set<String> = []
            while try row.step() { found.insert(row.text(0)) }
            return found
        }
    }
}
