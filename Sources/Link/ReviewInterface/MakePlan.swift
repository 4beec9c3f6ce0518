extension ReviewInterface {
    /// Makes a plan of a study's ratings, or adds the assignments that it lacks.
    public enum MakePlan: VarlinkMethod {
        public static let name = "io.attune.Review.MakePlan"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var actor: String?
            public var plan: ReviewPlanInfo
            public var assignments: [AssignmentInfo]

            public init(
                study: String, actor: String? = nil, plan: ReviewPlanInfo,
                assignments: [AssignmentInfo]
            ) {
                self.study = study
                self.actor = actor
                self.plan = plan
                self.assignments = assignments
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var added: Int64

            public init(added: Int64) {
                self.added = added
            }
        }
    }
}
