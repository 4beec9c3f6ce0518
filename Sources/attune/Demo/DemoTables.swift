import SessionStore
import SystemCalls

/// The exported tables of a demo's session, as far as they are compared.
struct DemoTables {
    private let folder: String
    /// The tables count nanoseconds from the session's start, the devices' logs those of CLOCK_MONOTONIC.
    private let origin: Int64

    /// - Parameter file: the session file, which says when the session started.
    init(folder: String, file: String) throws {
        self.folder = folder
        let reader = try SessionReader.open(at: file)
        defer { try? reader.close() }
        origin = try reader.session().description.started.nanoseconds
    }

    /// The raw values of a stream's channels, a row a sample.
    func samples(of stream: String, channels: [String]) throws -> [[Int64]] {
        let table = try table("samples_\(stream.replacing("-", with: "_"))")
        let columns = try channels.map { channel in
            // A long name makes room for the ending.
            try table.integers("\(channel.prefix(7))_raw")
        }
        return try table.rows.indices.map { row in
            try columns.map { column in
                guard let value = column[row] else {
                    throw DemoError.mismatch("\(table.path), row \(row + 2): a value is missing")
                }
                return value
            }
        }
    }

    /// When keys went down and up, in nanoseconds of CLOCK_MONOTONIC, in the table's order.
    func keystrokes() throws -> (pressed: [Int64], released: [Int64]) {
        let table = try table("keystrokes")
        return (
            try table.integers("t_ns").compactMap(\.self).map { $0 + origin },
            try table.integers("end_ns").compactMap(\.self).map { $0 + origin }
        )
    }

    /// Author, words, and when each turn was sent in nanoseconds of CLOCK_MONOTONIC.
    func turns() throws -> [[String]] {
        let table = try table("turns")
        let author = try table.place("author")
        let text = try table.place("text")
        return try zip(table.rows, table.integers("t_ns")).map { row, sent in
            [row[author], row[text], sent.map { "\($0 + origin)" } ?? ""]
        }
    }

    private func table(_ name: String) throws -> CSVTable {
        try CSVTable(path: "\(folder)/\(name).csv")
    }
}
