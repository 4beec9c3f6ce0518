import Randomness

/// A figure that can be computed again from clusters drawn with replacement.
public protocol ResampledStatistic: Sendable {
    /// How many clusters there are to draw from.
    var clusterCount: Int { get }

    /// The figure when each cluster counts so many times; nil where it is undefined.
    func value(drawn: [Int]) -> Double?
}

extension ResampledStatistic {
    /// The figure from all clusters; nil where it is undefined.
    public var value: Double? { value(drawn: [Int](repeating: 1, count: clusterCount)) }

    /// The 95% percentile bootstrap interval over clusters (Efron, B., and Tibshirani, R. J., 1993, An
    /// introduction to the bootstrap, chapter 13; over clusters since turns of one session depend on each
    /// other: Davison, A. C., and Hinkley, D. V., 1997, Bootstrap methods and their application, 3.8).
    ///
    /// - Parameters:
    ///   - resamples: how often clusters are drawn.
    ///   - seed: what the draws follow from.
    /// - Returns: nil where the figure is undefined, where there are fewer than two clusters, and where
    ///   fewer than half of the resamples, or than 100, have a figure.
    public func interval(resamples: Int = 2000, seed: UInt64 = 1) -> Interval? {
        guard clusterCount > 1, value != nil else { return nil }
        var random = SeededGenerator(seed: seed)
        var figures: [Double] = []
        var drawn = [Int](repeating: 0, count: clusterCount)
        for _ in 0..<max(resamples, 0) {
            for cluster in drawn.indices { drawn[cluster] = 0 }
            for _ in drawn.indices { drawn[random.next(below: clusterCount)] += 1 }
            if let figure = value(drawn: drawn), figure.isFinite { figures.append(figure) }
        }
        // Resamples of one category alone have none; where they are many, the rest is no picture of it.
        guard figures.count * 2 >= resamples, figures.count >= 100 else { return nil }
        figures.sort()
        return Interval(
            low: figures[Int(Double(figures.count - 1) * 0.025)],
            high: figures[Int((Double(figures.count - 1) * 0.975).rounded(.up))])
    }
}
