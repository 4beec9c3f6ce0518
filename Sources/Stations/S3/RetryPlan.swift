/// When something that failed is tried again: soon at first, then ever later, each time by chance so that
/// many stations do not come back at once (AWS, "Exponential backoff and jitter").
struct RetryPlan: Hashable, Sendable {
    /// Tries in all.
    var tries = 7
    /// Seconds before the second try, at most.
    var first = 0.25
    /// Seconds between two tries, at most, also where the store asks for more.
    var longest = 20.0

    /// Tries in all where nobody answers at all: the network is away, and comes back in its own time.
    var triesOfNobody = 4

    /// Seconds to wait after a try.
    /// - Parameters:
    ///   - tried: how many there were, from 1.
    ///   - isAnswered: whether somebody was there.
    ///   - asked: seconds that the store asks for.
    ///   - chance: from 0 to 1.
    /// - Returns: nil where it is not tried again.
    func wait(
        after tried: Int, isAnswered: Bool = true, asked: Double?, chance: Double
    ) -> Double? {
        guard tried < (isAnswered ? tries : min(tries, triesOfNobody)) else { return nil }
        var bound = first
        for _ in 1..<max(1, tried) { bound = min(longest, bound * 2) }
        let own = bound * (0.5 + 0.5 * min(1, max(0, chance)))
        return min(longest, max(own, asked ?? 0))
    }
}
