/// The inner state of a simulated client: all that it takes to go on with a conversation.
public struct PersonaState: Codable, Hashable, Sendable {
    /// The persona that it is the state of, and its version.
    public var persona: String
    public var version: Int
    /// What its choices follow from.
    public var seed: Int
    /// The supporter's message that was answered last; 0 before the first.
    public var turn: Int
    /// How far the supporter is trusted, 0…1.
    public var trust: Double
    /// How distressed the client is, 0…1.
    public var distress: Double
    /// The phase of the conversation, by its name in the persona; empty where it has none.
    public var phase: String
    /// Messages answered in that phase.
    public var turnsInPhase: Int
    /// The feeling that the client shows.
    public var mood: EmotionCategory
    public var valence: Double
    public var arousal: Double
    /// What was disclosed, by the names in the persona, in the order in which it was said.
    public var disclosed: [String]
    /// What the last message of the supporter did.
    public var moves: [SupporterMove]
    /// The topics of the last message.
    public var topics: [String]
    /// Questions in a row that came without a sign of having listened.
    public var questionsInARow: Int
    /// How often each set of replies was drawn from.
    public var drawn: [Drawn]
    /// What was answered, so that a message that comes again gets the same reply.
    public var answered: [Answered]

    /// How often a set of replies was drawn from.
    public struct Drawn: Codable, Hashable, Sendable {
        public var set: String
        public var count: Int
    }

    /// An answer that was given.
    public struct Answered: Codable, Hashable, Sendable {
        public var turn: Int
        public var text: String
        public var delayMilliseconds: Int
        public var valence: Double
        public var arousal: Double
        public var category: EmotionCategory
        /// What it was said from, and what it does, as in `SimReply`.
        public var source: String
        public var stance: ReplyStance
    }
}
