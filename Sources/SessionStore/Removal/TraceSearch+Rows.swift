import GRDB
import SystemCalls

extension TraceSearch {
    /// Tables that may hold the code, and ids of sessions: they are how it is known that something is gone.
    private static let remembering: Set<String> = [
        "participants", "tombstones", "removals", "audit", "statuses", "assignments", "backups",
    ]

    /// Looks at each row of each table, also at values that SQLite keeps on pages of their own.
    func lookInDatabase(_ path: String, _ outcome: inout Outcome) throws {
        let queue = try SessionConnection.reading(path)
        var found: [String] = []
        let tables = try queue.read { database in
            let ofTables = "FROM sqlite_master WHERE type = 'table'"
            let tables = try String.fetchAll(
                database, sql: "SELECT name \(ofTables) AND rootpage > 0")
            for table in tables { found += try look(at: table, of: database, path) }
            // A virtual table runs what a stranger's schema says: its tables with pages are looked at, it is not.
            for table in try String.fetchAll(
                database, sql: "SELECT name \(ofTables) AND rootpage = 0")
            {
                found.append("\(path) cannot be searched: its table \(table) is a virtual one")
            }
            return tables
        }
        outcome.found += found
        try queue.close()
        if tables.contains("chunks") && tables.contains("streams") {
            try lookForSamples(path, &outcome)
        }
    }

    private func look(at table: String, of database: Database, _ path: String) throws -> [String] {
        let mayName = remembers(path) && Self.remembering.contains(table)
        // Samples are compressed; they are looked at value by value.
        let isSamples = table == "chunks" || table == "pyramid"
        let columns = try database.columns(in: table).filter {
            !["INTEGER", "REAL"].contains($0.type) && !(isSamples && $0.type == "BLOB")
        }.map(\.name)
        guard !columns.isEmpty else { return [] }
        let list = columns.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ", ")
        let name = table.replacing("\"", with: "\"\"")
        let row = try RowStatement(
            database, "SELECT \(list) FROM \"\(name)\"", path: path, isStreamed: true)
        defer { row.reset() }
        let code = isAllowed ? [] : Array(traces.participant.utf8)
        var found: [Set<Int>] = Array(repeating: [], count: columns.count)
        var isNamed = Array(repeating: false, count: columns.count)
        while try row.step() {
            for column in columns.indices {
                let value = row.bytes(Int32(column))
                matcher.search(value.span, found: &found[column])
                if !code.isEmpty && value == code { isNamed[column] = true }
            }
        }
        var told: [String] = []
        for column in columns.indices {
            let place = "\(table).\(columns[column])"
            if found[column].contains(where: { $0 < firstIdentifier }) {
                told.append("\(path) holds words of theirs in \(place)")
            }
            let isIdentified = found[column].contains { $0 >= firstIdentifier }
            if !mayName && (isNamed[column] || isIdentified) {
                told.append("\(path) names them in \(place)")
            }
        }
        return told
    }

    private func lookForSamples(_ path: String, _ outcome: inout Outcome) throws {
        guard traces.sequenceCount > 0 else { return }
        var matchers = traces.sequences.mapValues { SampleMatcher($0) }
        let reader = try SessionReader.open(at: path, alignment: .recorded)
        defer { try? reader.close() }
        var count = 0
        var isFound = false
        for stream in try reader.streams() where !stream.channels.isEmpty && !isFound {
            for channel in matchers.keys { matchers[channel]?.begin() }
            try reader.forEachChunk(of: stream.id) { chunk in
                count += 1
                for (channel, column) in chunk.columns.enumerated() where !isFound {
                    isFound = matchers[channel]?.finds(column) ?? false
                }
                return !isFound
            }
        }
        outcome.chunks += count
        if isFound { outcome.found.append("\(path) holds samples of theirs") }
    }
}
