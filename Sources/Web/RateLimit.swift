import Timebase

/// How often something may be done: a bucket of tokens that fills evenly. A pure value.
public struct RateLimit: Sendable {
    private let perSecond: Double
    private let most: Double
    private var tokens: Double
    private var last: Instant?

    /// - Parameters:
    ///   - perSecond: how often in the long run.
    ///   - burst: how often at once.
    public init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        most = burst
        tokens = burst
    }

    /// Whether it may be done now; counts it where it may.
    public mutating func take(at now: Instant) -> Bool {
        if let last {
            tokens = min(most, tokens + max(0, Double(now - last) / 1e9) * perSecond)
        }
        last = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
