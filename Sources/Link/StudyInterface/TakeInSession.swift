extension StudyInterface {
    /// Puts a finished session whose file somebody laid into the study's folder into the study's index.
    public enum TakeInSession: VarlinkMethod {
        public static let name = "io.attune.Study.TakeInSession"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            /// Below the study's folder: `PARTICIPANT/NAME.attune`.
            public var file: String
            /// The person for whom the caller acts.
            public var actor: String?

            public init(study: String, file: String, actor: String? = nil) {
                self.study = study
                self.file = file
                self.actor = actor
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            /// The session's id.
            public var session: String

            public init(session: String) { self.session = session }
        }
    }
}
