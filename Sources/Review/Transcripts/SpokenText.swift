/// What was said, as a file has it: its times count from the start of the sound. Pure.
public struct SpokenText: Hashable, Sendable {
    /// Forms that are read. Raw values are those of stored transcripts.
    public enum Format: String, CaseIterable, Hashable, Sendable {
        case webvtt, srt, json

        /// The form that a file's name tells; nil for another.
        public init?(fileName: String) {
            switch fileName.split(separator: ".").last?.lowercased() {
            case "vtt": self = .webvtt
            case "srt": self = .srt
            case "json": self = .json
            default: return nil
            }
        }
    }

    /// In the order of their start; they may overlap.
    public var segments: [SpokenSegment]
    /// BCP 47; empty where unknown.
    public var language: String

    public init(segments: [SpokenSegment], language: String = "") {
        self.segments = segments
        self.language = language
    }

    /// Reads a file.
    /// - Parameter bytes: UTF-8, with or without a byte order mark.
    /// - Throws: `TranscriptMistake` with the line.
    public init(_ bytes: [UInt8], format: Format) throws(TranscriptMistake) {
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        guard let decoded = String(validating: text, as: UTF8.self) else {
            throw TranscriptMistake(nil, "the text is not UTF-8; save it as UTF-8")
        }
        switch format {
        case .webvtt: self = try SubtitleReader(decoded).webVTT()
        case .srt: self = try SubtitleReader(decoded).srt()
        case .json: self = try RecogniserReader.read(Array(text))
        }
        // Stable: of two that begin together the first in the file stays the first.
        segments = segments.enumerated().sorted {
            ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
        }.map(\.element)
    }
}
