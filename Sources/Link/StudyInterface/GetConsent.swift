extension StudyInterface {
    /// A participant's consent.
    public enum GetConsent: VarlinkMethod {
        public static let name = "io.attune.Study.GetConsent"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String?
            public var participant: String

            public init(study: String? = nil, participant: String) {
                self.study = study
                self.participant = participant
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
