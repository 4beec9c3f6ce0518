import Timebase

/// Which events of two streams are the same taps.
public struct TapPairing: Hashable, Sendable {
    public struct Pair: Hashable, Sendable {
        /// Places in the two series.
        public var first: Int
        public var second: Int
    }

    public var pairs: [Pair] = []
    /// Events with nobody in the window.
    public var aloneFirst: [Int] = []
    public var aloneSecond: [Int] = []
    /// Events of the first series that cannot be paired, since more than one of either series could be
    /// meant. None of them is a pair.
    public var ambiguous: [Int] = []

    /// Pairs each event with the only one of the other series within the window, in both directions.
    /// - Parameters:
    ///   - first: ascending; and so `second`.
    ///   - window: nanoseconds to either side.
    public init(_ first: [Instant], _ second: [Instant], window: Int64) {
        let ofFirst = Self.near(first, second, window)
        let ofSecond = Self.near(second, first, window)
        for (place, candidates) in ofFirst.enumerated() {
            if candidates.isEmpty {
                aloneFirst.append(place)
            } else if candidates.count == 1, ofSecond[candidates.lowerBound].count == 1 {
                pairs.append(Pair(first: place, second: candidates.lowerBound))
            } else {
                ambiguous.append(place)
            }
        }
        aloneSecond = ofSecond.indices.filter { ofSecond[$0].isEmpty }
    }

    /// The places in `others` within the window of each.
    private static func near(
        _ events: [Instant], _ others: [Instant], _ window: Int64
    ) -> [Range<Int>] {
        var low = 0
        var high = 0
        return events.map { event in
            while low < others.count, event - others[low] > window { low += 1 }
            high = max(high, low)
            while high < others.count, others[high] - event <= window { high += 1 }
            return low..<high
        }
    }
}
