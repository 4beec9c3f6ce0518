extension ReviewInterface {
    /// Adds ratings, all or nothing.
    public enum PutRatings: VarlinkMethod {
        public static let name = "io.attune.Review.PutRatings"
        public static let neededAccess = Access.control

        public struct Parameters: Codable, Hashable, Sendable {
            public var session: String
            public var ratings: [RatingPut]

            public init(session: String, ratings: [RatingPut]) {
                self.session = session
                self.ratings = ratings
            }
        }

        public struct Reply: Codable, Hashable, Sendable {
            public var rows: [ReviewRowInfo]

            public init(rows: [ReviewRowInfo]) {
                self.rows = rows
            }
        }
    }
}
