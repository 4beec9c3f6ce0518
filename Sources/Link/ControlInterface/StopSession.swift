extension ControlInterface {
    /// Stops recording; answers when everything is durable. The outcome is completed unless
    /// said otherwise (aborted, withdrawn or failed, with a reason). Finishing the file goes on
    /// by itself.
    public enum StopSession: VarlinkMethod {
        public static let name = "io.attune.Control.StopSession"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var outcome: String?
            public var reason: String?
            /// The person for whom the caller acts.
            public var actor: String?

            public init(
                session: String, outcome: String? = nil, reason: String? = nil, actor: String? = nil
            ) {
                self.session = session
                self.outcome = outcome
                self.reason = reason
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
