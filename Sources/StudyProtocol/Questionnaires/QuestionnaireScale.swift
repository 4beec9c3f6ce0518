extension Questionnaire {
    /// Items that are scored together.
    public struct Scale: Hashable, Sendable {
        /// What becomes of the answers.
        public enum Score: String, Hashable, Sendable, Codable, CaseIterable {
            case mean, sum
        }

        /// Unique in the protocol; also the variable's name in exports.
        public var name: String
        public var title: String
        /// Names of numeric items.
        public var items: [String]
        /// Those of them whose answers count from the other end.
        public var reversed: [String]
        public var score: Score
        /// Answers that are needed for a score.
        public var minimumAnswered: Int

        /// - Parameter minimumAnswered: nil for all items.
        public init(
            name: String, title: String, items: [String], reversed: [String] = [],
            score: Score = .mean, minimumAnswered: Int? = nil
        ) {
            self.name = name
            self.title = title
            self.items = items
            self.reversed = reversed
            self.score = score
            self.minimumAnswered = minimumAnswered ?? items.count
        }
    }
}

/// The score of a scale.
public struct ScaleScore: Hashable, Sendable, Codable {
    /// The scale's name.
    public var scale: String
    public var title: String
    /// nil where too few items were answered.
    public var value: Double?
    /// Items that were answered.
    public var answered: Int
    /// Items that the scale has.
    public var of: Int

    public init(scale: String, title: String, value: Double?, answered: Int, of: Int) {
        self.scale = scale
        self.title = title
        self.value = value
        self.answered = answered
        self.of = of
    }
}
