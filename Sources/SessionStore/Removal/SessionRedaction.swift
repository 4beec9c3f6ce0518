import Foundation
import GRDB
import SystemCalls
import Timebase

/// Covers words in all that a finished session and its review hold in words, and silences stretches of its
/// sound.
public struct SessionRedaction: Sendable {
    /// A stretch of sound, in nanoseconds since the session's start.
    public struct Stretch: Hashable, Sendable {
        public var from: Int64
        public var to: Int64

        public init(from: Int64, to: Int64) {
            self.from = from
            self.to = to
        }
    }

    /// Where something was covered: a table's row.
    public struct Place: Hashable, Sendable {
        public var table: String
        public var row: Int64
    }

    public struct Outcome: Hashable, Sendable {
        /// nil where the session's own file had nothing to cover.
        public var file: FinishedFile?
        public var auditRow: String?
        public var places: [Place] = []
        public var silencedSamples: Int64 = 0
    }

    private let path: String
    private let redaction: TextRedaction
    private let cover: Character
    private let stretches: [Stretch]

    /// - Parameter cover: as `TextRedaction.mayCover` allows.
    public init(path: String, texts: [String], cover: Character = "█", stretches: [Stretch] = []) {
        self.path = path
        redaction = TextRedaction(texts, cover: cover)
        self.cover = cover
        self.stretches = stretches
    }

    private static let ofSession: [(table: String, column: String, isJSON: Bool)] = [
        ("turns", "text", false), ("events", "payload", true), ("session", "reason", false),
    ]
    private static let ofReview: [(table: String, column: String, isJSON: Bool)] = [
        ("annotations", "note", false), ("annotations", "detail", true),
        ("annotations", "modifiers", true), ("ratings", "rationale", false),
        ("ratings", "value", true), ("emotion_corrections", "note", false),
        ("transcripts", "detail", true), ("transcript_segments", "text", false),
        ("transcript_segments", "words", true), ("transcript_segments", "speaker", false),
        ("alignments", "reason", false),
    ]

    /// What would be covered; nothing is changed.
    public func matches() throws(SessionStoreError) -> Outcome {
        var outcome = Outcome()
        do {
            let queue = try SchemaGuard.reading(path)
            try queue.read { database in
                _ = try redactSession(database, &outcome, isTrial: true)
            }
            try queue.close()
            try matchReview(&outcome)
        } catch {
            throw .wrapping(error, path: path)
        }
        return outcome
    }

    private func matchReview(_ outcome: inout Outcome) throws {
        let review = ReviewFile.path(of: path)
        guard FileSystem.exists(review) else { return }
        let queue = try SchemaGuard.reading(review, keepsRows: true)
        try queue.read { database in
            for (table, column, isJSON) in Self.ofReview {
                try redact(table, column, isJSON, database, &outcome, isTrial: true)
            }
        }
        try queue.close()
    }

    /// Covers it all, first in the session's own file, whose audit row names the rows of the review file as
    /// well: who is cut off in between begins anew and finds the rest, and nothing is covered of which no
    /// audit row tells.
    /// - Parameters:
    ///   - identifier: of the redaction, which its audit row names; nil where nobody will ask.
    ///   - entry: makes the audit row out of its detail, which says where by row and never what.
    public func run(
        as identifier: String? = nil, entry: (String) -> AuditEntry
    ) throws(SessionStoreError) -> Outcome {
        var ofReview = Outcome()
        do {
            try matchReview(&ofReview)
        } catch {
            throw .wrapping(error, path: ReviewFile.path(of: path))
        }
        var outcome = Outcome()
        let done = try SessionRewriter(path: path).run { database in
            let rows = try redactSession(database, &outcome, isTrial: false)
            outcome.places += ofReview.places
            guard !outcome.places.isEmpty || outcome.silencedSamples > 0 else { return nil }
            return entry(detail(outcome, as: identifier, auditRows: rows))
        }
        if !ofReview.places.isEmpty {
            _ = try ReviewRewriter(session: path).run { database in
                var covered = Outcome()
                for (table, column, isJSON) in Self.ofReview {
                    try redact(table, column, isJSON, database, &covered, isTrial: false)
                }
                return covered.places.isEmpty ? [:] : ["review": covered.places.count]
            }
        }
        outcome.file = done?.file
        outcome.auditRow = done?.auditRow
        return outcome
    }

    /// Whether rows of these tables are those of a review file.
    public static func concernReview(_ tables: Set<String>) -> Bool {
        !tables.isDisjoint(with: Self.ofReview.map { $0.table })
    }

    private func detail(
        _ outcome: Outcome, as identifier: String?, auditRows: [String]
    ) -> String {
        var rows: [String: [Int64]] = [:]
        for place in outcome.places { rows[place.table, default: []].append(place.row) }
        let tables = rows.sorted { $0.key < $1.key }.map { table, rows in
            "\"\(table)\":[" + rows.map(String.init).joined(separator: ",") + "]"
        }
        let sound = stretches.map { "[\($0.from),\($0.to)]" }.joined(separator: ",")
        let named = identifier.map { "\"redaction\":\"\($0)\"," } ?? ""
        return "{\(named)\"rows\":{" + tables.joined(separator: ",") + "},\"auditRows\":["
            + auditRows.map { "\"\($0)\"" }.joined(separator: ",")
            + "],\"silenced_ns\":[\(sound)],\"silencedSamples\":\(outcome.silencedSamples)}"
    }

    /// - Returns: the ids of rows of the audit trail whose detail was covered.
    private func redactSession(
        _ database: Database, _ outcome: inout Outcome, isTrial: Bool
    ) throws -> [String] {
        for (table, column, isJSON) in Self.ofSession {
            try redact(table, column, isJSON, database, &outcome, isTrial: isTrial)
        }
        try redactDrafts(database, &outcome, isTrial: isTrial)
        let keys = try KeyCodeRemoval(database: database, path: path).run(
            turns: outcome.places.filter { $0.table == "turns" }.map(\.row),
            edits: outcome.places.filter { $0.table == "draft_edits" }.map(\.row),
            isTrial: isTrial)
        outcome.places += keys.map { Place(table: "key_codes", row: $0.ordinal) }
        let before = outcome.places.count
        try redact("audit", "detail", true, database, &outcome, isTrial: isTrial)
        var rows: [String] = []
        if try database.tableExists("audit_chain") {
            for place in outcome.places[before...] {
                rows += try String.fetchAll(
                    database, sql: "SELECT row_id FROM audit_chain WHERE audit_id = ?",
                    arguments: [place.row])
            }
        }
        let start =
            try Int64.fetchOne(database, sql: "SELECT started_ns FROM session") ?? 0
        for stretch in stretches {
            outcome.silencedSamples += try SoundRedaction(database: database, path: path).silence(
                from: Instant(nanoseconds: start &+ stretch.from),
                to: Instant(nanoseconds: start &+ stretch.to), isTrial: isTrial)
        }
        return rows
    }

    private func redact(
        _ table: String, _ column: String, _ isJSON: Bool, _ database: Database,
        _ outcome: inout Outcome, isTrial: Bool
    ) throws {
        guard try database.tableExists(table) else { return }
        // transcript_segments is without row ids of its own.
        let key = table == "transcript_segments" ? "transcript_id * 1000000 + position" : "rowid"
        var changes: [(Int64, String)] = []
        let row = try RowStatement(
            database, "SELECT \(key), \(column) FROM \(table) WHERE \(column) IS NOT NULL",
            path: path, isStreamed: true)
        while try row.step() {
            let text = row.text(1)
            if let covered = isJSON ? redaction.redact(json: text) : redaction.redact(text) {
                changes.append((row.integer(0), covered))
            }
        }
        for (number, text) in changes {
            outcome.places.append(Place(table: table, row: number))
            if isTrial { continue }
            try database.execute(
                sql: "UPDATE \(table) SET \(column) = ? WHERE \(key) = ?",
                arguments: [text, number])
        }
    }

    private func redactDrafts(
        _ database: Database, _ outcome: inout Outcome, isTrial: Bool
    ) throws {
        let row = try RowStatement(
            database,
            """
            SELECT id, turn_number, position, deleted, inserted, text FROM draft_edits
              ORDER BY t_ns, id
            """, path: path)
        var edits: [DraftRedaction.Edit] = []
        while try row.step() {
            edits.append(
                DraftRedaction.Edit(
                    id: row.integer(0), draft: row.integer(1), position: Int(row.ordinal(2)),
                    deleted: Int(row.ordinal(3)), inserted: Int(row.ordinal(4)),
                    text: row.optionalText(5)))
        }
        let (texts, _) = DraftRedaction(redaction: redaction, cover: cover).run(edits)
        for (id, text) in texts.sorted(by: { $0.key < $1.key }) {
            outcome.places.append(Place(table: "draft_edits", row: id))
            if isTrial { continue }
            try database.execute(
                sql: "UPDATE draft_edits SET text = ? WHERE id = ?", arguments: [text, id])
        }
    }
}
