extension StudyInterface {
    /// The roster of a study, by codes.
    public enum ListParticipants: VarlinkMethod {
        public static let name = "io.attune.Study.ListParticipants"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String

            public init(study: String) {
                self.study = study
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
