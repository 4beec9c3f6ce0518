import GRDB

/// Takes rows out of a session file's database, inside the caller's transaction, and counts them.
struct RowRemoval {
    let database: Database
    let path: String
    /// Whether rows are only counted.
    var isTrial = false
    /// Rows that went, by table.
    private(set) var rows: [String: Int] = [:]

    init(database: Database, path: String, isTrial: Bool = false) {
        self.database = database
        self.path = path
        self.isTrial = isTrial
    }

    private static let samples = [
        "chunks", "pyramid", "clock_segments", "gaps", "faults", "clock_observations",
    ]

    /// - Returns: the streams that have lost all their data.
    mutating func remove(
        _ kinds: Set<RecordedData>, events: [String]
    ) throws -> [Int64] {
        if kinds.contains(.turns) { try delete("turns") }
        if kinds.contains(.draftEdits) {
            try delete("draft_edits")
        } else if kinds.contains(.draftText) {
            try change("draft_edits", "text = NULL", where: "text IS NOT NULL")
        }
        if !events.isEmpty {
            let list = events.map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", ")
            try delete("events", where: "kind IN (\(list))")
        }
        if kinds.contains(.keys) || kinds.contains(.keyContent),
            try database.tableExists("key_codes")
        {
            try delete("key_codes")
        }
        var streams: [Int64] = []
        for (id, kind) in try described() where kinds.contains(Self.data(of: kind)) {
            streams.append(id)
            if kind == "keys" { try delete("keystrokes", where: "stream_id = \(id)") }
            for table in Self.samples { try delete(table, where: "stream_id = \(id)") }
            try delete("events", where: "stream_id = \(id)")
        }
        return streams
    }

    private func described() throws -> [(Int64, String)] {
        // The clocks of linked clients are no data of a participant.
        let row = try RowStatement(
            database, "SELECT id, kind FROM streams WHERE kind <> 'client'", path: path)
        var streams: [(Int64, String)] = []
        while try row.step() { streams.append((row.integer(0), row.text(1))) }
        return streams
    }

    /// What the streams of a kind hold.
    static func data(of kind: String) -> RecordedData {
        switch kind {
        case "keys": .keys
        case "pointer": .pointer
        case "audio": .audio
        default: .signals
        }
    }

    private mutating func delete(_ table: String, where condition: String = "1") throws {
        try count(table, condition)
        if !isTrial { try database.execute(sql: "DELETE FROM \(table) WHERE \(condition)") }
    }

    private mutating func change(
        _ table: String, _ assignment: String, where condition: String
    ) throws {
        try count(table, condition)
        if !isTrial {
            try database.execute(sql: "UPDATE \(table) SET \(assignment) WHERE \(condition)")
        }
    }

    private mutating func count(_ table: String, _ condition: String) throws {
        let count =
            try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table) WHERE \(condition)") ?? 0
        if count > 0 { rows[table, default: 0] += count }
    }
}
