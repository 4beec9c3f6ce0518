import Foundation

/// Finds words in texts that hold other texts: the strings of JSON, JSON that stands in a string once more
/// (what was sent to a language model), and streams of server-sent events, whose pieces are put together
/// before anything is looked for in them. What was sent to a model and what came back is stored as far as it came
/// or as it may be long: at such an end, the beginning of a word counts as the word.
struct NestedText {
    let redaction: TextRedaction
    /// How often a text may stand within another one; deeper ones are read as they are.
    private static let deepest = 8
    private static let backslash = UInt16(UInt8(ascii: "\\"))

    /// Where words stand in the strings of JSON.
    /// - Returns: stretches, each to be covered by one unit, in order and apart from each other.
    func places(inJSON units: [UInt16]) -> [Range<Int>] {
        let literals = JSONWalk.literals(in: units)
        // Members of a model exchange, of which this one is never left out.
        let isExchange = literals.contains { literal in
            literal.path.isEmpty && units[literal.content].elementsEqual("prompt_hash".utf16)
        }
        let text = MappedText(units, in: 0..<units.count)
        return Self.joined(
            literals.flatMap { literal in
                places(
                    in: text.unescaped(in: literal.content), 1,
                    mayBeCut: isExchange && Self.mayBeCut(literal.path))
            })
    }

    /// Whether a member of a model exchange is stored up to a length: bodies, and failures that end with a
    /// server's words, of the exchange and of each attempt.
    private static func mayBeCut(_ path: String) -> Bool {
        path == "request" || path == "response" || path == "failure/message"
            || path.hasPrefix("attempts/") && path.hasSuffix("/failure/message")
    }

    private static func joined(_ found: [Range<Int>]) -> [Range<Int>] {
        var places: [Range<Int>] = []
        for range in found.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = places.last, range.lowerBound < last.upperBound {
                // The same letter, read in two ways.
                places[places.count - 1] =
                    last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                places.append(range)
            }
        }
        return places
    }

    private func strings(of units: [UInt16], _ depth: Int) -> [Range<Int>] {
        let text = MappedText(units, in: 0..<units.count)
        return JSONWalk.literals(in: units).flatMap { literal in
            places(in: text.unescaped(in: literal.content), depth + 1)
        }
    }

    /// In the text that a mapped one was taken from.
    private func places(
        in text: MappedText, _ depth: Int, mayBeCut: Bool = false
    ) -> [Range<Int>] {
        places(in: text.units, depth, mayBeCut: mayBeCut).map(text.source)
    }

    private func places(in units: [UInt16], _ depth: Int, mayBeCut: Bool) -> [Range<Int>] {
        guard depth < Self.deepest else { return plain(units, isCut: mayBeCut) }
        if let stream = EventStream(units) {
            // Each of its texts may have gone on.
            let isCut = mayBeCut && !stream.isDone
            return stream.members.flatMap { places(in: $0, depth + 1, mayBeCut: isCut) }
                + stream.others.flatMap { text in
                    loose(text.units, depth, isCut: isCut).map(text.source)
                }
        }
        return Self.isJSON(units)
            ? strings(of: units, depth) : loose(units, depth, isCut: mayBeCut)
    }

    /// Prose, and JSON that is cut off or stands within prose: as it is, and with its escapes read.
    private func loose(_ units: [UInt16], _ depth: Int, isCut: Bool) -> [Range<Int>] {
        let found = plain(units, isCut: isCut)
        guard units.contains(Self.backslash) else { return found }
        let text = MappedText(units, in: 0..<units.count).unescaped(in: 0..<units.count)
        return text.units.count == units.count
            ? found : found + places(in: text, depth + 1, mayBeCut: isCut)
    }

    /// - Parameter isCut: the text may go on where nobody has it.
    private func plain(_ units: [UInt16], isCut: Bool = false) -> [Range<Int>] {
        guard !units.isEmpty else { return [] }
        // A half of a pair that stands alone becomes one unit as well.
        let text = String(decoding: units, as: UTF16.self)
        let begun = isCut ? redaction.beginning(cutOffIn: text) : nil
        return (redaction.matches(in: text) + (begun.map { [$0] } ?? [])).flatMap { match in
            let from = text.utf16.distance(from: text.startIndex, to: match.lowerBound)
            let to = text.utf16.distance(from: text.startIndex, to: match.upperBound)
            return (from..<to).map { $0..<$0 + 1 }
        }
    }

    /// What begins like JSON and is it to its end.
    private static func isJSON(_ units: [UInt16]) -> Bool {
        let first = units.first { $0 > 0x20 }.flatMap { UInt8(exactly: $0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return false }
        let data = Data(String(decoding: units, as: UTF16.self).utf8)
        return (try? JSONSerialization.jsonObject(with: data)) != nil
    }
}
