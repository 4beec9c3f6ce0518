import Foundation

/// A change of a finished file by which what must go was taken out of it, as its audit trail tells.
public struct FileChange: Hashable, Sendable {
    /// The row's id in the audit trail; empty where the trail has no chain.
    public var row: String
    /// `redact` or `remove`.
    public var action: String
    /// The tier of consent that was taken out; nil after a redaction.
    public var tier: String?
    /// Nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64
    /// SHA-256 of the file that was there before; nil where an earlier program did not write it down.
    public var replacedSHA256: String?
    /// What its detail says to belong together: the id of the removal or redaction.
    var identifier: String?
    /// Tables of which rows were changed.
    var tables: Set<String> = []

    /// What was done, for people.
    public var words: String {
        action == "remove"
            ? "'\(tier ?? "a tier of consent")' was taken out of it" : "names were covered in it"
    }
}

extension [FileChange] {
    /// The changes since the file had a hash; nil where it never had, as far as its audit trail knows.
    public func since(sha256: String) -> [FileChange]? {
        firstIndex { $0.replacedSHA256 == sha256 }.map { Array(self[$0...]) }
    }

    /// What was done, for people, each thing once.
    public var words: String {
        var all: [String] = []
        for change in self where !all.contains(change.words) { all.append(change.words) }
        return all.joined(separator: ", and ")
    }
}

extension SessionReader {
    /// How the finished file was changed since it was finished, in this order.
    public func changes() throws(SessionStoreError) -> [FileChange] {
        try rows { rows throws(SessionStoreError) in
            let isChained = try AuditTrail(database: rows.database, path: path).head() != nil
            let row = try rows.statement(
                """
                SELECT action, realtime_ns, detail, \(isChained ? "row_id" : "''") FROM audit
                  \(isChained ? "LEFT JOIN audit_chain ON audit_id = id" : "")
                  WHERE action IN ('redact', 'remove') ORDER BY id
                """)
            var found: [FileChange] = []
            while try row.step() {
                let detail = FileChangeDetail(row.text(2))
                found.append(
                    FileChange(
                        row: row.optionalText(3) ?? "", action: row.text(0), tier: detail.tier,
                        realtime: row.integer(1), replacedSHA256: detail.replaced,
                        identifier: detail.redaction ?? detail.removal,
                        tables: detail.tables))
            }
            return found
        }
    }
}

/// What the audit rows of such changes say in their details.
private struct FileChangeDetail {
    var tier: String?
    var replaced: String?
    var redaction: String?
    var removal: String?
    var tables: Set<String> = []

    init(_ text: String) {
        guard
            let members = (try? JSONSerialization.jsonObject(with: Data(text.utf8)))
                as? [String: Any]
        else { return }
        tier = members["tier"] as? String
        replaced = members[SessionRewriter.replacedMember] as? String
        redaction = members["redaction"] as? String
        removal = members["removal"] as? String
        tables = Set((members["rows"] as? [String: Any] ?? [:]).keys)
    }
}
