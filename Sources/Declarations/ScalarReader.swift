import Yams

/// Texts, numbers, truth values and listed words.
enum ScalarReader {
    /// The value if `type` is one of these; nil for any other type. A mistake is recorded, and a
    /// stand-in given.
    static func read<Value: Decodable>(
        _ type: Value.Type, from decoder: DeclarationDecoder
    ) throws -> Value? {
        switch type {
        case is String.Type:
            return string(decoder) as? Value
        case is Bool.Type:
            return one(decoder, "true or false", truth, otherwise: false) as? Value
        case is Double.Type:
            return one(decoder, "a number", real, otherwise: 0) as? Value
        case is Float.Type:
            return one(decoder, "a number", { real($0).map(Float.init) }, otherwise: 0) as? Value
        case let integer as any FixedWidthInteger.Type:
            return whole(decoder, integer) as? Value
        case let listed as any (CaseIterable & RawRepresentable).Type:
            return word(decoder, listed) as? Value
        default:
            return nil
        }
    }

    /// What a value of the type is called when it is missing.
    static func expectation(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: return "a text"
        case is Bool.Type: return "true or false"
        case is Double.Type, is Float.Type: return "a number"
        case is any FixedWidthInteger.Type: return "a whole number"
        case let listed as any (CaseIterable & RawRepresentable).Type:
            return words(listed).map { "one of \(list($0.map(\.0)))" } ?? "a value"
        default: return "a value"
        }
    }

    // MARK: Kinds

    private static func one<Value>(
        _ decoder: DeclarationDecoder, _ expected: String, _ parse: (Node.Scalar) -> Value?,
        otherwise: Value
    ) -> Value {
        guard let node = decoder.node else { return otherwise }
        if case .scalar(let scalar) = node, let value = parse(scalar) { return value }
        decoder.report(keys: [], message: "expected \(expected), found \(node.sight)")
        return otherwise
    }

    private static func string(_ decoder: DeclarationDecoder) -> String {
        one(
            decoder, "a text",
            { Node.scalar($0).isNothing ? nil : $0.string }, otherwise: "")
    }

    private static func whole<Value: FixedWidthInteger>(
        _ decoder: DeclarationDecoder, _ type: Value.Type
    ) -> Value {
        // The ends of the widest types say nothing to a person.
        let ends = Value.bitWidth < 64 ? " from \(Value.min) to \(Value.max)" : ""
        return one(decoder, "a whole number\(ends)", { integer($0, type) }, otherwise: 0)
    }

    private static func word<Value: CaseIterable & RawRepresentable>(
        _ decoder: DeclarationDecoder, _ type: Value.Type
    ) -> Value? {
        guard let words = words(type), let first = words.first else { return nil }
        guard let node = decoder.node else { return first.1 as? Value }
        if case .scalar(let scalar) = node,
            let found = words.first(where: { $0.0 == scalar.string })
        {
            return found.1 as? Value
        }
        decoder.report(
            keys: [], message: "expected one of \(list(words.map(\.0))), found \(node.sight)")
        return first.1 as? Value
    }

    /// The words and cases of a listed type; nil if its raw values are no texts.
    private static func words<Value: CaseIterable & RawRepresentable>(
        _ type: Value.Type
    ) -> [(String, Any)]? {
        var words: [(String, Any)] = []
        for value in type.allCases {
            guard let word = value.rawValue as? String else { return nil }
            words.append((word, value))
        }
        return words
    }

    private static func list(_ words: [String]) -> String { words.joined(separator: ", ") }

    // MARK: Parsing

    static func truth(_ scalar: Node.Scalar) -> Bool? {
        guard scalar.isPlain else { return nil }
        switch scalar.string {
        case "true": return true
        case "false": return false
        default: return nil
        }
    }

    /// Decimal with an optional sign, or hexadecimal with 0x. A leading zero is refused, since
    /// YAML's versions disagree on its meaning.
    static func integer<Value: FixedWidthInteger>(
        _ scalar: Node.Scalar, _ type: Value.Type
    ) -> Value? {
        guard scalar.isPlain else { return nil }
        var digits = Substring(scalar.string)
        let isNegative = digits.first == "-"
        if digits.first == "-" || digits.first == "+" { digits.removeFirst() }
        var radix = 10
        if digits.hasPrefix("0x") {
            digits.removeFirst(2)
            radix = 16
        } else if digits.count > 1, digits.first == "0" {
            return nil
        }
        guard let first = digits.first, first != "-", first != "+" else { return nil }
        return Value((isNegative ? "-" : "") + digits, radix: radix)
    }

    /// A finite number; whole numbers too.
    static func real(_ scalar: Node.Scalar) -> Double? {
        guard scalar.isPlain else { return nil }
        if let whole = integer(scalar, Int64.self) { return Double(whole) }
        let text = scalar.string
        var digits = Substring(text)
        if digits.first == "-" || digits.first == "+" { digits.removeFirst() }
        guard let first = digits.utf8.first,
            (48...57).contains(first) || first == UInt8(ascii: "."),
            digits.utf8.allSatisfy({
                (48...57).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "e")
                    || $0 == UInt8(ascii: "E") || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "+")
            })
        else { return nil }
        // 0403 is no number: most likely a text without its quotes.
        if digits.utf8.count > 1, first == UInt8(ascii: "0"),
            digits.utf8.dropFirst().allSatisfy({ (48...57).contains($0) })
        {
            return nil
        }
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
