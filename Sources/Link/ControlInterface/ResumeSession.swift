extension ControlInterface {
    /// Ends a pause.
    public enum ResumeSession: VarlinkMethod {
        public static let name = "io.attune.Control.ResumeSession"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var reason: String?
            /// The person for whom the caller acts.
            public var actor: String?

            public init(session: String, reason: String? = nil, actor: String? = nil) {
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
