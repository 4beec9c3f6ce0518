/// An element of an XDF file's XML: what could be understood of it.
///
/// The reader never refuses anything, since damaged headers should tell as much as they still do: what does
/// not end, ends with the text; attributes, comments and document types are passed over; and no entity that a
/// file could define is known, so that a small file can neither grow nor reach out.
struct XDFMarkup: Hashable, Sendable {
    var name: String
    /// The text directly within, without white space around it.
    var text = ""
    var children: [XDFMarkup] = []

    private static let mostDepth = 32
    private static let mostElements = 200_000

    /// The first child of a name.
    subscript(name: String) -> XDFMarkup? { children.first { $0.name == name } }

    /// The text of the first child of a name; nil where it is empty or missing.
    func text(_ name: String) -> String? {
        self[name].flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    /// Reads a document: its first element, and nil where there is none.
    static func read(_ bytes: [UInt8]) -> XDFMarkup? {
        var reader = Reader(bytes: bytes)
        return reader.run()
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0
        var elements = 0
        /// Elements that have begun, the document itself first.
        var open = [XDFMarkup(name: "")]
        var texts: [[UInt8]] = [[]]

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func run() -> XDFMarkup? {
            while position < bytes.count, elements < XDFMarkup.mostElements {
                if bytes[position] == UInt8(ascii: "<") { tag() } else { character() }
            }
            while open.count > 1 { close() }
            return open[0].children.first
        }

        private mutating func character() {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "&"),
                let end = bytes[position...].prefix(12).firstIndex(of: UInt8(ascii: ";"))
            else {
                texts[texts.count - 1].append(byte)
                return
            }
            let name = String(decoding: bytes[position..<end], as: UTF8.self)
            guard let text = Self.character(of: name) else {
                texts[texts.count - 1].append(byte)
                return
            }
            texts[texts.count - 1] += text.utf8
            position = end + 1
        }

        private static func character(of name: String) -> String? {
            switch name {
            case "lt": return "<"
            case "gt": return ">"
            case "amp": return "&"
            case "quot": return "\""
            case "apos": return "'"
            default: break
            }
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let number =
                digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
        }

        /// The position behind a mark, or the end.
        private func behind(_ mark: StaticString, from first: Int) -> Int {
            let mark = Array("\(mark)".utf8)
            var place = first
            while place + mark.count <= bytes.count {
                if bytes[place] == mark[0], bytes[place..<place + mark.count].elementsEqual(mark) {
                    return place + mark.count
                }
                place += 1
            }
            return bytes.count
        }

        private func looks(at text: StaticString) -> Bool {
            let text = Array("\(text)".utf8)
            return position + text.count <= bytes.count
                && bytes[position..<position + text.count].elementsEqual(text)
        }

        private mutating func tag() {
            if looks(at: "<![CDATA[") {
                let end = behind("]]>", from: position)
                let last = end == bytes.count && !bytes.suffix(3).elementsEqual("]]>".utf8)
                let content = bytes[position..<end].dropFirst(9).dropLast(last ? 0 : 3)
                texts[texts.count - 1] += content
                position = end
                return
            }
            if looks(at: "<!--") { return position = behind("-->", from: position) }
            if looks(at: "<?") || looks(at: "<!") {
                return position = behind(">", from: position)
            }
            let isEnd = looks(at: "</")
            var place = position + (isEnd ? 2 : 1)
            let first = place
            while place < bytes.count, place - first < 128, Self.isName(bytes[place]) { place += 1 }
            let name = String(decoding: bytes[first..<place], as: UTF8.self)
            guard !name.isEmpty else {
                texts[texts.count - 1].append(bytes[position])
                position += 1
                return
            }
            let end = behind(">", from: place)
            let isEmpty = end >= place + 2 && bytes[end - 2] == UInt8(ascii: "/")
            position = end
            if isEnd {
                // An end tag whose element is not open is damage; those within the open one end with it.
                guard let level = open.lastIndex(where: { $0.name == name }), level > 0 else {
                    return
                }
                while open.count > level { close() }
            } else {
                elements += 1
                guard open.count < XDFMarkup.mostDepth else { return }
                open.append(XDFMarkup(name: name))
                texts.append([])
                if isEmpty { close() }
            }
        }

        private static func isName(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: ":"), 0x80...:
                true
            default: false
            }
        }

        private mutating func close() {
            var element = open.removeLast()
            let text = texts.removeLast()
            let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            let first = text.firstIndex { !isBlank($0) } ?? text.endIndex
            let last = text.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? first
            element.text = String(decoding: text[first..<last], as: UTF8.self)
            open[open.count - 1].children.append(element)
        }
    }
}
