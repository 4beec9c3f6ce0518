extension ControlInterface {
    /// Ends a pause.
    public enum ResumeSession: VarlinkMethod {
        public static let name = "io.attune.Control.ResumeSession"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var reason: String?

            public init(session: String, reason: String? = nil) {
                self.session = session
                self.reason = reason
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
