import Timebase

/// A stretch of a transcript, on the clock of the session that it belongs to.
public struct TranscriptSegment: Hashable, Sendable {
    public var start: Instant
    public var end: Instant
    /// Who speaks; empty where unknown.
    public var speaker: String
    public var text: String
    /// JSON array of the words with their times where they are known, else `[]`.
    public var words: String

    public init(
        start: Instant, end: Instant, speaker: String = "", text: String, words: String = "[]"
    ) {
        self.start = start
        self.end = end
        self.speaker = speaker
        self.text = text
        self.words = words
    }

    /// What is wrong with it whatever the session, in words; nil where nothing is.
    public var problem: String? {
        if end < start { return "it ends before it begins" }
        return ReviewLimits.bounded(
            [
                ("speaker", speaker, ReviewLimits.name), ("text", text, ReviewLimits.text),
                ("words", words, ReviewLimits.scheme),
            ])
    }
}
