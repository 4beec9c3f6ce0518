import Randomness

/// A figure that can be computed again from clusters drawn with replacement.
public protocol ResampledStatistic: Sendable {
    /// How many clusters there are to draw from.
    var clusterCount: Int { get }

    /// The clusters in which there is something to compare, in rising order. The others are not drawn: they
    /// count once in each resample, as far as they count at all. By default all.
    var comparedClusters: [Int] { get }

    /// The figure when each cluster counts so many times; nil where it is undefined.
    func value(drawn: [Int]) -> Double?
}

extension ResampledStatistic {
    public var comparedClusters: [Int] { Array(0..<clusterCount) }

    /// The figure from all clusters; nil where it is undefined.
    public var value: Double? { value(drawn: [Int](repeating: 1, count: clusterCount)) }

    /// The 95% percentile bootstrap interval over clusters (Efron, B., and Tibshirani, R. J., 1993, An
    /// introduction to the bootstrap, chapter 13; over clusters since turns of one session depend on each
    /// other: Davison, A. C., and Hinkley, D. V., 1997, Bootstrap methods and their application, 3.8).
    ///
    /// - Parameters:
    ///   - resamples: how often clusters are drawn.
    ///   - seed: what the draws follow from.
    /// - Returns: nil where there is none (`IntervalAbsence`).
    public func interval(resamples: Int = 2000, seed: UInt64 = 1) -> Interval? {
        try? resampled(resamples: resamples, seed: seed).interval
    }

    /// The same, and how many resamples it rests on, or why there is none.
    public func resampled(
        resamples: Int = 2000, seed: UInt64 = 1
    ) throws(IntervalAbsence) -> ResampledInterval {
        guard value != nil else { throw .undefined }
        // One session that two rated, among many that one rated, would else come out as a sure figure.
        let clusters = comparedClusters
        guard clusters.count > 1 else { throw .fewClusters }
        var random = SeededGenerator(seed: seed)
        var figures: [Double] = []
        var drawn = [Int](repeating: 1, count: clusterCount)
        for _ in 0..<max(resamples, 0) {
            for cluster in clusters { drawn[cluster] = 0 }
            for _ in clusters { drawn[clusters[random.next(below: clusters.count)]] += 1 }
            if let figure = value(drawn: drawn), figure.isFinite { figures.append(figure) }
        }
        // Resamples of one category alone have none; where they are many, the rest is no picture of it.
        guard figures.count * 2 >= resamples, figures.count >= 100 else { throw .fewResamples }
        figures.sort()
        return ResampledInterval(
            interval: Interval(
                low: figures[Int(Double(figures.count - 1) * 0.025)],
                high: figures[Int((Double(figures.count - 1) * 0.975).rounded(.up))]),
            resamples: figures.count)
    }
}
