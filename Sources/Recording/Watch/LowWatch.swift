/// Tells when a level is too low, and only when it has clearly risen again that it is not: one that moves
/// about its limit is one alarm, not hundreds. A pure value.
struct LowWatch: Sendable {
    /// At or below this it is low.
    let limit: Double
    /// Above this it is not low any more.
    let end: Double
    private(set) var isLow = false

    init(limit: Double, end: Double) {
        self.limit = limit
        self.end = max(limit, end)
    }

    /// Takes note of a level, and tells whether it is low.
    mutating func note(_ level: Double) -> Bool {
        isLow = level <= (isLow ? end : limit)
        return isLow
    }
}
