import SystemCalls

/// A table as `attune export --format csv` writes it, read the way any other program would: fields parted
/// by commas, quoted where they must be (RFC 4180).
struct CSVTable {
    let path: String
    let columns: [String]
    let rows: [[String]]

    init(path: String) throws {
        self.path = path
        var bytes = try FileSystem.read(path)[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        var rows: [[String]] = []
        var row: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var mayQuote = true
        var place = bytes.startIndex
        func text(_ field: [UInt8]) -> String { String(decoding: field, as: UTF8.self) }
        while place < bytes.endIndex {
            let byte = bytes[place]
            place += 1
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    field.append(byte)
                } else if place < bytes.endIndex, bytes[place] == byte {
                    field.append(byte)
                    place += 1
                } else {
                    isQuoted = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where mayQuote:
                isQuoted = true
                mayQuote = false
            case UInt8(ascii: ","):
                row.append(text(field))
                field = []
                mayQuote = true
            case 0x0D: break
            case 0x0A:
                rows.append(row + [text(field)])
                row = []
                field = []
                mayQuote = true
            default:
                field.append(byte)
                mayQuote = false
            }
        }
        if !field.isEmpty || !row.isEmpty { rows.append(row + [text(field)]) }
        guard let first = rows.first else { throw DemoError.mismatch("\(path) is empty") }
        columns = first
        self.rows = Array(rows.dropFirst())
        if let short = self.rows.firstIndex(where: { $0.count != first.count }) {
            throw DemoError.mismatch(
                "\(path), row \(short + 2): \(self.rows[short].count) fields, not \(first.count)")
        }
    }

    /// A column's place.
    func place(_ column: String) throws -> Int {
        guard let place = columns.firstIndex(of: column) else {
            throw DemoError.mismatch(
                "\(path) has no column '\(column)', but \(columns.joined(separator: ", "))")
        }
        return place
    }

    /// A column of whole numbers; nil where a field is empty.
    func integers(_ column: String) throws -> [Int64?] {
        let place = try place(column)
        return try rows.enumerated().map { index, row in
            if row[place].isEmpty { return nil }
            guard let value = Int64(row[place]) else {
                throw DemoError.mismatch(
                    "\(path), row \(index + 2): '\(row[place])' in '\(column)' is no whole number")
            }
            return value
        }
    }
}
