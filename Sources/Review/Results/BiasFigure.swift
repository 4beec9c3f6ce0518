import Agreement

/// By how much one side rates higher than the other, in points of the scale.
public struct BiasFigure: Codable, Hashable, Sendable {
    /// Such as `participant − mean of experts`.
    public var name: String
    public var pairs: Int
    public var sessions: Int
    public var mean: Double?
    public var deviation: Double?
    /// 95% interval of the mean by Student's t, as if turns were independent.
    public var low: Double?
    public var high: Double?
    /// The same by bootstrap over sessions.
    public var sessionLow: Double?
    public var sessionHigh: Double?
    /// Bland and Altman's limits of agreement.
    public var limitLow: Double?
    public var limitHigh: Double?

    init(_ name: String, _ differences: [Double], sessions: [Int], seed: UInt64, resamples: Int) {
        let bias = SignedBias(differences, clusters: sessions)
        self.name = name
        pairs = bias.count
        self.sessions = Set(sessions).count
        mean = bias.mean
        deviation = bias.deviation
        (low, high) = (bias.studentInterval?.low, bias.studentInterval?.high)
        let resampled = bias.interval(resamples: resamples, seed: seed)
            .flatMap { $0.hasWidth ? $0 : nil }
        (sessionLow, sessionHigh) = (resampled?.low, resampled?.high)
        (limitLow, limitHigh) = (bias.limits?.low, bias.limits?.high)
    }
}
