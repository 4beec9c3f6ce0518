extension StudyInterface {
    /// What must not be used any more.
    public enum ListTombstones: VarlinkMethod {
        public static let name = "io.attune.Study.ListTombstones"
        public static let neededAccess = Access.watch

        /// What is asked for.
        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String?

            public init(
                study: String? = nil
            ) {
                self.study = study
            }
        }

        /// The answer.
        public struct Reply: Codable, Hashable, Sendable {
            public var tombstones: [TombstoneInfo]

            public init(
                tombstones: [TombstoneInfo]
            ) {
                self.tombstones = tombstones
            }
        }
    }
}
