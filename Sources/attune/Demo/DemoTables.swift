/// The exported tables of a demo's session, as far as they are compared; found the way an analyst would,
/// by what `sessions.csv`, `streams.csv` and `channels.csv` say.
struct DemoTables {
    private let folder: String
    private let streams: CSVTable
    private let channels: CSVTable
    /// The tables count nanoseconds from the session's start, the devices' logs those of CLOCK_MONOTONIC.
    private let origin: Int64

    init(folder: String) throws {
        self.folder = folder
        streams = try CSVTable(path: "\(folder)/streams.csv")
        channels = try CSVTable(path: "\(folder)/channels.csv")
        let session = try CSVTable(path: "\(folder)/sessions.csv")
        guard let start = try session.integers("monotonic_start_ns").first ?? nil else {
            throw DemoError.mismatch("\(session.path) does not say when the session started")
        }
        origin = start
    }

    /// The raw values of a stream's channels, a row a sample. Indices must count from 0 without a hole.
    func samples(of stream: String, channels names: [String]) throws -> [[Int64]] {
        let file = try field("file", of: streams) { row, table in
            try row[table.place("stream")] == stream
        }
        let table = try CSVTable(path: "\(folder)/\(file)")
        let columns = try names.map { name in
            func column(_ field: String) throws -> String {
                try self.field(field, of: channels) { row, table in
                    try row[table.place("stream")] == stream
                        && row[table.place("channel")] == name
                }
            }
            let raw = try column("raw_column")
            return try table.integers(raw.isEmpty ? column("column") : raw)
        }
        let indices = try table.integers("sample_index")
        return try table.rows.indices.map { row in
            guard indices[row] == Int64(row) else {
                throw DemoError.mismatch("\(table.path), row \(row + 2): its index is not \(row)")
            }
            return try columns.map { column in
                guard let value = column[row] else {
                    throw DemoError.mismatch("\(table.path), row \(row + 2): a value is missing")
                }
                return value
            }
        }
    }

    /// When keys went down and up, in nanoseconds of CLOCK_MONOTONIC, in the table's order.
    func keystrokes() throws -> (pressed: [Int64], released: [Int64]) {
        let table = try CSVTable(path: "\(folder)/keystrokes.csv")
        return (
            try table.integers("t_ns").compactMap(\.self).map { $0 + origin },
            try table.integers("released_ns").compactMap(\.self).map { $0 + origin }
        )
    }

    /// Author, words, and when each turn was sent in nanoseconds of CLOCK_MONOTONIC.
    func turns() throws -> [[String]] {
        let table = try CSVTable(path: "\(folder)/turns.csv")
        let author = try table.place("author")
        let text = try table.place("text")
        return try zip(table.rows, table.integers("t_ns")).map { row, sent in
            [row[author], row[text], sent.map { "\($0 + origin)" } ?? ""]
        }
    }

    private func field(
        _ name: String, of table: CSVTable, where matches: ([String], CSVTable) throws -> Bool
    ) throws -> String {
        guard let row = try table.rows.first(where: { try matches($0, table) }) else {
            throw DemoError.mismatch("\(table.path) has no row for what the demo recorded")
        }
        return try row[table.place(name)]
    }
}
