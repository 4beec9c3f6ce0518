/// Reads an interface description. The grammar is small enough for one pass without a lexer.
struct InterfaceParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func parse() throws(InterfaceSyntaxError) -> InterfaceDescription {
        try expect(word: "interface")
        skipSpace()
        let name = take { Self.isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == 0x2D }
        if !name.contains(".") { throw failure("an interface's name has a dot in it") }
        var types: [String: InterfaceType] = [:]
        var methods: [String: InterfaceDescription.Method] = [:]
        var errors: [String: InterfaceType] = [:]
        while true {
            skipSpace()
            if position == bytes.count { break }
            let word = takeName()
            let member = try memberName()
            if types[member] != nil || methods[member] != nil || errors[member] != nil {
                throw failure("\(member) comes twice")
            }
            switch word {
            case "type": types[member] = try parseParentheses()
            case "error": errors[member] = try parseParentheses()
            case "method":
                let parameters = try parseParentheses()
                try expect(symbol: "->")
                methods[member] = .init(parameters: parameters, reply: try parseParentheses())
            default: throw failure("type, method or error is expected, not '\(word)'")
            }
        }
        return InterfaceDescription(name: name, types: types, methods: methods, errors: errors)
    }

    private func failure(_ reason: String) -> InterfaceSyntaxError {
        let before = bytes[0..<min(position, bytes.count)]
        return InterfaceSyntaxError(reason: reason, line: before.count { $0 == 0x0A } + 1)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case UInt8(ascii: "#"):
                while position < bytes.count && bytes[position] != 0x0A { position += 1 }
            default: return
            }
        }
    }

    private mutating func take(while allowed: (UInt8) -> Bool) -> String {
        let start = position
        while position < bytes.count && allowed(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func takeName() -> String {
        skipSpace()
        return take { Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    }

    private mutating func memberName() throws(InterfaceSyntaxError) -> String {
        let name = takeName()
        guard let first = name.utf8.first, first >= 0x41 && first <= 0x5A else {
            throw failure("a name with a capital is expected, not '\(name)'")
        }
        return name
    }

    private mutating func expect(word: String) throws(InterfaceSyntaxError) {
        let found = takeName()
        if found != word { throw failure("'\(word)' is expected, not '\(found)'") }
    }

    private mutating func accept(symbol: String) -> Bool {
        skipSpace()
        let end = position + symbol.utf8.count
        guard end <= bytes.count, bytes[position..<end].elementsEqual(symbol.utf8) else {
            return false
        }
        position = end
        return true
    }

    private mutating func expect(symbol: String) throws(InterfaceSyntaxError) {
        if !accept(symbol: symbol) { throw failure("'\(symbol)' is expected") }
    }

    private mutating func parseType() throws(InterfaceSyntaxError) -> InterfaceType {
        depth += 1
        defer { depth -= 1 }
        if depth > 32 { throw failure("types are nested deeper than 32") }
        if accept(symbol: "?") { return .optional(try parseType()) }
        if accept(symbol: "[string]") { return .dictionary(try parseType()) }
        if accept(symbol: "[]") { return .array(try parseType()) }
        skipSpace()
        if position < bytes.count && bytes[position] == UInt8(ascii: "(") {
            return try parseParentheses()
        }
        let name = takeName()
        switch name {
        case "bool": return .bool
        case "int": return .int
        case "float": return .float
        case "string": return .string
        case "object": return .object
        default:
            guard let first = name.utf8.first, first >= 0x41 && first <= 0x5A else {
                throw failure("a type is expected, not '\(name)'")
            }
            return .named(name)
        }
    }

    /// A structure or an enumeration.
    private mutating func parseParentheses() throws(InterfaceSyntaxError) -> InterfaceType {
        try expect(symbol: "(")
        if accept(symbol: ")") { return .structure([]) }
        var fields: [InterfaceType.Field] = []
        var names: [String] = []
        repeat {
            let name = takeName()
            if name.isEmpty { throw failure("a field's name is expected") }
            if accept(symbol: ":") {
                fields.append(.init(name: name, type: try parseType()))
            } else {
                names.append(name)
            }
        } while accept(symbol: ",")
        try expect(symbol: ")")
        if !fields.isEmpty && !names.isEmpty {
            throw failure("either all fields have a type or none")
        }
        return names.isEmpty ? .structure(fields) : .enumeration(names)
    }
}
