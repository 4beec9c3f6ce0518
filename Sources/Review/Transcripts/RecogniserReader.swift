import Link

/// Reads JSON of recognisers: Whisper's `segments` with `words`, whisper.cpp's `transcription`, or our own
/// simple form, described in `Protocols/formats/transcripts.md`.
enum RecogniserReader {
    private static let limits = JSONLimits(depth: 32, values: 8_000_000)

    static func read(_ bytes: [UInt8]) throws(TranscriptMistake) -> SpokenText {
        let file: JSONValue
        do {
            file = try JSONValue(parsing: bytes[...], limits: limits)
        } catch {
            throw TranscriptMistake(line(of: error, in: bytes), "this is no JSON: \(error)")
        }
        var language = file["language"]?.string ?? ""
        if let list = file["transcription"]?.array {
            language = file["result"]?["language"]?.string ?? language
            return try SpokenText(segments: segments(list, offsets), language: language)
        }
        guard let list = file["segments"]?.array ?? file.array else {
            throw TranscriptMistake(
                nil, "expected segments, each with start, end and text, as Whisper writes them")
        }
        return try SpokenText(segments: segments(list, plain), language: language)
    }

    private static func line(of error: any Error, in bytes: [UInt8]) -> Int? {
        guard let error = error as? JSONError else { return nil }
        return 1 + bytes.prefix(error.position).count { $0 == 0x0A }
    }

    private static func segments(
        _ list: [JSONValue],
        _ read: (JSONValue) throws(TranscriptMistake) -> SpokenSegment
    ) throws(TranscriptMistake) -> [SpokenSegment] {
        var segments: [SpokenSegment] = []
        for (place, value) in list.enumerated() {
            do throws(TranscriptMistake) {
                let segment = try read(value)
                if !segment.text.isEmpty { segments.append(segment) }
            } catch {
                throw TranscriptMistake(nil, "segment \(place + 1): \(error.message)")
            }
        }
        return segments
    }

    /// A segment with times in seconds.
    private static func plain(_ value: JSONValue) throws(TranscriptMistake) -> SpokenSegment {
        let times = try interval(
            value["start_s"] ?? value["start"], value["end_s"] ?? value["end"], unit: 1e9)
        guard let text = value["text"]?.string else {
            throw TranscriptMistake(nil, "expected a text")
        }
        var words: [SpokenSegment.Word] = []
        for word in value["words"]?.array ?? [] {
            // Recognisers leave the times of some words out.
            guard let text = word["word"]?.string ?? word["text"]?.string,
                let start = word["start_s"] ?? word["start"],
                let end = word["end_s"] ?? word["end"], start != .null, end != .null
            else { continue }
            let times = try interval(start, end, unit: 1e9)
            words.append(
                SpokenSegment.Word(
                    text: trimmed(text), start: times.start, end: times.end,
                    confidence: (word["probability"] ?? word["confidence"] ?? word["score"])?
                        .number))
        }
        return SpokenSegment(
            start: times.start, end: times.end, speaker: value["speaker"]?.string ?? "",
            text: trimmed(text), words: words)
    }

    /// A segment of whisper.cpp, with times in milliseconds.
    private static func offsets(_ value: JSONValue) throws(TranscriptMistake) -> SpokenSegment {
        let times = try interval(
            value["offsets"]?["from"], value["offsets"]?["to"], unit: 1e6)
        guard let text = value["text"]?.string else {
            throw TranscriptMistake(nil, "expected a text")
        }
        return SpokenSegment(start: times.start, end: times.end, text: trimmed(text))
    }

    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func interval(
        _ start: JSONValue?, _ end: JSONValue?, unit: Double
    ) throws(TranscriptMistake) -> (start: Int64, end: Int64) {
        guard let start = start?.number, let end = end?.number, start.isFinite, end.isFinite else {
            throw TranscriptMistake(nil, "expected start and end as numbers")
        }
        guard start >= 0 else { throw TranscriptMistake(nil, "it begins below zero (\(start))") }
        guard end >= start else {
            throw TranscriptMistake(nil, "it ends (\(end)) before it begins (\(start))")
        }
        // A hundred days: what is longer is no commentary.
        guard end * unit < 8.64e15 else { throw TranscriptMistake(nil, "\(end) is no such time") }
        return (Int64((start * unit).rounded()), Int64((end * unit).rounded()))
    }
}
