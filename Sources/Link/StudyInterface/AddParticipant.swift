extension StudyInterface {
    /// Adds a participant, by default under the next free code, with a place in the conditions.
    public enum AddParticipant: VarlinkMethod {
        public static let name = "io.attune.Study.AddParticipant"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var participant: String?

            public init(study: String, participant: String? = nil) {
                self.study = study
                self.participant = participant
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var participant: String
            public var condition: [String: String]
            public var visits: [VisitInfo]

            public init(participant: String, condition: [String: String], visits: [VisitInfo]) {
                self.participant = participant
                self.condition = condition
                self.visits = visits
            }
        }
    }
}
