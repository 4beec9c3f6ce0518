extension ControlInterface {
    /// Goes to a phase of the session's protocol. A reason is needed to leave a fitting whose required
    /// checks are not green, and is kept with any deviation from the protocol.
    public enum StartPhase: VarlinkMethod {
        public static let name = "io.attune.Control.StartPhase"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var phase: String
            public var reason: String?
            /// The person for whom the caller acts.
            public var actor: String?

            public init(session: String, phase: String, reason: String? = nil, actor: String? = nil)
            {
                self.session = session
                self.phase = phase
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
