/// Reads the emotion of a message.
public protocol EmotionScorer: Sendable {
    /// What scores, such as `lexicon/en/1` or `model/NAME`; stands in each reading that is its own.
    var provenance: String { get }

    /// Reads a message.
    ///
    /// - Parameter history: the conversation before it.
    /// - Returns: a reading always: what cannot be read is neutral with an uncertainty of 1.
    func score(_ text: String, history: [ConversationLine]) async -> EmotionReading
}
