extension ControlInterface {
    /// Tells the participant something: the session's clients show it.
    public enum SendMessage: VarlinkMethod {
        public static let name = "io.attune.Control.SendMessage"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var text: String
            /// The person for whom the caller acts.
            public var actor: String?

            public init(session: String, text: String, actor: String? = nil) {
                self.session = session
                self.text = text
                self.actor = actor
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var session: SessionInfo

            public init(session: SessionInfo) {
                self.session = session
            }
        }
    }
}
