extension StudyInterface {
    /// Sets a participant's status, with the reason.
    public enum SetStatus: VarlinkMethod {
        public static let name = "io.attune.Study.SetStatus"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var participant: String
            public var status: String
            public var reason: String

            public init(study: String, participant: String, status: String, reason: String) {
                self.study = study
                self.participant = participant
                self.status = status
                self.reason = reason
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var participant: ParticipantInfo

            public init(participant: ParticipantInfo) {
                self.participant = participant
            }
        }
    }
}
