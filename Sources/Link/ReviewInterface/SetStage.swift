extension ReviewInterface {
    /// Opens or locks a stage of an assignment.
    public enum SetStage: VarlinkMethod {
        public static let name = "io.attune.Review.SetStage"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var rater: String
            public var assignment: String
            public var stage: String
            public var action: String

            public init(
                session: String, rater: String, assignment: String, stage: String, action: String
            ) {
                self.session = session
                self.rater = rater
                self.assignment = assignment
                self.stage = stage
                self.action = action
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var row: ReviewRowInfo

            public init(row: ReviewRowInfo) {
                self.row = row
            }
        }
    }
}
