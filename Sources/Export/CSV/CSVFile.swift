import Glibc
import Reports
import SystemCalls
import Timebase

/// Writes one CSV file, or what reads one from a pipe, through a buffer of its own, field by field.
///
/// Numbers are turned into digits right in the buffer. A failure to write is kept and thrown at the
/// row's end. Used by one thread.
@safe final class CSVFile {
    /// The file's place.
    let path: String
    /// Rows ended so far, without the header.
    private(set) var rows: Int64 = 0
    /// Infinities that became missing values.
    private(set) var infinities: Int64 = 0
    private let sink: any ByteSink
    private let style: Style
    /// What stands for a missing value.
    private let missingWord: [UInt8]
    private let columns: Int
    /// Fields without a value, one a column.
    private(set) var missingValues: [Int64]
    /// Owned by this object and freed with it; `used` never passes `capacity`, since each append of
    /// fixed length asks `reserve` first.
    private let buffer: UnsafeMutablePointer<UInt8>
    private static let capacity = 1 << 18
    private var used = 0
    private var written: Int64 = 0
    private var fields = 0
    private var failure: SystemError?

    /// How fields are told apart, and what texts look like.
    enum Style {
        /// Commas, quotes as in RFC 4180, and nothing for a missing value.
        case csv
        /// Tabs, texts as JSON has them between its quotes, and `n/a`: as BIDS has it.
        case bids
        /// The same for recordings, in which the validator of BIDS takes no infinities.
        case recording
    }

    /// Creates the file, which must not be there, and writes the header.
    convenience init(
        path: String, columns: [TableColumn], style: Style = .csv
    ) throws(SystemError) {
        try self.init(FileSink(path), path: path, columns: columns, style: style)
    }

    /// Writes the header into whatever takes bytes.
    /// - Parameters:
    ///   - path: what it is called in errors.
    ///   - hasHeader: false leaves the header out.
    init(
        _ sink: any ByteSink, path: String, columns: [TableColumn], style: Style = .csv,
        hasHeader: Bool = true
    ) throws(SystemError) {
        self.path = path
        self.style = style
        missingWord = style == .csv ? [] : Array("n/a".utf8)
        self.sink = sink
        self.columns = columns.count
        missingValues = [Int64](repeating: 0, count: columns.count)
        unsafe buffer = .allocate(capacity: Self.capacity)
        guard hasHeader else { return }
        for column in columns { text(column.name) }
        try endRow()
        rows = 0
    }

    deinit { unsafe buffer.deallocate() }

    /// Bytes written, those waiting in the buffer included.
    var bytes: Int64 { written + Int64(used) }

    /// Writes what waits.
    func close() throws(SystemError) {
        flush()
        if let failure { throw failure }
        try sink.close()
    }

    /// Ends a row.
    func endRow() throws(SystemError) {
        assert(fields == columns, "\(path) got \(fields) fields in a row of \(columns)")
        reserve(1)
        unsafe buffer[used] = 0x0A
        used += 1
        fields = 0
        rows += 1
        if let failure { throw failure }
    }

    /// A field without a value.
    func missing() {
        reserve(4)
        separate()
        absent()
    }

    /// What stands in a field that was begun, of a value that is missing.
    private func absent() {
        missingValues[fields - 1] += 1
        for byte in missingWord {
            unsafe buffer[used] = byte
            used += 1
        }
    }

    func integer(_ value: Int64) {
        reserve(24)
        separate()
        digits(value)
    }

    func integer(_ value: Int64?) {
        if let value { integer(value) } else { missing() }
    }

    /// The shortest digits that give the same number when read back; a NaN is a missing value, and in
    /// recordings of BIDS an infinity as well.
    func real(_ value: Double) {
        reserve(40)
        separate()
        // Whole numbers of up to 15 digits need no search for the shortest form.
        if value.magnitude < 1e15, value == value.rounded(.towardZero),
            value != 0 || value.sign == .plus
        {
            digits(Int64(value))
        } else if value.isFinite {
            var text = value.description
            text.withUTF8 { bytes in
                for place in bytes.indices {
                    unsafe buffer[used] = bytes[place]
                    used += 1
                }
            }
        } else if value.isInfinite, style == .recording {
            infinities += 1
            absent()
        } else if value.isInfinite {
            for byte in (value < 0 ? "-inf" : "inf").utf8 {
                unsafe buffer[used] = byte
                used += 1
            }
        } else {
            absent()
        }
    }

    func real(_ value: Double?) {
        if let value { real(value) } else { missing() }
    }

    /// Nanoseconds as milliseconds, exactly, with as many decimals as that takes.
    func milliseconds(_ nanoseconds: Int64) {
        reserve(32)
        separate()
        if nanoseconds < 0 {
            unsafe buffer[used] = 0x2D
            used += 1
        }
        let magnitude = nanoseconds.magnitude
        digits(magnitude / 1_000_000)
        decimals(magnitude % 1_000_000, 6)
    }

    func milliseconds(_ nanoseconds: Int64?) {
        if let nanoseconds { milliseconds(nanoseconds) } else { missing() }
    }

    /// Nanoseconds as seconds, exactly, with as many decimals as that takes.
    func seconds(_ nanoseconds: Int64?) {
        guard let nanoseconds else { return missing() }
        reserve(32)
        separate()
        if nanoseconds < 0 {
            unsafe buffer[used] = 0x2D
            used += 1
        }
        digits(nanoseconds.magnitude / 1_000_000_000)
        decimals(nanoseconds.magnitude % 1_000_000_000, 9)
    }

    /// The digits after the point, without zeros at their end; nothing for zero.
    private func decimals(_ value: UInt64, _ count: Int) {
        if value == 0 { return }
        var value = value
        var count = count
        while value % 10 == 0 {
            value /= 10
            count -= 1
        }
        unsafe buffer[used] = 0x2E
        used += 1
        padded(value, count)
    }

    /// Bytes that were formatted before, at most 40 of them.
    func formatted(_ bytes: UnsafeBufferPointer<UInt8>) {
        reserve(48)
        separate()
        guard let address = bytes.baseAddress, (1...40).contains(bytes.count) else {
            return absent()
        }
        unsafe (buffer + used).update(from: address, count: bytes.count)
        used += bytes.count
    }

    /// Writes a number as `real` does, and hands out its bytes to be kept; they are valid inside
    /// the call only.
    func real(_ value: Double, keeping keep: (UnsafeBufferPointer<UInt8>) -> Void) {
        reserve(48)
        let start = used + (fields > 0 ? 1 : 0)
        real(value)
        unsafe keep(UnsafeBufferPointer(start: buffer + start, count: used - start))
    }

    /// UTC in ISO 8601 with milliseconds, rounded down, and `Z`.
    /// - Parameter realtime: nanoseconds since 1970.
    func utc(_ realtime: Int64) {
        reserve(40)
        separate()
        let calendar = CalendarTime(nanosecondsSince1970: realtime)
        padded(calendar.year, 4)
        part(0x2D, calendar.month, 2)
        part(0x2D, calendar.day, 2)
        part(0x54, calendar.hour, 2)
        part(0x3A, calendar.minute, 2)
        part(0x3A, calendar.second, 2)
        part(0x2E, calendar.millisecond, 3)
        unsafe buffer[used] = 0x5A
        used += 1
    }

    private func part(_ mark: UInt8, _ value: UInt64, _ count: Int) {
        unsafe buffer[used] = mark
        used += 1
        padded(value, count)
    }

    /// Text of any length; in quotes where it has to be, and where it is empty, which a missing
    /// value is not.
    func text(_ value: String) {
        if style != .csv { return tabbed(value) }
        var value = value
        reserve(1)
        separate()
        value.withUTF8 { bytes in
            guard let first = unsafe bytes.first, let last = unsafe bytes.last else {
                byte(0x22)
                return byte(0x22)
            }
            // The C library looks for a byte, and copies, many times as quick as a loop, and this is most of what
            // a table of texts takes.
            let hasQuotes = unsafe bytes.holds(0x22)
            let hasMarks = unsafe bytes.holds(0x2C) || bytes.holds(0x0A) || bytes.holds(0x0D)
            let isQuoted = hasQuotes || hasMarks || first <= 0x20 || last <= 0x20
            if isQuoted { byte(0x22) }
            if hasQuotes || bytes.count > Self.capacity {
                for place in bytes.indices {
                    let next = unsafe bytes[place]
                    if next == 0x22 { byte(0x22) }
                    byte(next)
                }
            } else if let address = bytes.baseAddress {
                reserve(bytes.count)
                unsafe (buffer + used).update(from: address, count: bytes.count)
                used += bytes.count
            }
            if isQuoted { byte(0x22) }
        }
    }

    func text(_ value: String?) {
        if let value { text(value) } else { missing() }
    }

    /// Text as JSON has it between its quotes. What readers of tables could stumble over is escaped as
    /// well: spaces at the ends, invisible line ends, and the word for a missing value.
    private func tabbed(_ value: String) {
        reserve(4)
        separate()
        if value.isEmpty {
            byte(0x22)
            byte(0x22)
            return
        }
        if value == "n/a" { return "n\\/a".utf8.forEach(byte) }
        let scalars = value.unicodeScalars
        for place in scalars.indices {
            let scalar = scalars[place]
            let isEnd =
                place == scalars.startIndex || scalars.index(after: place) == scalars.endIndex
            switch scalar {
            case "\"", "\\":
                byte(0x5C)
                byte(UInt8(scalar.value))
            case "\n": "\\n".utf8.forEach(byte)
            case "\r": "\\r".utf8.forEach(byte)
            case "\t": "\\t".utf8.forEach(byte)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}":
                escape(scalar)
            case " " where isEnd: escape(scalar)
            default: UTF8.encode(scalar)?.forEach(byte)
            }
        }
    }

    private func escape(_ scalar: Unicode.Scalar) {
        let digits = String(scalar.value, radix: 16)
        "\\u".utf8.forEach(byte)
        for _ in digits.utf8.count..<4 { byte(0x30) }
        digits.utf8.forEach(byte)
    }

    private func byte(_ value: UInt8) {
        reserve(1)
        unsafe buffer[used] = value
        used += 1
    }

    @inline(__always) private func separate() {
        // `reserve` was called with one byte more than the field needs.
        if fields > 0 {
            unsafe buffer[used] = style == .csv ? 0x2C : 0x09
            used += 1
        }
        fields += 1
    }

    @inline(__always) private func reserve(_ count: Int) {
        if used + count > Self.capacity { flush() }
    }

    private func flush() {
        defer { used = 0 }
        if failure != nil { return }
        do throws(SystemError) {
            // `used` bytes of the buffer are written, and nobody writes them while the sink reads.
            try unsafe sink.write(UnsafeRawBufferPointer(start: buffer, count: used))
            written += Int64(used)
        } catch {
            failure = error
        }
    }

    private func digits(_ value: Int64) {
        if value < 0 {
            unsafe buffer[used] = 0x2D
            used += 1
        }
        digits(value.magnitude)
    }

    private func digits(_ value: UInt64) {
        var count = 1
        var limit: UInt64 = 10
        while value >= limit {
            count += 1
            let (next, overflow) = limit.multipliedReportingOverflow(by: 10)
            if overflow { break }
            limit = next
        }
        padded(value, count)
    }

    /// The last `count` digits, with zeros before them where there are fewer.
    private func padded(_ value: UInt64, _ count: Int) {
        var left = value
        var place = used + count
        while place > used {
            place -= 1
            unsafe buffer[place] = UInt8(truncatingIfNeeded: 0x30 + left % 10)
            left /= 10
        }
        used += count
    }
}
