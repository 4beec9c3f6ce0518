/// A stretch of speech with its words, as a file of a recogniser or of subtitles has it.
public struct SpokenSegment: Hashable, Sendable {
    /// A word with its times.
    public struct Word: Hashable, Sendable {
        public var text: String
        /// Nanoseconds from the start of the sound.
        public var start: Int64
        public var end: Int64
        /// How sure the recogniser was, from 0 to 1; nil where it does not say.
        public var confidence: Double?

        public init(text: String, start: Int64, end: Int64, confidence: Double? = nil) {
            self.text = text
            self.start = start
            self.end = end
            self.confidence = confidence
        }
    }

    /// Nanoseconds from the start of the sound.
    public var start: Int64
    public var end: Int64
    /// Who speaks; empty where unknown.
    public var speaker: String
    public var text: String
    public var words: [Word]

    public init(
        start: Int64, end: Int64, speaker: String = "", text: String, words: [Word] = []
    ) {
        self.start = start
        self.end = end
        self.speaker = speaker
        self.text = text
        self.words = words
    }
}
