/// Reads a table row by row: fields in quotes or not, lines that end in LF or CR LF (RFC 4180).
///
/// Memory holds one row, whose length is bounded. Used by one thread.
struct CSVRows {
    /// A row with the place at which each of its fields begins.
    struct Row {
        /// Counted from 1.
        var line: Int
        var fields: [String]
    }

    private let source: ByteSource
    private let separator: UInt8
    private var position: Int64 = 0
    private var piece: [UInt8] = []
    private var place = 0
    private var line = 1

    private static let pieceBytes = 1 << 18
    private static let longestRow = 8 << 20
    private static let mostFields = 20_000

    init(_ source: ByteSource, separator: UInt8) throws(ImportError) {
        self.source = source
        self.separator = separator
        // A mark of the byte order says nothing in UTF-8.
        if try source.bytes(at: 0, count: 3) == [0xEF, 0xBB, 0xBF] { position = 3 }
    }

    private mutating func next() throws(ImportError) -> UInt8? {
        if place == piece.count {
            piece = try source.bytes(at: position, count: Self.pieceBytes)
            position += Int64(piece.count)
            place = 0
            if piece.isEmpty { return nil }
        }
        place += 1
        return piece[place - 1]
    }

    private func failure(_ line: Int, _ message: String) -> ImportError {
        ImportError(.format, "\(source.path):\(line): \(message)")
    }

    /// The next row that has anything; nil at the end.
    mutating func row() throws(ImportError) -> Row? {
        while true {
            guard let row = try any() else { return nil }
            if row.fields.count > 1 || !row.fields[0].isEmpty { return row }
        }
    }

    private mutating func any() throws(ImportError) -> Row? {
        guard var byte = try next() else { return nil }
        let began = line
        var fields: [String] = []
        var field: [UInt8] = []
        var length = 0
        var isQuoted = false
        var wasQuoted = false
        func text() -> String { String(decoding: field, as: UTF8.self) }
        while true {
            length += 1
            guard length <= Self.longestRow, fields.count < Self.mostFields else {
                throw failure(began, "the row is longer than a row of a table can be")
            }
            if isQuoted {
                if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                    wasQuoted = true
                } else {
                    if byte == 0x0A { line += 1 }
                    field.append(byte)
                }
            } else if byte == separator {
                fields.append(text())
                field = []
                wasQuoted = false
            } else if byte == UInt8(ascii: "\""), field.isEmpty || wasQuoted {
                // A quote within quotes is written twice.
                if wasQuoted { field.append(byte) }
                isQuoted = true
            } else if byte == 0x0A {
                line += 1
                if !wasQuoted, field.last == 0x0D { field.removeLast() }
                fields.append(text())
                return Row(line: began, fields: fields)
            } else if wasQuoted {
                guard byte == 0x0D || byte == 0x20 else {
                    throw failure(
                        line, "after a quoted field comes a separator or the end of the line")
                }
            } else {
                field.append(byte)
            }
            guard let following = try next() else {
                guard !isQuoted else { throw failure(began, "a quote does not end") }
                if field.last == 0x0D { field.removeLast() }
                fields.append(text())
                return Row(line: began, fields: fields)
            }
            byte = following
        }
    }
}
