extension ReviewInterface {
    /// Notes what became of an assignment.
    public enum ChangeAssignment: VarlinkMethod {
        public static let name = "io.attune.Review.ChangeAssignment"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var study: String
            public var actor: String?
            public var assignment: String
            public var action: String
            public var reason: String?

            public init(
                study: String, actor: String? = nil, assignment: String, action: String,
                reason: String? = nil
            ) {
                self.study = study
                self.actor = actor
                self.assignment = assignment
                self.action = action
                self.reason = reason
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public init() {}
        }
    }
}
