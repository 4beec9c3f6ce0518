/// What several raters said of the same units: the common ground of all coefficients of agreement.
///
/// A pure value. Raters are rows and units columns, as in Krippendorff's tables; nil is a rating that is
/// missing.
public struct RatingTable<Value: Hashable & Sendable>: Hashable, Sendable {
    public let ratings: [[Value?]]
    /// For each unit the cluster that it belongs to, such as its session, counted from 0. Units of one
    /// cluster are not independent of each other, so intervals are drawn over clusters.
    public let clusters: [Int]

    /// - Parameters:
    ///   - ratings: one row a rater; shorter ones are missing their end.
    ///   - clusters: any number for each unit, the same for those that belong together; without it each
    ///     unit stands for itself.
    public init(_ ratings: [[Value?]], clusters: [Int]? = nil) {
        let units = ratings.map(\.count).max() ?? 0
        self.ratings = ratings.map { $0 + [Value?](repeating: nil, count: units - $0.count) }
        var numbers: [Int: Int] = [:]
        var count = 0
        self.clusters = (0..<units).map { unit in
            let told = clusters.flatMap { $0.indices.contains(unit) ? $0[unit] : nil }
            if let told, let known = numbers[told] { return known }
            if let told { numbers[told] = count }
            count += 1
            return count - 1
        }
    }

    public var raters: Int { ratings.count }
    public var units: Int { clusters.count }
    public var clusterCount: Int { (clusters.max() ?? -1) + 1 }
    /// Ratings that are there, and that are missing.
    public var given: Int { ratings.reduce(0) { $0 + $1.count { $0 != nil } } }
    public var missing: Int { raters * units - given }

    /// What was said of a unit, without what is missing.
    public func values(ofUnit unit: Int) -> [Value] { ratings.compactMap { $0[unit] } }

    /// Units of which at least two raters said something: no others tell of agreement.
    public var pairableUnits: Int { (0..<units).count { values(ofUnit: $0).count >= 2 } }

    /// Clusters with at least one such unit, in rising order.
    public var pairableClusters: [Int] {
        Set((0..<units).filter { values(ofUnit: $0).count >= 2 }.map { clusters[$0] }).sorted()
    }

    /// Each value that occurs, and how often.
    public var counts: [Value: Int] {
        var counts: [Value: Int] = [:]
        for row in ratings { for case let value? in row { counts[value, default: 0] += 1 } }
        return counts
    }

    /// The table with other values; what becomes nil is missing.
    public func mapped<Other: Hashable & Sendable>(
        _ change: (Value) -> Other?
    ) -> RatingTable<Other> {
        RatingTable<Other>(ratings.map { $0.map { $0.flatMap(change) } }, clusters: clusters)
    }

    /// Two of the raters.
    public func pair(_ first: Int, _ second: Int) -> RatingTable {
        RatingTable([ratings[first], ratings[second]], clusters: clusters)
    }
}
