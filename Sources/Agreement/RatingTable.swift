/// What several raters said of the same units: the common ground of all coefficients of agreement.
///
/// A pure value. Raters are rows and units columns, as in Krippendorff's tables; nil is a rating that is
/// missing.
public struct RatingTable<Value: Hashable & Sendable>: Hashable, Sendable {
    public var ratings: [[Value?]]

    /// - Parameter ratings: one row a rater, all of the same length; shorter ones are missing their end.
    public init(_ ratings: [[Value?]]) {
        let units = ratings.map(\.count).max() ?? 0
        self.ratings = ratings.map { $0 + [Value?](repeating: nil, count: units - $0.count) }
    }

    public var raters: Int { ratings.count }
    public var units: Int { ratings.first?.count ?? 0 }
    /// Ratings that are missing.
    public var missing: Int { ratings.reduce(0) { $0 + $1.count { $0 == nil } } }
}
