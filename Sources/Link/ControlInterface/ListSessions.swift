extension ControlInterface {
    /// The sessions of a study, or of all, newest first.
    public enum ListSessions: VarlinkMethod {
        public static let name = "io.attune.Control.ListSessions"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String?

            public init(study: String? = nil) {
                self.study = study
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var sessions: [SessionInfo]

            public init(sessions: [SessionInfo]) {
                self.sessions = sessions
            }
        }
    }
}
