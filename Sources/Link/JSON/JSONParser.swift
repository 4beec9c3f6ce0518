/// Reads JSON (RFC 8259) strictly: UTF-8 only, no duplicate keys, no lone surrogates, integers
/// exact in 64 bits or refused, everything bounded.
struct JSONParser {
    private let bytes: ArraySlice<UInt8>
    private let limits: JSONLimits
    private var position: Int
    private var depth = 0
    private var values = 0

    init(_ bytes: ArraySlice<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        position = bytes.startIndex
    }

    /// Reads one value that fills the whole text.
    mutating func parse() throws(JSONError) -> JSONValue {
        skipSpace()
        let value = try parseValue()
        skipSpace()
        if position != bytes.endIndex { throw failure("something follows the value") }
        return value
    }

    private func failure(_ reason: String) -> JSONError {
        JSONError(reason: reason, position: position - bytes.startIndex)
    }

    private var current: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private mutating func count() throws(JSONError) {
        values += 1
        if values > limits.values { throw failure("more than \(limits.values) values") }
    }

    private mutating func parseValue() throws(JSONError) -> JSONValue {
        try count()
        switch current {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case nil: throw failure("the text ends where a value should be")
        default: return try parseNumber()
        }
    }

    private mutating func parseWord(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        for expected in word.description.utf8 {
            guard current == expected else { throw failure("not a value") }
            position += 1
        }
        return value
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        if depth > limits.depth { throw failure("nested deeper than \(limits.depth)") }
        position += 1
        skipSpace()
    }

    /// Whether another element follows; false once the closing byte is taken.
    private mutating func another(closing: UInt8) throws(JSONError) -> Bool {
        skipSpace()
        switch current {
        case UInt8(ascii: ","):
            position += 1
            skipSpace()
            return true
        case closing:
            position += 1
            depth -= 1
            return false
        default: throw failure("a comma or a closing bracket is missing")
        }
    }

    private mutating func parseArray() throws(JSONError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        if current == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array([])
        }
        repeat { elements.append(try parseValue()) } while try another(closing: UInt8(ascii: "]"))
        return .array(elements)
    }

    private mutating func parseObject() throws(JSONError) -> JSONValue {
        try enter()
        var members: [String: JSONValue] = [:]
        if current == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object([:])
        }
        repeat {
            try count()
            guard current == UInt8(ascii: "\"") else { throw failure("a key is missing") }
            let key = try parseString()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw failure("a colon is missing") }
            position += 1
            skipSpace()
            let value = try parseValue()
            if members.updateValue(value, forKey: key) != nil {
                throw failure("the key \(key.debugDescription.prefix(80)) comes twice")
            }
        } while try another(closing: UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = position
        var isInteger = true
        if current == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try digits()
        if position - firstDigit > 1 && bytes[firstDigit] == UInt8(ascii: "0") {
            throw failure("a number begins with a superfluous zero")
        }
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if let sign = current, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isInteger {
            guard let value = Int64(text) else { throw failure("an integer beyond 64 bits") }
            return .integer(value)
        }
        guard let value = Double(text), value.isFinite else {
            throw failure("a number beyond a double's range")
        }
        return .real(value)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = current, byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
            position += 1
        }
        if position == start { throw failure("not a value") }
    }

    private mutating func parseString() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            if byte < 0x20 { throw failure("a control character in a string") }
            position += 1
        }
        if current == UInt8(ascii: "\"") {
            let text = try validated(bytes[start..<position])
            position += 1
            return text
        }
        var collected = Array(bytes[start..<position])
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try validated(collected[...])
            case UInt8(ascii: "\\"): try parseEscape(into: &collected)
            case 0..<0x20: throw failure("a control character in a string")
            default: collected.append(byte)
            }
        }
        throw failure("a string has no end")
    }

    private func validated(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw failure("a string that is not UTF-8 ends")
        }
        return text
    }

    private mutating func parseEscape(into collected: inout [UInt8]) throws(JSONError) {
        guard let byte = current else { throw failure("a string has no end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): collected.append(byte)
        case UInt8(ascii: "b"): collected.append(0x08)
        case UInt8(ascii: "f"): collected.append(0x0C)
        case UInt8(ascii: "n"): collected.append(0x0A)
        case UInt8(ascii: "r"): collected.append(0x0D)
        case UInt8(ascii: "t"): collected.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = UInt32(try parseHexadecimal())
            if scalar >= 0xD800 && scalar < 0xDC00 {
                guard current == UInt8(ascii: "\\") else { throw failure("half a surrogate pair") }
                position += 1
                guard current == UInt8(ascii: "u") else { throw failure("half a surrogate pair") }
                position += 1
                let low = UInt32(try parseHexadecimal())
                guard low >= 0xDC00 && low < 0xE000 else { throw failure("half a surrogate pair") }
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let character = Unicode.Scalar(scalar) else {
                throw failure("half a surrogate pair")
            }
            collected.append(contentsOf: String(character).utf8)
        default: throw failure("an unknown escape in a string")
        }
    }

    private mutating func parseHexadecimal() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw failure("four hexadecimal digits are missing") }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}

extension JSONValue {
    /// Reads a JSON text.
    public init(parsing bytes: ArraySlice<UInt8>, limits: JSONLimits = JSONLimits())
        throws(JSONError)
    {
        var parser = JSONParser(bytes, limits: limits)
        self = try parser.parse()
    }

    /// Reads a JSON text.
    public init(parsing text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) {
        self = try JSONValue(parsing: Array(text.utf8)[...], limits: limits)
    }
}
