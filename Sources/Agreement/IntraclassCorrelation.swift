/// Intraclass correlations: the share of the variance that lies between units, with intervals from F.
///
/// Source: Shrout, P. E., and Fleiss, J. L., 1979, Intraclass correlations: uses in assessing rater
/// reliability, Psychological Bulletin 86, 420–428; McGraw, K. O., and Wong, S. P., 1996, Psychological Methods
/// 1, 30–46.
public struct IntraclassCorrelation: Hashable, Sendable {
    /// Which raters are meant, and whether a figure is of one rater or of the mean of k.
    public enum Form: String, Hashable, Sendable, CaseIterable {
        /// Each unit has raters of its own; nothing can be said of single raters.
        case oneWaySingle = "ICC(1,1)"
        /// Raters are a sample of all raters: absolute agreement.
        case randomSingle = "ICC(2,1)"
        /// These raters and no others: consistency.
        case fixedSingle = "ICC(3,1)"
        case oneWayMean = "ICC(1,k)"
        case randomMean = "ICC(2,k)"
        case fixedMean = "ICC(3,k)"

        var isMean: Bool { self == .oneWayMean || self == .randomMean || self == .fixedMean }
        /// Whether raters have to be the same for all units.
        public var isTwoWay: Bool { self != .oneWaySingle && self != .oneWayMean }
    }

    /// One form, to be drawn again.
    public struct Statistic: ResampledStatistic, Hashable {
        let correlation: IntraclassCorrelation
        public let form: Form
        public var clusterCount: Int { correlation.sums.count }
        public var comparedClusters: [Int] {
            correlation.sums.indices.filter { correlation.sums[$0].units > 0 }
        }
        public func value(drawn: [Int]) -> Double? {
            correlation.squares(drawn).flatMap { $0.value(form) }
        }
    }

    private struct Sums: Hashable {
        var units = 0
        var means = 0.0
        var squaredMeans = 0.0
        var within = 0.0
        var raters: [Double]
    }

    /// Units that are complete, those that are left out, and the ratings of each.
    public let units: Int
    public let incomplete: Int
    public let raters: Int
    private let sums: [Sums]

    /// - Parameter table: units that lack a rating are left out.
    public init(_ table: RatingTable<Double>) {
        let rows = (0..<table.units).map { unit in
            (table.clusters[unit], table.ratings.map { $0[unit] })
        }
        self.init(rows, clusters: table.clusterCount, raters: table.raters)
    }

    /// For the one-way forms: units with `count` ratings, whoever made them. Others are left out.
    public init(_ table: RatingTable<Double>, ratingsPerUnit count: Int) {
        let rows = (0..<table.units).map { unit in
            let values = table.values(ofUnit: unit)
            return (
                table.clusters[unit],
                values.count == count ? values : [Double?](repeating: nil, count: max(count, 1))
            )
        }
        self.init(rows, clusters: table.clusterCount, raters: count)
    }

    private init(_ rows: [(cluster: Int, values: [Double?])], clusters: Int, raters: Int) {
        let complete = rows.compactMap { row -> (Int, [Double])? in
            let values = row.values.compactMap { $0 }
            return values.count == raters && raters > 0 ? (row.cluster, values) : nil
        }
        self.raters = raters
        units = complete.count
        incomplete = rows.count - complete.count
        // About the mean of all, so that squares lose no digits.
        let all = complete.flatMap(\.1)
        let centre = all.reduce(0, +) / Double(max(all.count, 1))
        var sums = [Sums](
            repeating: Sums(raters: [Double](repeating: 0, count: raters)), count: clusters)
        for (cluster, values) in complete {
            let values = values.map { $0 - centre }
            let mean = values.reduce(0, +) / Double(raters)
            sums[cluster].units += 1
            sums[cluster].means += mean
            sums[cluster].squaredMeans += mean * mean
            sums[cluster].within += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            for rater in 0..<raters { sums[cluster].raters[rater] += values[rater] }
        }
        self.sums = sums
    }

    public func statistic(_ form: Form) -> Statistic { Statistic(correlation: self, form: form) }

    /// The figure; nil with fewer than two units or raters, and where nothing varies.
    public func value(_ form: Form) -> Double? { statistic(form).value }

    /// Whether no two units are of one cluster: only then does the interval from F hold, which takes units
    /// as independent of each other.
    public var isOfIndependentUnits: Bool { sums.allSatisfy { $0.units < 2 } }

    /// Whether units differ in their means at all: where they do not, while raters disagree, the forms of
    /// means of k divide by nothing.
    public var unitsDiffer: Bool {
        (squares([Int](repeating: 1, count: sums.count))?.between ?? 0) > 0
    }

    /// The 95% interval from F; nil where the figure is undefined or raters agree without any error.
    public func interval(_ form: Form) -> Interval? {
        squares([Int](repeating: 1, count: sums.count)).flatMap { $0.interval(form) }
    }

    private func squares(_ drawn: [Int]) -> MeanSquares? {
        var all = Sums(raters: [Double](repeating: 0, count: raters))
        for (cluster, times) in drawn.enumerated() where times > 0 {
            let (sum, factor) = (sums[cluster], Double(times))
            all.units += times * sum.units
            all.means += factor * sum.means
            all.squaredMeans += factor * sum.squaredMeans
            all.within += factor * sum.within
            for rater in 0..<raters { all.raters[rater] += factor * sum.raters[rater] }
        }
        guard all.units > 1, raters > 1 else { return nil }
        let (n, k) = (Double(all.units), Double(raters))
        let mean = all.means / n
        let between = k * max(all.squaredMeans - n * mean * mean, 0)
        let among = all.raters.reduce(0) { sum, total in
            let difference = total / n - mean
            return sum + n * difference * difference
        }
        return MeanSquares(
            n: n, k: k, between: between / (n - 1), within: all.within / (n * (k - 1)),
            raters: among / (k - 1),
            error: max(all.within - among, 0) / ((n - 1) * (k - 1)))
    }
}
