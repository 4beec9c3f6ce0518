/// Takes codes that tell who somebody is out of texts of programs and people.
///
/// A code is replaced where it is a word: a run of letters, digits, `-` and `_`, or a part of one between
/// two of these marks. Codes of one or two digits are replaced only where they are a whole text, since
/// they would be found in every number. A pure value.
struct CodeReplacement: Sendable {
    /// By code, lower case for identifiers of sessions.
    private let names: [String: String]

    /// - Parameter names: what stands for each code.
    init(_ names: [String: String]) { self.names = names.filter { !$0.key.isEmpty } }

    /// Replaces within the strings of a JSON text, and leaves numbers and everything else alone.
    func json(_ text: String) -> String {
        replace(Array(text.utf8), isJSON: true)
    }

    /// Replaces within a text.
    func plain(_ text: String) -> String {
        replace(Array(text.utf8), isJSON: false)
    }

    private func replace(_ bytes: [UInt8], isJSON: Bool) -> String {
        if names.isEmpty { return String(decoding: bytes, as: UTF8.self) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var place = 0
        var isInString = !isJSON
        /// Where the string began that is being read.
        var opened = 0
        while place < bytes.count {
            let byte = bytes[place]
            if isJSON, byte == UInt8(ascii: "\"") {
                isInString.toggle()
                opened = place + 1
            } else if isJSON, isInString, byte == UInt8(ascii: "\\") {
                // What is escaped is no part of a word.
                let length =
                    place + 1 < bytes.count && bytes[place + 1] == UInt8(ascii: "u") ? 6 : 2
                let end = min(bytes.count, place + length)
                result += bytes[place..<end]
                place = end
                continue
            } else if isInString, Self.isWord(byte) {
                var end = place
                while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
                let isWhole =
                    place == opened
                    && (end == bytes.count || (isJSON && bytes[end] == UInt8(ascii: "\"")))
                result += word(bytes[place..<end], isWhole: isWhole)
                place = end
                continue
            }
            result.append(byte)
            place += 1
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A run of word's characters, with the codes in it replaced; the longest first.
    private func word(_ bytes: ArraySlice<UInt8>, isWhole: Bool) -> [UInt8] {
        /// Where parts begin: at the start, and behind each mark.
        var starts = [bytes.startIndex]
        for place in bytes.indices where Self.isMark(bytes[place]) { starts.append(place + 1) }
        let ends = starts.dropFirst().map { $0 - 1 } + [bytes.endIndex]
        var result: [UInt8] = []
        var part = 0
        while part < starts.count {
            var found: (last: Int, name: String)?
            for last in stride(from: starts.count - 1, through: part, by: -1) {
                let text = String(decoding: bytes[starts[part]..<ends[last]], as: UTF8.self)
                guard let name = names[text] ?? names[text.lowercased()] else { continue }
                let isAll = isWhole && part == 0 && last == starts.count - 1
                if !isAll, text.utf8.count < 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
                {
                    continue
                }
                found = (last, name)
                break
            }
            let last = found?.last ?? part
            result += found.map { Array($0.name.utf8) } ?? Array(bytes[starts[part]..<ends[part]])
            if last + 1 < starts.count { result.append(bytes[ends[last]]) }
            part = last + 1
        }
        return result
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// Letters outside of ASCII count, so that `Öp01` is another word than `p01`.
    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: isMark(byte)
        }
    }
}
