extension StudyInterface {
    /// Writes into a study's audit trail what another program did for a user of its own.
    public enum NoteAction: VarlinkMethod {
        public static let name = "io.attune.Study.NoteAction"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var action: NotedAction
            /// Names and numbers, no words of people.
            public var detail: [String: String]
            /// The person for whom the caller acts.
            public var actor: String?

            public init(
                study: String, action: NotedAction, detail: [String: String], actor: String? = nil
            ) {
                self.study = study
                self.action = action
                self.detail = detail
                self.actor = actor
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public init() {}
        }
    }
}
