extension StudyInterface {
    /// Covers words and silences sound in a finished session.
    public enum Redact: VarlinkMethod {
        public static let name = "io.attune.Study.Redact"
        public static let neededAccess = Access.control

        /// What is asked for.
        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var texts: [String]
            public var cover: String?
            public var silence: [Stretch]?
            public var trial: Bool?
            public var actor: String?

            public init(
                session: String, texts: [String], cover: String? = nil, silence: [Stretch]? = nil,
                trial: Bool? = nil, actor: String? = nil
            ) {
                self.session = session
                self.texts = texts
                self.cover = cover
                self.silence = silence
                self.trial = trial
                self.actor = actor
            }
        }

        /// The answer.
        public struct Reply: Codable, Hashable, Sendable {
            public var redaction: RedactionInfo

            public init(
                redaction: RedactionInfo
            ) {
                self.redaction = redaction
            }
        }
    }
}
