extension StudyInterface {
    /// Carries out that a participant withdraws, or that a storage period is over.
    public enum Withdraw: VarlinkMethod {
        public static let name = "io.attune.Study.Withdraw"
        public static let neededAccess = Access.control

        /// What is asked for.
        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var participant: String
            public var scope: String
            public var reason: String?
            public var sessions: [String]?
            public var trial: Bool?
            public var actor: String?

            public init(
                study: String, participant: String, scope: String, reason: String? = nil,
                sessions: [String]? = nil, trial: Bool? = nil, actor: String? = nil
            ) {
                self.study = study
                self.participant = participant
                self.scope = scope
                self.reason = reason
                self.sessions = sessions
                self.trial = trial
                self.actor = actor
            }
        }

        /// The answer.
        public struct Reply: Codable, Hashable, Sendable {
            public var removal: RemovalInfo

            public init(
                removal: RemovalInfo
            ) {
                self.removal = removal
            }
        }
    }
}
