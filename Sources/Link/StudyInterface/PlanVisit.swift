extension StudyInterface {
    /// Sets when a visit is to be, or leaves it open.
    public enum PlanVisit: VarlinkMethod {
        public static let name = "io.attune.Study.PlanVisit"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var participant: String
            public var visit: Int
            public var plannedUtcNs: Int64?

            public init(study: String, participant: String, visit: Int, plannedUtcNs: Int64? = nil)
            {
                self.study = study
                self.participant = participant
                self.visit = visit
                self.plannedUtcNs = plannedUtcNs
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
