/// Reads XML of strangers: elements, attributes and text in UTF-8, with bounds on all of them.
///
/// Document type declarations are refused, and with them every entity that a file could define or fetch
/// (ELAN's files have none), so that a small file can neither grow nor reach out. Namespaces are not
/// looked into.
struct XMLReader {
    /// Bytes of a file at most.
    static let mostBytes = 32 << 20
    private static let mostDepth = 32
    private static let mostNodes = 1_000_000

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var nodes = 0

    /// Reads a document's root element.
    static func read(_ bytes: [UInt8]) throws(ReviewError) -> XMLNode {
        guard bytes.count <= mostBytes else {
            throw ReviewError(
                .invalid, "the file has \(bytes.count) bytes, \(mostBytes) are allowed")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw ReviewError(
                .invalid, "the file is not in UTF-8; save it so (ELAN does by itself)")
        }
        var reader = XMLReader(bytes: bytes)
        return try reader.document()
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        // A mark of the byte order says nothing in UTF-8.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private func failure(_ message: String) -> ReviewError {
        ReviewError(.invalid, "line \(line): \(message)")
    }

    // MARK: - Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private func looksAt(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        return "\(text)".utf8.elementsEqual(bytes[position..<position + count])
    }

    private mutating func take(_ text: StaticString) -> Bool {
        guard looksAt(text) else { return false }
        for _ in 0..<text.utf8CodeUnitCount { advance() }
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            advance()
        }
    }

    private mutating func skip(past end: StaticString, _ what: String) throws(ReviewError) {
        let began = line
        while position < bytes.count {
            if take(end) { return }
            advance()
        }
        throw ReviewError(.invalid, "line \(began): \(what) does not end")
    }

    // MARK: - The parts of a document

    private mutating func document() throws(ReviewError) -> XMLNode {
        try skipBetween()
        guard next == UInt8(ascii: "<") else { throw failure("expected an element") }
        let root = try element(depth: 0)
        try skipBetween()
        guard next == nil else { throw failure("expected nothing after the last element") }
        return root
    }

    /// Passes over what stands between elements and says nothing.
    private mutating func skipBetween() throws(ReviewError) {
        while true {
            skipSpace()
            if take("<!--") {
                try skip(past: "-->", "a comment")
            } else if take("<?") {
                try skip(past: "?>", "an instruction")
            } else if looksAt("<!") {
                throw failure(
                    "a document type is not read: it could define text or fetch other files")
            } else {
                return
            }
        }
    }

    private mutating func element(depth: Int) throws(ReviewError) -> XMLNode {
        guard depth < Self.mostDepth else {
            throw failure("elements lie more than \(Self.mostDepth) deep in one another")
        }
        nodes += 1
        guard nodes <= Self.mostNodes else {
            throw failure("the file has more than \(Self.mostNodes) elements")
        }
        guard take("<") else { throw failure("expected an element") }
        var node = XMLNode(name: try name(), attributes: [:], line: line)
        while true {
            let had = position
            skipSpace()
            if take("/>") { return node }
            if take(">") { break }
            guard position > had else { throw failure("expected a space before an attribute") }
            let key = try name()
            skipSpace()
            guard take("=") else { throw failure("the attribute '\(key)' has no value") }
            skipSpace()
            guard node.attributes.updateValue(try value(), forKey: key) == nil else {
                throw failure("the attribute '\(key)' is there twice")
            }
        }
        try content(of: &node, depth: depth)
        return node
    }

    private mutating func content(of node: inout XMLNode, depth: Int) throws(ReviewError) {
        var text: [UInt8] = []
        while let byte = next {
            guard byte == UInt8(ascii: "<") else {
                try character(into: &text)
                continue
            }
            if take("<!--") {
                try skip(past: "-->", "a comment")
            } else if take("<![CDATA[") {
                let from = position
                try skip(past: "]]>", "a CDATA section")
                text += bytes[from..<position - 3]
            } else if take("<?") {
                try skip(past: "?>", "an instruction")
            } else if take("</") {
                let end = try name()
                guard end == node.name else {
                    throw failure(
                        "'\(node.name)' of line \(node.line) is ended by '\(end)'")
                }
                skipSpace()
                guard take(">") else { throw failure("the end of '\(end)' is not closed") }
                node.text = String(decoding: text, as: UTF8.self)
                return
            } else {
                node.children.append(try element(depth: depth + 1))
            }
        }
        throw ReviewError(.invalid, "line \(node.line): '\(node.name)' does not end")
    }

    private mutating func name() throws(ReviewError) -> String {
        let from = position
        while let byte = next {
            let isName =
                byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            guard isName else { break }
            advance()
        }
        guard position > from, position - from <= 256 else { throw failure("expected a name") }
        return String(decoding: bytes[from..<position], as: UTF8.self)
    }

    private mutating func value() throws(ReviewError) -> String {
        guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw failure("an attribute's value stands in quotation marks")
        }
        advance()
        var text: [UInt8] = []
        while let byte = next, byte != quote {
            guard byte != UInt8(ascii: "<") else { break }
            try character(into: &text)
        }
        guard next == quote else { throw failure("an attribute's value does not end") }
        advance()
        return String(decoding: text, as: UTF8.self)
    }

    /// One byte of text, or what a reference stands for.
    private mutating func character(into text: inout [UInt8]) throws(ReviewError) {
        guard let byte = next else { return }
        guard byte == UInt8(ascii: "&") else {
            text.append(byte)
            return advance()
        }
        for (entity, value) in [
            ("&amp;" as StaticString, "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""),
            ("&apos;", "'"),
        ] where take(entity) {
            text += value.utf8
            return
        }
        let isHexadecimal = looksAt("&#x")
        guard take("&#x") || take("&#") else {
            throw failure("an entity that XML itself does not have is not read")
        }
        let from = position
        while let byte = next, byte != UInt8(ascii: ";"), position - from < 8 {
            _ = byte; advance()
        }
        let digits = String(decoding: bytes[from..<position], as: UTF8.self)
        guard take(";"), let code = UInt32(digits, radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(code), code > 0
        else { throw failure("a reference to a character is none") }
        text += String(Character(scalar)).utf8
    }
}
