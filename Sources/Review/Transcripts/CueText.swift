/// The text of a cue with its tags taken out: who speaks, and when words begin, where the tags tell.
struct CueText {
    private let text: Substring
    /// Whether the tags are those of WebVTT; SubRip has a few of its own.
    private let isWeb: Bool

    private struct Part {
        var speaker: String
        var text = ""
        /// Where words begin within `text`, in characters, and when.
        var marks: [(place: Int, time: Int64)] = []
    }

    init(_ text: String, isWeb: Bool) {
        self.text = text[...]
        self.isWeb = isWeb
    }

    /// One segment for each voice; none for a cue that says nothing.
    func segments(from start: Int64, to end: Int64) -> [SpokenSegment] {
        parts(end).compactMap { part in
            let text = part.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            guard !text.isEmpty else { return nil }
            return SpokenSegment(
                start: start, end: end, speaker: part.speaker, text: text,
                words: Self.words(part, from: start, to: end))
        }
    }

    private func parts(_ end: Int64) -> [Part] {
        var parts = [Part(speaker: "")]
        var rest = text
        while let character = rest.first {
            if character == "<", let close = rest.firstIndex(of: ">") {
                take(rest[rest.index(after: rest.startIndex)..<close], end, &parts)
                rest = rest[rest.index(after: close)...]
            } else if !isWeb, rest.hasPrefix("{\\"), let close = rest.firstIndex(of: "}") {
                rest = rest[rest.index(after: close)...]
            } else if character == "&", let (decoded, after) = Self.entity(rest) {
                parts[parts.count - 1].text += decoded
                rest = after
            } else {
                parts[parts.count - 1].text.append(character)
                rest = rest.dropFirst()
            }
        }
        return parts
    }

    private func take(_ tag: Substring, _ end: Int64, _ parts: inout [Part]) {
        guard isWeb else { return }
        if tag.first?.isNumber == true, let time = try? SubtitleReader.time(tag, 0) {
            parts[parts.count - 1].marks.append((parts[parts.count - 1].text.count, time))
            return
        }
        // `<v.loud Anna Maria>`: the name is what follows the classes.
        let name = tag.prefix { !$0.isWhitespace && $0 != "." }
        guard name == "v" else { return }
        let speaker = tag.drop { !$0.isWhitespace }.split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        let decoded = CueText(speaker, isWeb: false).plain
        if parts.count == 1, parts[0].text.allSatisfy(\.isWhitespace) {
            parts[0].speaker = decoded
        } else {
            parts.append(Part(speaker: decoded))
        }
    }

    private var plain: String { parts(0).map(\.text).joined() }

    /// The words between the times that tags tell; none where there are no such tags.
    private static func words(
        _ part: Part, from start: Int64, to end: Int64
    ) -> [SpokenSegment.Word] {
        guard !part.marks.isEmpty else { return [] }
        let characters = Array(part.text)
        var edges = part.marks
        if edges[0].place > 0 { edges.insert((0, start), at: 0) }
        var words: [SpokenSegment.Word] = []
        for (place, edge) in edges.enumerated() {
            let next = place + 1 < edges.count ? edges[place + 1] : (characters.count, end)
            guard edge.place < next.0 else { continue }
            let text = String(characters[edge.place..<next.0])
                .split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let from = min(max(edge.time, start), end)
            if !text.isEmpty {
                words.append(
                    SpokenSegment.Word(text: text, start: from, end: max(from, min(next.1, end))))
            }
        }
        return words
    }

    private static let named = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}",
        "lrm": "\u{200E}", "rlm": "\u{200F}",
    ]

    /// The character that an entity at the beginning stands for, and what follows it.
    private static func entity(_ text: Substring) -> (String, Substring)? {
        guard let end = text.prefix(12).firstIndex(of: ";") else { return nil }
        let name = text[text.index(after: text.startIndex)..<end]
        let rest = text[text.index(after: end)...]
        if let known = named[String(name)] { return (known, rest) }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let code =
            digits.lowercased().hasPrefix("x")
            ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let code, code >= 0x20, let scalar = Unicode.Scalar(code) else { return nil }
        return (String(Character(scalar)), rest)
    }
}
