/// How far experts agree on one kind of flag.
public struct FlagResult: Codable, Hashable, Sendable {
    public struct Count: Codable, Hashable, Sendable {
        public var rater: String
        public var flags: Int
        /// Turns that the rater saw in finished ratings, and those with at least one such flag.
        public var turns: Int
        public var flagged: Int
    }

    public var code: String
    public var title: String
    /// Flags of this stage and those before it.
    public var stage: ReviewStage
    public var flags: Int
    public var raters: [Count]
    /// Turns that at least two experts saw, and those that at least one of them flagged.
    public var turns: Int
    public var flagged: Int
    public var figures: [AgreementFigure]
}
