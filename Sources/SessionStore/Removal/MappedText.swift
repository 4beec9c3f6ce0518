/// A text, and where each of its UTF-16 units stands in another one that it was taken from.
struct MappedText {
    private(set) var units: [UInt16] = []
    private var sources: [Range<Int>] = []

    /// Where a stretch of this text stands in the other one.
    func source(of range: Range<Int>) -> Range<Int> {
        sources[range.lowerBound].lowerBound..<sources[range.upperBound - 1].upperBound
    }

    mutating func append(_ unit: UInt16, from source: Range<Int>) {
        units.append(unit)
        sources.append(source)
    }

    mutating func append(_ other: MappedText) {
        units += other.units
        sources += other.sources
    }

    private static let backslash = UInt16(UInt8(ascii: "\\"))

    /// A stretch of a text as it is.
    init(_ units: [UInt16], in range: Range<Int>) {
        self.units = Array(units[range])
        sources = range.map { $0..<$0 + 1 }
    }

    init() {}

    /// What the content of a JSON string says. What is no escape stands for itself, so that nothing is passed
    /// over where the text is cut off or wrong.
    func unescaped(in range: Range<Int>) -> MappedText {
        var text = MappedText()
        var index = range.lowerBound
        while index < range.upperBound {
            let (unit, length) = Self.unescape(units, index, range.upperBound)
            text.append(unit, from: source(of: index..<index + length))
            index += length
        }
        return text
    }

    private static func unescape(
        _ units: [UInt16], _ index: Int, _ end: Int
    ) -> (unit: UInt16, length: Int) {
        guard units[index] == backslash, index + 1 < end,
            let letter = UInt8(exactly: units[index + 1])
        else { return (units[index], 1) }
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return (UInt16(letter), 2)
        case UInt8(ascii: "b"): return (8, 2)
        case UInt8(ascii: "t"): return (9, 2)
        case UInt8(ascii: "n"): return (10, 2)
        case UInt8(ascii: "f"): return (12, 2)
        case UInt8(ascii: "r"): return (13, 2)
        case UInt8(ascii: "u") where index + 6 <= end:
            let digits = String(decoding: units[index + 2..<index + 6], as: UTF16.self)
            if digits.allSatisfy(\.isHexDigit), let unit = UInt16(digits, radix: 16) {
                return (unit, 6)
            }
        default: break
        }
        return (units[index], 1)
    }
}
