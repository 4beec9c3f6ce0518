/// Reads the XML of a store's answers: elements and texts, and nothing else of what XML can do.
///
/// A store is a stranger: there are no declarations of types or entities (nothing is looked up and nothing
/// grows), attributes are passed over, and depth, number and length are bounded.
struct AnswerReader {
    /// Bytes of an answer. A page of 1000 names of 1024 bytes, each byte escaped, has 7 MB.
    static let most = 8 << 20
    private static let mostElements = 200_000
    private static let deepest = 12

    private let bytes: [UInt8]
    private var place = 0
    private var elements = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The outermost element.
    /// - Throws: `strange`.
    static func read(_ bytes: [UInt8]) throws(StationsError) -> AnswerElement {
        guard bytes.count <= most else { throw refusal("it is longer than \(most) bytes") }
        var reader = AnswerReader(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.place = 3 }
        try reader.skipOther()
        guard let root = try reader.element() else { throw refusal("it has no element") }
        try reader.skipOther()
        guard reader.place == bytes.count else { throw refusal("something follows its end") }
        return root
    }

    private static func refusal(_ why: String) -> StationsError {
        StationsError(.strange, "the store's answer is not understood", cause: why)
    }

    private func starts(_ text: StaticString) -> Bool {
        let text = text.description.utf8
        return bytes[place...].starts(with: text)
    }

    private mutating func skip(past text: StaticString) throws(StationsError) {
        let text = Array(text.description.utf8)
        while place + text.count <= bytes.count {
            if bytes[place..<place + text.count].elementsEqual(text) {
                place += text.count
                return
            }
            place += 1
        }
        throw Self.refusal("it is cut off")
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }

    /// Skips what is no element, outside of the outermost one.
    private mutating func skipOther() throws(StationsError) {
        while true {
            skipSpace()
            if starts("<?") {
                try skip(past: "?>")
            } else if starts("<!--") {
                try skip(past: "-->")
            } else {
                return
            }
        }
    }

    /// An element from its `<` on, with what is in it; nil where none begins here.
    private mutating func element() throws(StationsError) -> AnswerElement? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "<") else { return nil }
        var open: [AnswerElement] = []
        while true {
            guard place < bytes.count else { throw Self.refusal("it is cut off") }
            guard bytes[place] == UInt8(ascii: "<") else {
                open[open.count - 1].text += try text()
                continue
            }
            if starts("<!--") {
                try skip(past: "-->")
            } else if starts("<![CDATA[") {
                guard !open.isEmpty else { throw Self.refusal("a text stands outside") }
                place += 9
                let start = place
                try skip(past: "]]>")
                open[open.count - 1].text += String(
                    decoding: bytes[start..<place - 3], as: UTF8.self)
            } else if starts("<!") {
                throw Self.refusal("it declares something")
            } else if starts("<?") {
                try skip(past: "?>")
            } else if starts("</") {
                place += 2
                let name = try name()
                skipSpace()
                guard place < bytes.count, bytes[place] == UInt8(ascii: ">"),
                    let ended = open.popLast(), ended.name == name
                else { throw Self.refusal("its elements do not fit together") }
                place += 1
                guard !open.isEmpty else { return ended }
                open[open.count - 1].children.append(ended)
            } else {
                place += 1
                let begun = AnswerElement(name: try name())
                elements += 1
                guard elements <= Self.mostElements, open.count < Self.deepest else {
                    throw Self.refusal("it is too deep, or has too many elements")
                }
                if try skipAttributes() {
                    guard !open.isEmpty else { return begun }
                    open[open.count - 1].children.append(begun)
                } else {
                    open.append(begun)
                }
            }
        }
    }

    /// A name, without what stands before its colon.
    private mutating func name() throws(StationsError) -> String {
        let start = place
        while place < bytes.count, Self.isName(bytes[place]) { place += 1 }
        guard place > start, place - start <= 256 else { throw Self.refusal("a name is none") }
        let name = String(decoding: bytes[start..<place], as: UTF8.self)
        return name.split(separator: ":").last.map(String.init) ?? name
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: ":"), 0x80...:
            true
        default: false
        }
    }

    /// - Returns: whether the element is empty and ends here.
    private mutating func skipAttributes() throws(StationsError) -> Bool {
        var quote: UInt8?
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return bytes[place - 2] == UInt8(ascii: "/")
            } else if byte == UInt8(ascii: "<") {
                break
            }
        }
        throw Self.refusal("it is cut off")
    }

    /// The text up to the next `<`.
    private mutating func text() throws(StationsError) -> String {
        var text: [UInt8] = []
        while place < bytes.count, bytes[place] != UInt8(ascii: "<") {
            if bytes[place] == UInt8(ascii: "&") {
                text += try reference()
            } else {
                text.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// What `&…;` stands for: one of XML's own five, or a number.
    private mutating func reference() throws(StationsError) -> [UInt8] {
        let rest = bytes[place..<min(bytes.count, place + 12)]
        guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else {
            throw Self.refusal("'&' stands alone")
        }
        let name = String(decoding: bytes[place + 1..<end], as: UTF8.self)
        place = end + 1
        switch name {
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "amp": return [UInt8(ascii: "&")]
        case "quot": return [UInt8(ascii: "\"")]
        case "apos": return [UInt8(ascii: "'")]
        default:
            let number =
                name.hasPrefix("#x")
                ? UInt32(name.dropFirst(2), radix: 16)
                : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
            guard let number, number > 0, let scalar = Unicode.Scalar(number) else {
                throw Self.refusal("'&\(name);' is not known")
            }
            return Array(String(Character(scalar)).utf8)
        }
    }
}
