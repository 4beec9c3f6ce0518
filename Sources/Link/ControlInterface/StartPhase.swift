extension ControlInterface {
    /// Goes to a phase of the session's protocol.
    public enum StartPhase: VarlinkMethod {
        public static let name = "io.attune.Control.StartPhase"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var phase: String

            public init(session: String, phase: String) {
                self.session = session
                self.phase = phase
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
