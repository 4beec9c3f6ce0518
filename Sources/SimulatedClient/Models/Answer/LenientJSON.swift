import Link

/// Reads the JSON that models write: with trailing commas, comments, single quotes, Python's words,
/// bare keys and line breaks inside strings. Everything is bounded.
///
/// What stands in it is never guessed: a value that is cut off is no value.
struct LenientJSON {
    private struct Unreadable: Error {}

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var depth = 0
    private var values = 0

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// The value that stands at the beginning of some bytes, and where it ends; nil where there is
    /// none.
    static func value(at bytes: ArraySlice<UInt8>) -> (value: JSONValue, end: Int)? {
        var reader = LenientJSON(bytes)
        guard let value = try? reader.value() else { return nil }
        return (value, reader.position)
    }

    /// The value that a whole text is.
    static func value(of text: String) -> JSONValue? {
        let bytes = ArraySlice(Array(text.utf8))
        var reader = LenientJSON(bytes)
        guard let value = try? reader.value() else { return nil }
        reader.skipSpace()
        return reader.position == bytes.endIndex ? value : nil
    }

    private var current: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    /// Spaces and comments. A longer comment than 2000 bytes is none, so that the beginnings of
    /// comments that never end do not each take the whole text.
    private mutating func skipSpace() {
        while let byte = current {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                position += 1
                continue
            }
            guard byte == UInt8(ascii: "/"), position + 1 < bytes.endIndex else { return }
            let rest = bytes[position...].prefix(2000)
            switch bytes[position + 1] {
            case UInt8(ascii: "/"):
                position = rest.firstIndex(of: 0x0A) ?? rest.endIndex
            case UInt8(ascii: "*"):
                guard
                    let end = rest.indices.dropFirst(3).first(where: {
                        rest[$0] == UInt8(ascii: "/") && rest[$0 - 1] == UInt8(ascii: "*")
                    })
                else { return }
                position = end + 1
            default: return
            }
        }
    }

    private mutating func value() throws(Unreadable) -> JSONValue {
        values += 1
        if values > 100_000 { throw Unreadable() }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try string())
        case let byte? where "-+.0123456789".utf8.contains(byte): return try number()
        default:
            switch word() {
            case "true", "True": return .bool(true)
            case "false", "False": return .bool(false)
            case "null", "None": return .null
            default: throw Unreadable()
            }
        }
    }

    private mutating func enter() throws(Unreadable) {
        depth += 1
        if depth > 64 { throw Unreadable() }
        position += 1
        skipSpace()
    }

    /// Whether another element follows; takes the closing bracket otherwise.
    private mutating func another(closing: UInt8) throws(Unreadable) -> Bool {
        skipSpace()
        if current == UInt8(ascii: ",") {
            position += 1
            skipSpace()
            if current != closing { return true }
        }
        guard current == closing else { throw Unreadable() }
        position += 1
        depth -= 1
        return false
    }

    private mutating func array() throws(Unreadable) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        if current == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array([])
        }
        repeat { elements.append(try value()) } while try another(closing: UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func object() throws(Unreadable) -> JSONValue {
        try enter()
        var members: [String: JSONValue] = [:]
        if current == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object([:])
        }
        repeat {
            let key: String
            if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
                key = try string()
            } else {
                key = word()
                if key.isEmpty { throw Unreadable() }
            }
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw Unreadable() }
            position += 1
            // Of a key that comes twice the last one counts, as in most readers.
            members[key] = try value()
        } while try another(closing: UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func word() -> String {
        let start = position
        while let byte = current,
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        {
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func number() throws(Unreadable) -> JSONValue {
        let start = position
        while let byte = current,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "+-.eE".utf8.contains(byte)
        {
            position += 1
        }
        var text = String(decoding: bytes[start..<position], as: UTF8.self)
        if text.hasPrefix("+") { text.removeFirst() }
        if let integer = Int64(text) { return .integer(integer) }
        guard let real = Double(text), real.isFinite else { throw Unreadable() }
        return .real(real)
    }

    private mutating func string() throws(Unreadable) -> String {
        let quote = current
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            if byte == quote { return String(decoding: text, as: UTF8.self) }
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
                continue
            }
            guard let escaped = current else { break }
            position += 1
            switch escaped {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "u"): text.append(contentsOf: String(try scalar()).utf8)
            default: text.append(escaped)
            }
        }
        throw Unreadable()
    }

    /// The character of `\uXXXX`, or of two of them that are a pair; U+FFFD for half a pair.
    private mutating func scalar() throws(Unreadable) -> Character {
        let first = try unit()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard first < 0xDC00, bytes[position...].starts(with: "\\u".utf8) else { return "\u{FFFD}" }
        let before = position
        position += 2
        let second = try unit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(
                0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else {
            position = before
            return "\u{FFFD}"
        }
        return Character(scalar)
    }

    private mutating func unit() throws(Unreadable) -> UInt16 {
        guard position + 4 <= bytes.endIndex else { throw Unreadable() }
        let digits = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard let value = UInt16(digits, radix: 16) else { throw Unreadable() }
        position += 4
        return value
    }
}
