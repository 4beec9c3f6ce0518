extension ControlInterface {
    /// Notes how the sensors were fitted (electrode-site, hand, room-temperature, or another name); what
    /// was noted before under a name is replaced. Recorded in the session's file.
    public enum NoteFitting: VarlinkMethod {
        public static let name = "io.attune.Control.NoteFitting"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var notes: [String: String]
            /// The person for whom the caller acts.
            public var actor: String?

            public init(session: String, notes: [String: String], actor: String? = nil) {
                self.session = session
                self.notes = notes
                self.actor = actor
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var session: SessionInfo
            /// All that is noted now.
            public var notes: [String: String]

            public init(session: SessionInfo, notes: [String: String]) {
                self.session = session
                self.notes = notes
            }
        }
    }
}
