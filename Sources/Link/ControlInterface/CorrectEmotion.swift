extension ControlInterface {
    /// Adds what a researcher says of a turn's emotion to the review file beside a finished session;
    /// answers when it is durable.
    public enum CorrectEmotion: VarlinkMethod {
        public static let name = "io.attune.Control.CorrectEmotion"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var turn: Int64
            public var category: String?
            public var valence: Double?
            public var arousal: Double?
            public var note: String?

            public init(
                session: String, turn: Int64, category: String? = nil, valence: Double? = nil,
                arousal: Double? = nil, note: String? = nil
            ) {
                self.session = session
                self.turn = turn
                self.category = category
                self.valence = valence
                self.arousal = arousal
                self.note = note
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var id: Int64
            public var review: String

            public init(id: Int64, review: String) {
                self.id = id
                self.review = review
            }
        }
    }
}
