import Foundation

/// Finds many texts in bytes in one pass that skips most of them: Wu and Manber's algorithm. A text is found
/// as it stands in rows and as it stands in JSON.
struct TextMatcher: Sendable {
    /// A form of a text, and which text it is of.
    private struct Pattern {
        var bytes: [UInt8]
        var text: Int
    }

    private var patterns: [Pattern] = []
    /// As long as the shortest pattern: what is moved over the bytes.
    private let window: Int
    /// Bytes at the window's end by which it is decided how far it may move.
    private let block: Int
    /// By the hash of a block: how far the window may move. 0 where a pattern may stand in it.
    private var shifts: [UInt8]
    /// By the hash of the last block of the window: patterns that may stand there.
    private var candidates: [Int: [Int]] = [:]
    /// Of the longest pattern, in bytes; 0 where nothing is looked for. Who hands over bytes in pieces lets
    /// each begin with so many less one of the piece before.
    let longest: Int

    /// - Parameter texts: empty ones are found nowhere.
    init(_ texts: [String]) {
        for (number, text) in texts.enumerated() where !text.isEmpty {
            for form in Self.forms(text) { patterns.append(Pattern(bytes: form, text: number)) }
        }
        longest = patterns.map(\.bytes.count).max() ?? 0
        window = min(64, patterns.map(\.bytes.count).min() ?? 1)
        block = min(4, window)
        shifts = Array(repeating: UInt8(window - block + 1), count: Self.hashes)
        for (number, pattern) in patterns.enumerated() {
            for end in block...window {
                let hash = Self.hash(pattern.bytes.span, end, block)
                shifts[hash] = min(shifts[hash], UInt8(window - end))
                if end == window { candidates[hash, default: []].append(number) }
            }
        }
    }

    private static func forms(_ text: String) -> Set<[UInt8]> {
        // Writers of JSON differ in how they write control characters and slashes.
        var forms: Set<[UInt8]> = [
            Array(text.utf8), escaped(text),
        ]
        for options in [JSONEncoder.OutputFormatting(), .withoutEscapingSlashes] {
            let encoder = JSONEncoder()
            encoder.outputFormatting = options
            if let json = try? encoder.encode([text]) {
                forms.insert(Array(json.dropFirst(2).dropLast(2)))
            }
        }
        return forms
    }

    /// As the content of a string of JSON in which nothing is escaped that need not be.
    private static func escaped(_ text: String) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return text.utf8.flatMap { unit -> [UInt8] in
            switch unit {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), unit]
            case 0..<0x20: Array("\\u00".utf8) + [digits[Int(unit >> 4)], digits[Int(unit & 15)]]
            default: [unit]
            }
        }
    }

    private static let hashes = 1 << 16

    private static func hash(_ bytes: Span<UInt8>, _ end: Int, _ block: Int) -> Int {
        var value: UInt32 = 0
        for index in end - block..<end { value = value << 8 | UInt32(bytes[index]) }
        return Int((value &* 0x9E37_79B1) >> 16)
    }

    /// Adds the numbers of the texts that stand in bytes.
    func search(_ bytes: Span<UInt8>, found: inout Set<Int>) {
        guard longest > 0 else { return }
        var end = window
        while end <= bytes.count {
            let hash = Self.hash(bytes, end, block)
            let shift = Int(shifts[hash])
            if shift > 0 {
                end += shift
                continue
            }
            for number in candidates[hash] ?? []
            where stands(patterns[number].bytes, in: bytes, at: end - window) {
                found.insert(patterns[number].text)
            }
            end += 1
        }
    }

    /// The numbers of the texts that stand in another text.
    func search(_ text: String) -> Set<Int> {
        var found: Set<Int> = []
        search(Array(text.utf8).span, found: &found)
        return found
    }

    private func stands(_ pattern: [UInt8], in bytes: Span<UInt8>, at start: Int) -> Bool {
        guard start + pattern.count <= bytes.count else { return false }
        for index in pattern.indices where pattern[index] != bytes[start + index] { return false }
        return true
    }
}
