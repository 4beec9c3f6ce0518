import Agreement

/// How far raters agree on one item.
public struct ItemResult: Codable, Hashable, Sendable {
    /// A confusion matrix: rows and columns by `values`.
    public struct Matrix: Codable, Hashable, Sendable {
        public var rows: String
        public var columns: String
        public var values: [Int]
        public var counts: [[Int]]
    }

    /// Some raters beside each other: all experts, one pair of them, peers and experts, a rater with
    /// themselves.
    public struct Comparison: Codable, Hashable, Sendable {
        public var name: String
        public var raters: [String]
        /// Units, those that at least two rated, the ratings that are missing, and sessions.
        public var units: Int
        public var compared: Int
        public var missing: Int
        public var sessions: Int
        public var figures: [AgreementFigure]
        public var matrix: Matrix?
        public var bias: BiasFigure?
    }

    public var item: String
    public var title: String
    public var stage: ReviewStage
    public var level: String
    /// How often each value was given by experts in their main ratings.
    public var counts: [Int]
    public var values: [Int]
    public var experts: Comparison?
    public var pairs: [Comparison]
    public var peers: Comparison?
    public var repeats: [Comparison]
    public var calibration: Comparison?
}
