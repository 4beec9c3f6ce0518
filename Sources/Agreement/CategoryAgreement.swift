/// Agreement of any number of raters on categories, with ratings missing: percent agreement, Fleiss' κ, and
/// Gwet's AC1 (unweighted) and AC2 (weighted).
///
/// All three share the observed agreement pₐ, the mean over units with at least two ratings of the share of
/// pairs that agree, and the prevalences π, means over units with at least one rating. Fleiss: pₑ = Σ w π π
/// (Fleiss, J. L., 1971, Measuring nominal scale agreement among many raters, Psychological Bulletin 76,
/// 378–382); Gwet: pₑ = (Σ w) / (q (q − 1)) Σ π (1 − π) (Gwet, K. L., 2008, British Journal of Mathematical
/// and Statistical Psychology 61, 29–48). For missing ratings as in Gwet, K. L., 2014, Handbook of inter-rater
/// reliability, 4th edition, chapters 2 and 3.
public struct CategoryAgreement: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case percent
        case fleiss
        /// AC1, or AC2 where there are weights: stays near the observed agreement where nearly all is of
        /// one category, as with flags that are rare.
        case gwet
    }

    /// One of the three, to be drawn again.
    public struct Statistic: ResampledStatistic, Hashable {
        let agreement: CategoryAgreement
        public let kind: Kind
        public var clusterCount: Int { agreement.sums.count }
        public var comparedClusters: [Int] {
            agreement.sums.indices.filter { agreement.sums[$0].paired > 0 }
        }
        public func value(drawn: [Int]) -> Double? { agreement.value(kind, drawn) }
    }

    /// Of one cluster, or of several.
    private struct Sums: Hashable {
        var paired = 0
        var agreed = 0.0
        var rated = 0
        var prevalence: [Double]
    }

    public let units: Int
    /// Units with at least two ratings.
    public let pairedUnits: Int
    public let missing: Int
    public let categoryCount: Int
    public let weights: AgreementWeights
    private let places: [Double]
    private let sums: [Sums]

    /// - Parameters:
    ///   - categories: all that can be said, in their order where it has one, also what nobody said.
    ///     Values that are none of them are missing.
    ///   - places: where they lie on a scale whose steps have a size; else their order counts.
    public init<Value>(
        _ table: RatingTable<Value>, categories: [Value], weights: AgreementWeights = .unweighted,
        places: [Double]? = nil
    ) {
        let places = places ?? categories.indices.map(Double.init)
        let numbers = Dictionary(
            categories.enumerated().map { ($0.element, $0.offset) },
            uniquingKeysWith: { one, _ in one }
        )
        let count = categories.count
        var sums = [Sums](
            repeating: Sums(prevalence: [Double](repeating: 0, count: count)),
            count: table.clusterCount)
        var given = 0
        for unit in 0..<table.units {
            var counts = [Double](repeating: 0, count: count)
            for value in table.values(ofUnit: unit) {
                if let number = numbers[value] { counts[number] += 1 }
            }
            let ratings = counts.reduce(0, +)
            given += Int(ratings)
            guard ratings >= 1 else { continue }
            let cluster = table.clusters[unit]
            sums[cluster].rated += 1
            for place in 0..<count { sums[cluster].prevalence[place] += counts[place] / ratings }
            guard ratings >= 2 else { continue }
            var agreed = 0.0
            for place in 0..<count where counts[place] > 0 {
                var weighted = 0.0
                for other in 0..<count {
                    weighted += weights.weight(place, other, at: places) * counts[other]
                }
                agreed += counts[place] * (weighted - 1)
            }
            sums[cluster].paired += 1
            sums[cluster].agreed += agreed / (ratings * (ratings - 1))
        }
        units = table.units
        pairedUnits = sums.reduce(0) { $0 + $1.paired }
        missing = table.raters * table.units - given
        categoryCount = count
        self.weights = weights
        self.places = places
        self.sums = sums
    }

    public func statistic(_ kind: Kind) -> Statistic { Statistic(agreement: self, kind: kind) }

    /// The figure; nil where no unit has two ratings and, percent agreement apart, where only one category
    /// occurs.
    public func value(_ kind: Kind) -> Double? { statistic(kind).value }

    private func value(_ kind: Kind, _ drawn: [Int]) -> Double? {
        var all = Sums(prevalence: [Double](repeating: 0, count: categoryCount))
        for (cluster, times) in drawn.enumerated() where times > 0 {
            let sum = sums[cluster]
            all.paired += times * sum.paired
            all.rated += times * sum.rated
            all.agreed += Double(times) * sum.agreed
            for place in 0..<categoryCount {
                all.prevalence[place] += Double(times) * sum.prevalence[place]
            }
        }
        guard all.paired > 0 else { return nil }
        let observed = all.agreed / Double(all.paired)
        guard kind != .percent else { return observed }
        guard all.prevalence.count(where: { $0 > 0 }) > 1 else { return nil }
        let shares = all.prevalence.map { $0 / Double(all.rated) }
        var (fleiss, total) = (0.0, 0.0)
        for first in 0..<categoryCount {
            for second in 0..<categoryCount {
                let weight = weights.weight(first, second, at: places)
                total += weight
                fleiss += weight * shares[first] * shares[second]
            }
        }
        let count = Double(categoryCount)
        let expected =
            kind == .fleiss
            ? fleiss : total / (count * (count - 1)) * shares.reduce(0) { $0 + $1 * (1 - $1) }
        return expected < 1 ? (observed - expected) / (1 - expected) : nil
    }
}
