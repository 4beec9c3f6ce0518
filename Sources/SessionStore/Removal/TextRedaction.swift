/// Finds words in texts, whatever their case and however their accents are composed, and covers them.
///
/// Each UTF-16 unit of a match is covered by one, so that positions in a text (spans of annotations, edits of
/// drafts) stay where they are.
public struct TextRedaction: Sendable {
    private let patterns: [[String]]
    private let cover: String

    /// - Parameters:
    ///   - texts: what is to be covered, where it stands as a word or words of its own; empty ones find
    ///     nothing.
    ///   - cover: one character of one UTF-16 unit that stands for itself in JSON: `mayCover`.
    public init(_ texts: [String], cover: Character = "█") {
        patterns = texts.map { $0.map { $0.lowercased() } }.filter { !$0.isEmpty }
        self.cover = String(cover)
    }

    /// Whether a text is one that may cover others: one UTF-16 unit that JSON writes without an escape.
    public static func mayCover(_ text: String) -> Bool {
        guard text.count == 1, text.utf16.count == 1, let unit = text.utf16.first else {
            return false
        }
        return unit >= 0x20 && text != "\"" && text != "\\"
    }

    /// Where the texts stand.
    public func matches(in text: String) -> [Range<String.Index>] {
        var indices = Array(text.indices)
        // Comparing strings of one character each finds composed and decomposed accents alike.
        let folded = indices.map { text[$0].lowercased() }
        indices.append(text.endIndex)
        var found: [Range<String.Index>] = []
        for pattern in patterns where pattern.count <= folded.count {
            for start in 0...(folded.count - pattern.count)
            where folded[start] == pattern[0]
                && folded[start..<start + pattern.count].elementsEqual(pattern)
            {
                let end = start + pattern.count
                // Within another word it is another word.
                if start > 0, Self.joins(text[indices[start - 1]], text[indices[start]]) {
                    continue
                }
                if end < folded.count, Self.joins(text[indices[end - 1]], text[indices[end]]) {
                    continue
                }
                found.append(indices[start]..<indices[end])
            }
        }
        return found
    }

    /// What stands at the end of a text that is cut off there, if one of the texts begins so: to the end, with
    /// what the cut left of a character or of an escape of JSON.
    func beginning(cutOffIn text: String) -> Range<String.Index>? {
        let end = Self.endOfWhole(text)
        let indices = Array(text[..<end].indices)
        let folded = indices.map { text[$0].lowercased() }
        let starts = patterns.compactMap { pattern -> Int? in
            guard !folded.isEmpty else { return nil }
            return (max(0, folded.count - pattern.count)..<folded.count).first { start in
                let length = folded.count - start
                guard folded[start..<folded.count - 1].elementsEqual(pattern[..<(length - 1)]),
                    Self.begins(pattern[length - 1], with: folded[folded.count - 1])
                else { return false }
                return start == 0 || !Self.joins(text[indices[start - 1]], text[indices[start]])
            }
        }
        return starts.min().map { indices[$0]..<text.endIndex }
    }

    /// Whether a character is another one, or that one without accents of its own: the cut may lie between.
    private static func begins(_ whole: String, with part: String) -> Bool {
        whole == part
            || whole.decomposedStringWithCanonicalMapping.unicodeScalars.starts(
                with: part.decomposedStringWithCanonicalMapping.unicodeScalars)
    }

    /// Before what a cut left of a character, or of `\u00eb`.
    private static func endOfWhole(_ text: String) -> String.Index {
        var end = text.endIndex
        if text.last == "\u{FFFD}" { end = text.index(before: end) }
        let tail = text[..<end].suffix(5)
        guard let backslash = tail.lastIndex(of: "\\") else { return end }
        let rest = tail[tail.index(after: backslash)...]
        let isEscape =
            rest.isEmpty || rest.first == "u" && rest.dropFirst().allSatisfy(\.isHexDigit)
        return isEscape ? backslash : end
    }

    private static func joins(_ left: Character, _ right: Character) -> Bool {
        (left.isLetter || left.isNumber) && (right.isLetter || right.isNumber)
    }

    /// The text with all matches covered; nil where there is none.
    public func redact(_ text: String) -> String? {
        let matches = matches(in: text)
        guard !matches.isEmpty else { return nil }
        var units = Array(text.utf16)
        let filler = Array(cover.utf16)[0]
        for match in matches {
            let from = text.utf16.distance(from: text.startIndex, to: match.lowerBound)
            let to = text.utf16.distance(from: text.startIndex, to: match.upperBound)
            for index in from..<to { units[index] = filler }
        }
        return String(decoding: units, as: UTF16.self)
    }

    /// A JSON text with all matches in its strings covered, also in JSON and in streamed answers that stand in
    /// such a string; else as it was. nil where there is none.
    public func redact(json: String) -> String? {
        let units = Array(json.utf16)
        let places = NestedText(redaction: self).places(inJSON: units)
        guard !places.isEmpty else { return nil }
        var result: [UInt16] = []
        result.reserveCapacity(units.count)
        var end = 0
        for place in places {
            result += units[end..<place.lowerBound]
            result += cover.utf16
            end = place.upperBound
        }
        result += units[end...]
        return String(decoding: result, as: UTF16.self)
    }
}
