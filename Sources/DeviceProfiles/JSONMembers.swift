/// The members of a JSON object (RFC 8259), those of objects within it by their paths. Lists are
/// checked for their form and not kept.
struct JSONMembers {
    enum Value: Hashable {
        /// The bytes of a number.
        case number(Range<Int>)
        case text(String)
        case truth(Bool)
        case null
    }

    private var values: [String: Value] = [:]

    func value(_ path: String) -> Value? { values[path] }

    func text(_ path: String) -> String? {
        if case .text(let text) = values[path] { text } else { nil }
    }

    /// Nil where the bytes are not exactly one object.
    static func read(_ bytes: Span<UInt8>, _ range: Range<Int>) -> JSONMembers? {
        var reader = Reader(position: range.lowerBound, end: range.upperBound)
        guard reader.object(bytes, path: "", depth: 0) else { return nil }
        reader.skipBlanks(bytes)
        guard reader.position == range.upperBound else { return nil }
        return JSONMembers(values: reader.values)
    }

    /// Goes through the bytes once.
    private struct Reader {
        var position: Int
        let end: Int
        var values: [String: Value] = [:]
        static var maximumDepth: Int { 16 }

        func peek(_ bytes: Span<UInt8>) -> UInt8? { position < end ? bytes[position] : nil }

        mutating func skipBlanks(_ bytes: Span<UInt8>) {
            while let byte = peek(bytes), isBlank(byte) { position += 1 }
        }

        mutating func take(_ bytes: Span<UInt8>, _ wanted: UInt8) -> Bool {
            guard peek(bytes) == wanted else { return false }
            position += 1
            return true
        }

        /// An object; its members are kept unless the path is nil, as it is within lists.
        mutating func object(_ bytes: Span<UInt8>, path: String?, depth: Int) -> Bool {
            guard depth < Self.maximumDepth, take(bytes, UInt8(ascii: "{")) else { return false }
            skipBlanks(bytes)
            if take(bytes, UInt8(ascii: "}")) { return true }
            while true {
                skipBlanks(bytes)
                guard let name = text(bytes) else { return false }
                skipBlanks(bytes)
                guard take(bytes, UInt8(ascii: ":")) else { return false }
                let inner = path.map { $0.isEmpty ? name : "\($0).\(name)" }
                guard value(bytes, path: inner, depth: depth) else { return false }
                skipBlanks(bytes)
                if take(bytes, UInt8(ascii: "}")) { return true }
                guard take(bytes, UInt8(ascii: ",")) else { return false }
            }
        }

        mutating func list(_ bytes: Span<UInt8>, depth: Int) -> Bool {
            guard depth < Self.maximumDepth, take(bytes, UInt8(ascii: "[")) else { return false }
            skipBlanks(bytes)
            if take(bytes, UInt8(ascii: "]")) { return true }
            while true {
                guard value(bytes, path: nil, depth: depth) else { return false }
                skipBlanks(bytes)
                if take(bytes, UInt8(ascii: "]")) { return true }
                guard take(bytes, UInt8(ascii: ",")) else { return false }
            }
        }

        /// Any value; kept unless the path is nil.
        mutating func value(_ bytes: Span<UInt8>, path: String?, depth: Int) -> Bool {
            skipBlanks(bytes)
            let found: Value
            switch peek(bytes) {
            case UInt8(ascii: "{"): return object(bytes, path: path, depth: depth + 1)
            case UInt8(ascii: "["): return list(bytes, depth: depth + 1)
            case UInt8(ascii: "\""):
                guard let text = text(bytes) else { return false }
                found = .text(text)
            case UInt8(ascii: "t"):
                guard word(bytes, "true") else { return false }
                found = .truth(true)
            case UInt8(ascii: "f"):
                guard word(bytes, "false") else { return false }
                found = .truth(false)
            case UInt8(ascii: "n"):
                guard word(bytes, "null") else { return false }
                found = .null
            default:
                guard let range = number(bytes) else { return false }
                found = .number(range)
            }
            if let path { values[path] = found }
            return true
        }

        mutating func word(_ bytes: Span<UInt8>, _ word: StaticString) -> Bool {
            for byte in "\(word)".utf8 {
                guard take(bytes, byte) else { return false }
            }
            return true
        }

        mutating func digits(_ bytes: Span<UInt8>) -> Int {
            let start = position
            while let byte = peek(bytes), (48...57).contains(byte) { position += 1 }
            return position - start
        }

        mutating func number(_ bytes: Span<UInt8>) -> Range<Int>? {
            let start = position
            _ = take(bytes, UInt8(ascii: "-"))
            let first = peek(bytes)
            let whole = digits(bytes)
            guard whole > 0, whole == 1 || first != 48 else { return nil }
            if take(bytes, UInt8(ascii: ".")), digits(bytes) == 0 { return nil }
            if take(bytes, UInt8(ascii: "e")) || take(bytes, UInt8(ascii: "E")) {
                if !take(bytes, UInt8(ascii: "-")) { _ = take(bytes, UInt8(ascii: "+")) }
                guard digits(bytes) > 0 else { return nil }
            }
            return start..<position
        }

        mutating func text(_ bytes: Span<UInt8>) -> String? {
            guard take(bytes, UInt8(ascii: "\"")) else { return nil }
            var text: [UInt8] = []
            while let byte = peek(bytes) {
                position += 1
                switch byte {
                case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
                case UInt8(ascii: "\\"):
                    guard let scalar = escape(bytes) else { return nil }
                    text.append(contentsOf: String(scalar).utf8)
                case 0..<32: return nil
                default: text.append(byte)
                }
            }
            return nil
        }

        /// What stands behind a backslash. Halves of surrogate pairs become U+FFFD.
        mutating func escape(_ bytes: Span<UInt8>) -> Unicode.Scalar? {
            guard let byte = peek(bytes) else { return nil }
            position += 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
                return Unicode.Scalar(byte)
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{C}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "u"):
                var code: UInt32 = 0
                for _ in 0..<4 {
                    guard
                        let digit = peek(bytes).flatMap({
                            Character(Unicode.Scalar($0)).hexDigitValue
                        })
                    else { return nil }
                    position += 1
                    code = code << 4 | UInt32(digit)
                }
                return Unicode.Scalar(code) ?? "\u{FFFD}"
            default: return nil
            }
        }
    }
}
