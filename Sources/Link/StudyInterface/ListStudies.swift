extension StudyInterface {
    /// All studies of the data directory, by their codes.
    public enum ListStudies: VarlinkMethod {
        public static let name = "io.attune.Study.ListStudies"
        public static let neededAccess = Access.watch

        public struct Parameters: Codable, Hashable, Sendable {

            public init() {
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var studies: [StudyInfo]

            public init(studies: [StudyInfo]) {
                self.studies = studies
            }
        }
    }
}
