extension StudyInterface {
    /// Sessions whose storage period is over.
    public enum ListDue: VarlinkMethod {
        public static let name = "io.attune.Study.ListDue"
        public static let neededAccess = Access.watch

        /// What is asked for.
        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String

            public init(
                study: String
            ) {
                self.study = study
            }
        }

        /// The answer.
        public struct Reply: Codable, Hashable, Sendable {
            public var due: [DueInfo]

            public init(
                due: [DueInfo]
            ) {
                self.due = due
            }
        }
    }
}
