/// What scripted supporters found out about a persona.
public struct PersonaCheckReport: Codable, Hashable, Sendable {
    /// The values that something took.
    public struct Course: Codable, Hashable, Sendable {
        public var start: Double
        public var end: Double
        public var least: Double
        public var most: Double

        init(_ values: [Double]) {
            start = values.first ?? 0
            end = values.last ?? 0
            least = values.min() ?? 0
            most = values.max() ?? 0
        }
    }

    /// Something told, and how far the supporter was trusted then.
    public struct Told: Codable, Hashable, Sendable {
        public var name: String
        public var turn: Int
        public var trust: Double
    }

    /// A line of the conversation.
    public struct Line: Codable, Hashable, Sendable {
        public var turn: Int
        public var supporter: String
        public var client: String
        public var moves: [SupporterMove]
        public var stance: ReplyStance
        public var trust: Double
        public var distress: Double
        public var phase: String
        public var mood: EmotionCategory
    }

    /// The conversation with one supporter.
    public struct Conversation: Codable, Hashable, Sendable {
        public var supporter: String
        public var title: String
        public var turns: Int
        public var trust: Course
        public var distress: Course
        public var valence: Course
        public var arousal: Course
        /// The phases, in the order in which they came.
        public var phases: [String]
        public var told: [Told]
        /// Replies by how they stand to the supporter.
        public var stances: [ReplyStance: Int]
        /// The share of replies that go along or tell something.
        public var agreeing: Double
        /// Advice that came before it was welcome, and how often it was pushed back or evaded.
        public var earlyAdvice: Int
        public var earlyAdviceResisted: Int
        /// The mean overlap between two replies: shared triples of words over all of both.
        public var overlap: Double
        /// Replies of three words or more that said exactly what one before did.
        public var repeats: Int
        public var lines: [Line]
    }

    /// Something that is out of bounds.
    public struct Finding: Codable, Hashable, Sendable {
        /// `drift`, `disclosure`, `role`, `cooperativeness` or `repetition`.
        public var kind: String
        /// The supporter; empty where it is over all.
        public var supporter: String
        /// In words, with numbers.
        public var text: String
    }

    public var persona: String
    public var version: Int
    /// What spoke: `scripted/NAME/VERSION`, or with a model.
    public var client: String
    public var seed: Int
    public var conversations: [Conversation]
    /// The share of all replies that go along or tell something.
    public var agreeing: Double
    /// The share of early advice that was pushed back; nil where there was none.
    public var resistedAdvice: Double?
    public var findings: [Finding]

    /// Whether nothing is out of bounds.
    public var isGood: Bool { findings.isEmpty }
}
