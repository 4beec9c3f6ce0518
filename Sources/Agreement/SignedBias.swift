/// By how much one side rates higher than the other: the mean difference, and within which limits single
/// differences lie. Two sides can agree in order and still be apart, which no coefficient of agreement shows.
///
/// Source: Bland, J. M., and Altman, D. G., 1986, Statistical methods for assessing agreement between two
/// methods of clinical measurement, Lancet 327, 307–310.
public struct SignedBias: Hashable, Sendable {
    public let count: Int
    /// The mean of first minus second, in units of the scale; nil without a pair.
    public let mean: Double?
    /// Standard deviation of the differences; nil with fewer than two.
    public let deviation: Double?
    private let sums: [(Int, Double)]

    /// - Parameters:
    ///   - differences: first minus second.
    ///   - clusters: for each difference, the same number for those that belong together.
    public init(_ differences: [Double], clusters: [Int]? = nil) {
        let table = RatingTable([differences], clusters: clusters)
        var sums = [(Int, Double)](repeating: (0, 0), count: table.clusterCount)
        for (place, difference) in differences.enumerated() {
            sums[table.clusters[place]].0 += 1
            sums[table.clusters[place]].1 += difference
        }
        self.sums = sums
        count = differences.count
        let total = Double(differences.count)
        guard count > 0 else {
            (mean, deviation) = (nil, nil)
            return
        }
        let mean = differences.reduce(0, +) / total
        self.mean = mean
        deviation =
            count > 1
            ? (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (total - 1)).squareRoot()
            : nil
    }

    /// The 95% interval of the mean by Student's t, as if pairs were independent of each other. Where they
    /// come from few sessions, `interval(resamples:seed:)` over sessions says more.
    public var studentInterval: Interval? {
        guard let mean, let deviation else { return nil }
        let half =
            Distributions.t(0.975, Double(count - 1)) * deviation / Double(count).squareRoot()
        return Interval(low: mean - half, high: mean + half)
    }

    /// The limits of agreement: between them lie 95% of differences that are normally distributed.
    public var limits: Interval? {
        guard let mean, let deviation else { return nil }
        // The 97.5% quantile of the normal distribution.
        let half = 1.959_963_984_540_054 * deviation
        return Interval(low: mean - half, high: mean + half)
    }

    public static func == (one: Self, other: Self) -> Bool {
        one.count == other.count && one.mean == other.mean && one.deviation == other.deviation
            && one.sums.elementsEqual(other.sums) { $0 == $1 }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        hasher.combine(mean)
    }
}

extension SignedBias: ResampledStatistic {
    public var clusterCount: Int { sums.count }

    public func value(drawn: [Int]) -> Double? {
        var (number, total) = (0, 0.0)
        for (cluster, times) in drawn.enumerated() {
            number += times * sums[cluster].0
            total += Double(times) * sums[cluster].1
        }
        return number > 0 ? total / Double(number) : nil
    }
}
