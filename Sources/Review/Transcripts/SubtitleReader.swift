/// Reads WebVTT (W3C) and SubRip files, line by line.
///
/// Takes what programs really write: any line ends, hours left out, cues that overlap, notes, styles and
/// tags. Refuses what has no meaning: a cue that ends before it begins, a time that is none.
struct SubtitleReader {
    private let lines: [Substring]
    private var next = 0

    /// - Parameter text: without a byte order mark.
    init(_ text: String) {
        // "\r\n" is one character, and a newline like "\n" and "\r".
        lines = text.split(omittingEmptySubsequences: false) {
            $0 == "\n" || $0 == "\r" || $0 == "\r\n"
        }
    }

    /// The line that is read, from 1.
    private var number: Int { next + 1 }

    private static func isBlank(_ line: Substring) -> Bool { line.allSatisfy(\.isWhitespace) }

    // MARK: WebVTT

    consuming func webVTT() throws(TranscriptMistake) -> SpokenText {
        guard let first = lines.first, first.hasPrefix("WEBVTT"),
            first.count == 6 || first.dropFirst(6).first?.isWhitespace == true
        else { throw TranscriptMistake(1, "expected WEBVTT at the beginning of the file") }
        var language = ""
        // The head goes to the first blank line; some programs write a language there.
        while next < lines.count, !Self.isBlank(lines[next]), !lines[next].contains("-->") {
            let parts = lines[next].split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "language" {
                language = parts[1].filter { !$0.isWhitespace }
            }
            next += 1
        }
        var segments: [SpokenSegment] = []
        while skipBlank() {
            let word = lines[next].prefix { !$0.isWhitespace && $0 != ":" }
            if ["NOTE", "STYLE", "REGION"].contains(word), !lines[next].contains("-->") {
                skipBlock()
            } else {
                segments += try cue(isWeb: true)
            }
        }
        return SpokenText(segments: segments, language: language)
    }

    // MARK: SubRip

    consuming func srt() throws(TranscriptMistake) -> SpokenText {
        var segments: [SpokenSegment] = []
        while skipBlank() { segments += try cue(isWeb: false) }
        return SpokenText(segments: segments)
    }

    // MARK: Cues

    /// Goes to the next line that says something; false at the end.
    private mutating func skipBlank() -> Bool {
        while next < lines.count, Self.isBlank(lines[next]) { next += 1 }
        return next < lines.count
    }

    private mutating func skipBlock() {
        while next < lines.count, !Self.isBlank(lines[next]) { next += 1 }
    }

    /// Reads a cue: perhaps its name, its times, its text.
    private mutating func cue(isWeb: Bool) throws(TranscriptMistake) -> [SpokenSegment] {
        if !lines[next].contains("-->") {
            let named = number
            next += 1
            guard next < lines.count, lines[next].contains("-->") else {
                throw TranscriptMistake(
                    named, "expected the times of a cue, found '\(lines[named - 1].prefix(40))'")
            }
        }
        let times = try interval(lines[next], number)
        next += 1
        var text: [Substring] = []
        while next < lines.count, !Self.isBlank(lines[next]) {
            // A blank line that somebody forgot: the next cue begins.
            if lines[next].contains("-->") { break }
            text.append(lines[next])
            next += 1
        }
        if next < lines.count, lines[next].contains("-->"), let last = text.last,
            last.allSatisfy({ $0.isNumber || $0.isWhitespace })
        {
            text.removeLast()
        }
        return CueText(text.joined(separator: "\n"), isWeb: isWeb)
            .segments(from: times.start, to: times.end)
    }

    private func interval(
        _ line: Substring, _ number: Int
    ) throws(TranscriptMistake) -> (start: Int64, end: Int64) {
        let sides = line.split(separator: "-->", omittingEmptySubsequences: false)
        guard sides.count == 2 else {
            throw TranscriptMistake(number, "expected one --> between two times")
        }
        // Settings of the cue follow the second time.
        let ends = sides[1].split(whereSeparator: \.isWhitespace)
        let starts = sides[0].split(whereSeparator: \.isWhitespace)
        guard starts.count == 1, let first = starts.first, let second = ends.first else {
            throw TranscriptMistake(number, "expected a time on both sides of -->")
        }
        let start = try Self.time(first, number)
        let end = try Self.time(second, number)
        guard end >= start else {
            throw TranscriptMistake(number, "the cue ends (\(second)) before it begins (\(first))")
        }
        return (start, end)
    }

    /// A time such as `1:02:03.456`, `02:03,456` or `02:03`, in nanoseconds.
    static func time(_ text: Substring, _ number: Int) throws(TranscriptMistake) -> Int64 {
        func refuse(_ reason: String) -> TranscriptMistake {
            TranscriptMistake(number, "'\(text.prefix(40))' is no time: \(reason)")
        }
        guard !text.hasPrefix("-"), !text.hasPrefix("−") else {
            throw refuse("it is below zero")
        }
        let fraction = text.split(
            maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { ".,".contains($0) })
        let fields = fraction[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(fields.count) else { throw refuse("expected hours:minutes:seconds") }
        var seconds: Int64 = 0
        for (place, field) in fields.enumerated() {
            let most = place == 0 ? 9_999 : 59
            guard (1...4).contains(field.count), field.allSatisfy({ $0.isASCII && $0.isNumber }),
                let value = Int64(field), value <= most
            else { throw refuse("expected numbers, minutes and seconds up to 59") }
            seconds = seconds * 60 + value
        }
        guard fraction.count == 2 else { return seconds * 1_000_000_000 }
        let digits = fraction[1]
        guard (1...9).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let value = Int64(digits.padded(to: 9))
        else { throw refuse("expected up to nine digits behind the point") }
        return seconds * 1_000_000_000 + value
    }
}

extension Substring {
    /// The digits with zeros behind them.
    fileprivate func padded(to count: Int) -> String {
        self + String(repeating: "0", count: Swift.max(0, count - self.count))
    }
}
