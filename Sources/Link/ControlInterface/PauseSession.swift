extension ControlInterface {
    /// Pauses a session: its clients are told; sensors go on. Recorded with the reason.
    public enum PauseSession: VarlinkMethod {
        public static let name = "io.attune.Control.PauseSession"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var reason: String
            /// The person for whom the caller acts.
            public var actor: String?

            public init(session: String, reason: String, actor: String? = nil) {
                self.session = session
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
