extension StudyInterface {
    /// Notes answers to tiers of consent; a session that records obeys at once.
    public enum RecordConsent: VarlinkMethod {
        public static let name = "io.attune.Study.RecordConsent"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String?
            public var study: String?
            public var participant: String?
            public var answers: [String: Bool]
            public var actor: String?

            public init(
                session: String? = nil, study: String? = nil, participant: String? = nil,
                answers: [String: Bool], actor: String? = nil
            ) {
                self.session = session
                self.study = study
                self.participant = participant
                self.answers = answers
                self.actor = actor
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var consent: ConsentInfo

            public init(consent: ConsentInfo) {
                self.consent = consent
            }
        }
    }
}
