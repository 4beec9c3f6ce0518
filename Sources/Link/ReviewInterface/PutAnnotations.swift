extension ReviewInterface {
    /// Adds what was done to annotations, all or nothing.
    public enum PutAnnotations: VarlinkMethod {
        public static let name = "io.attune.Review.PutAnnotations"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var actor: String?
            public var changes: [AnnotationPut]

            public init(session: String, actor: String? = nil, changes: [AnnotationPut]) {
                self.session = session
                self.actor = actor
                self.changes = changes
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var rows: [ReviewRowInfo]
            public var version: Int64

            public init(rows: [ReviewRowInfo], version: Int64) {
                self.rows = rows
                self.version = version
            }
        }
    }
}
