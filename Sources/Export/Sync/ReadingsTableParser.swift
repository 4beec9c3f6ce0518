import Timebase

/// Reads a CSV table of readings piece by piece.
///
/// The header names the columns, in any order: `index` and `arrival_s`, and `device_s` where there is a
/// device clock; others are passed over. Lines end in LF or CRLF; blank ones are passed over; fields may
/// have spaces around them and stand in quotes. The first mistake is kept and ends the reading.
struct ReadingsTableParser {
    /// What a column holds.
    private enum Role { case index, device, arrival, other }

    /// The table's name in mistakes.
    let name: String
    /// The first mistake; nothing is taken after it.
    private(set) var error: ReadingsTableError?
    private var table = ReadingsTable()
    private var roles: [Role] = []
    private var columnNames: [String] = []
    /// The number of the last line.
    private var line = 0
    private var blankLines = 0
    private var hasDevice = false
    /// A line whose end has not come yet.
    private var pending: [UInt8] = []
    private static let longestLine = 1 << 20
    /// So that the difference of two never leaves 64 bits.
    private static let limit: UInt64 = 1 << 62

    init(name: String) { self.name = name }

    /// Takes the next bytes.
    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        var start = 0
        while error == nil, start < bytes.count {
            let rest = unsafe UnsafeBufferPointer(rebasing: bytes[start...])
            guard let end = unsafe Self.newline(rest) else {
                unsafe pending.append(contentsOf: rest)
                if pending.count > Self.longestLine {
                    line += 1
                    fail(.row, "the line is longer than a megabyte; is this a CSV table?")
                }
                return
            }
            let text = unsafe UnsafeBufferPointer(rebasing: rest[0..<end])
            start += end + 1
            if pending.isEmpty {
                unsafe take(line: text)
            } else {
                unsafe pending.append(contentsOf: text)
                takePending()
            }
        }
    }

    /// The table, after the last bytes.
    mutating func finish() throws(ReadingsTableError) -> ReadingsTable {
        if error == nil, !pending.isEmpty { takePending() }
        if error == nil, roles.isEmpty {
            error = ReadingsTableError(
                .empty, "is empty; the header index,device_s,arrival_s and rows are needed",
                path: name)
        }
        if error == nil, table.count == 0 {
            error = ReadingsTableError(.empty, "has a header but no rows", path: name)
        }
        if let error { throw error }
        if !hasDevice { table.readings.device = [] }
        return table
    }

    private mutating func takePending() {
        let whole = pending
        pending.removeAll(keepingCapacity: true)
        unsafe whole.withUnsafeBufferPointer { unsafe take(line: $0) }
    }

    private static func newline(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        unsafe bytes.firstIndex(of: 0x0A)
    }

    private mutating func fail(
        _ code: ReadingsTableError.Code, _ message: String, column: String? = nil
    ) {
        error = ReadingsTableError(code, message, path: name, line: line, column: column)
    }

    // MARK: Lines

    private mutating func take(line whole: UnsafeBufferPointer<UInt8>) {
        line += 1
        var start = 0
        // A mark of the byte order, which some programs put before UTF-8.
        if line == 1, unsafe whole.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
        let text = unsafe trimmed(UnsafeBufferPointer(rebasing: whole[start...]))
        if text.isEmpty {
            blankLines += 1
            if let last = table.skipped.last, last.row == table.count {
                table.skipped[table.skipped.count - 1].lines = blankLines
            } else {
                table.skipped.append((table.count, blankLines))
            }
        } else if roles.isEmpty {
            unsafe header(text)
        } else {
            unsafe row(text)
        }
    }

    private mutating func header(_ text: UnsafeBufferPointer<UInt8>) {
        var names: [String] = []
        var position = 0
        while position <= text.count, error == nil {
            let field = unsafe field(text, &position)
            names.append(unsafe String(decoding: field, as: UTF8.self))
        }
        if error != nil { return }
        let found = names.map { (name: String) -> Role in
            switch name.lowercased() {
            case "index": .index
            case "device_s": .device
            case "arrival_s": .arrival
            default: .other
            }
        }
        for (role, wanted) in [
            (Role.index, "index"), (.arrival, "arrival_s"), (.device, "device_s"),
        ] {
            let places = found.filter { $0 == role }.count
            if places > 1 {
                return fail(.header, "there are two columns of this name", column: wanted)
            }
            guard places == 0, role != .device else { continue }
            let hint =
                names.count == 1 && names[0].contains { $0 == ";" || $0 == "\t" }
                ? "; columns are separated by commas" : ""
            let shown = names.prefix(8).joined(separator: ",")
            return fail(
                .header,
                "there is no column \(wanted); the first line names the columns, as in "
                    + "index,device_s,arrival_s, and here it is \"\(shown.prefix(100))\"\(hint)")
        }
        columnNames = names
        roles = found
    }

    private mutating func row(_ text: UnsafeBufferPointer<UInt8>) {
        var position = 0
        var index: Int64 = 0
        var device = ClockReadings.none
        var arrival: Int64 = 0
        for column in roles.indices {
            guard position <= text.count else {
                return fail(
                    .row,
                    "the row has \(column) of \(roles.count) fields "
                        + "(\(columnNames[column]) is missing)")
            }
            let field = unsafe field(text, &position)
            if error != nil { return }
            switch roles[column] {
            case .index: index = unsafe number(field, column, places: 0) ?? 0
            case .device:
                if let value = unsafe number(field, column, places: 9) {
                    device = value
                    hasDevice = true
                }
            case .arrival: arrival = unsafe number(field, column, places: 9) ?? 0
            case .other: break
            }
        }
        if position <= text.count, error == nil {
            fail(.row, "the row has more than the \(roles.count) fields of the header")
        }
        if error != nil { return }
        table.readings.index.append(index)
        table.readings.device.append(device)
        table.readings.arrival.append(arrival)
    }

    // MARK: Fields

    /// The number in a field; nil where there is none, which only a device time may be.
    private mutating func number(
        _ field: UnsafeBufferPointer<UInt8>, _ column: Int, places: Int
    ) -> Int64? {
        switch unsafe DecimalNumber.read(field, places: places, isExact: places == 0) {
        case .number(let value) where value.magnitude < Self.limit:
            return value
        case .missing:
            if roles[column] != .device {
                fail(.number, "there is no value", column: columnNames[column])
            }
        case .malformed:
            let text = unsafe String(decoding: field.prefix(40), as: UTF8.self)
            fail(
                .number, "\"\(text)\" is no number; decimals have a point, as in 12.5",
                column: columnNames[column])
        case .tooLarge, .number:
            let text = unsafe String(decoding: field.prefix(40), as: UTF8.self)
            let limit = places == 0 ? "\(Self.limit)" : "4611686018 seconds (146 years)"
            fail(
                .number, "\(text) is beyond the limit of \(limit)", column: columnNames[column])
        case .broken:
            let text = unsafe String(decoding: field.prefix(40), as: UTF8.self)
            fail(.number, "\(text) is no whole number", column: columnNames[column])
        }
        return nil
    }

    /// The field that begins at a position, without spaces and quotes; the position goes behind the
    /// comma after it, or two behind the line's end.
    private mutating func field(
        _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) -> UnsafeBufferPointer<UInt8> {
        var start = position
        while start < text.count, unsafe isSpace(text[start]) { start += 1 }
        if start < text.count, unsafe text[start] == 0x22 {
            return unsafe quoted(text, from: start + 1, &position)
        }
        var end = start
        while end < text.count, unsafe text[end] != 0x2C { end += 1 }
        position = end < text.count ? end + 1 : end + 2
        while end > start, unsafe isSpace(text[end - 1]) { end -= 1 }
        return unsafe UnsafeBufferPointer(rebasing: text[start..<end])
    }

    /// A field in quotes. Doubled ones inside are kept as they are: numbers have none.
    private mutating func quoted(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ position: inout Int
    ) -> UnsafeBufferPointer<UInt8> {
        var end = start
        while end < text.count {
            if unsafe text[end] == 0x22 {
                guard end + 1 < text.count, unsafe text[end + 1] == 0x22 else { break }
                end += 1
            }
            end += 1
        }
        guard end < text.count else {
            fail(.row, "a quote is not closed in its line")
            return unsafe UnsafeBufferPointer(rebasing: text[start...])
        }
        let inside = unsafe trimmed(UnsafeBufferPointer(rebasing: text[start..<end]))
        var next = end + 1
        while next < text.count, unsafe isSpace(text[next]) { next += 1 }
        if next < text.count, unsafe text[next] != 0x2C {
            fail(.row, "something follows a closing quote before the next comma")
        }
        position = next < text.count ? next + 1 : next + 2
        return unsafe inside
    }

    @inline(__always) private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D
    }

    private func trimmed(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var (start, end) = (0, text.count)
        while start < end, unsafe isSpace(text[start]) { start += 1 }
        while end > start, unsafe isSpace(text[end - 1]) { end -= 1 }
        return unsafe UnsafeBufferPointer(rebasing: text[start..<end])
    }
}
