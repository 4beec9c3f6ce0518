/// The client's emotions: who reads them, and what of it the participant sees.
public struct EmotionPlan: Hashable, Sendable {
    /// Who reads an emotion out of the client's messages.
    public enum Scorer: String, Hashable, Sendable, Codable, CaseIterable {
        case lexicon, model, none
    }

    /// What the page shows.
    public enum Display: String, Hashable, Sendable, Codable, CaseIterable {
        /// What the persona was told to feel.
        case intended
        /// What the scorer read.
        case scored
        case none
    }

    /// When the page shows it.
    public enum Moment: String, Hashable, Sendable, Codable, CaseIterable {
        /// Together with the reply that it belongs to.
        case withReply = "with-reply"
        /// As soon as it is known, which may be before the reply is painted.
        case whenKnown = "when-known"
    }

    public var scorer: Scorer
    public var display: Display
    public var when: Moment
    /// Whether the participant sees it at all.
    public var isShown: Bool

    public init(
        scorer: Scorer = .lexicon, display: Display = .scored, when: Moment = .withReply,
        isShown: Bool = true
    ) {
        self.scorer = scorer
        self.display = display
        self.when = when
        self.isShown = isShown
    }
}
