extension StudyInterface {
    /// Makes a study: roster, places in the conditions and visits, before anybody has come.
    public enum CreateStudy: VarlinkMethod {
        public static let name = "io.attune.Study.CreateStudy"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var `protocol`: String
            public var participants: Int
            public var prefix: String?
            public var visits: Int?
            public var schedule: [PlannedVisit]?

            public init(
                study: String, `protocol`: String, participants: Int, prefix: String? = nil,
                visits: Int? = nil, schedule: [PlannedVisit]? = nil
            ) {
                self.study = study
                self.`protocol` = `protocol`
                self.participants = participants
                self.prefix = prefix
                self.visits = visits
                self.schedule = schedule
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var study: StudyInfo
            public var participants: [ParticipantInfo]

            public init(study: StudyInfo, participants: [ParticipantInfo]) {
                self.study = study
                self.participants = participants
            }
        }
    }
}
