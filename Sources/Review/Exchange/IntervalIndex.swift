import Timebase

/// Intervals that are asked whether they hold or touch others, each in the time of a search.
struct IntervalIndex {
    private var starts: [Instant] = []
    /// The latest end of an interval and of all that begin before it.
    private var ends: [Instant] = []

    init() {}

    init(_ intervals: [(start: Instant, end: Instant)]) {
        for interval in intervals.sorted(by: { $0.start < $1.start }) {
            append(interval.start, interval.end)
        }
    }

    /// Adds one that begins no earlier than all that are there.
    mutating func append(_ start: Instant, _ end: Instant) {
        starts.append(start)
        ends.append(max(end, ends.last ?? end))
    }

    /// Whether one of them overlaps a stretch; those that only meet do not.
    func overlaps(_ start: Instant, _ end: Instant) -> Bool {
        let place = count { $0 < end }
        return place > 0 && ends[place - 1] > start
    }

    /// Whether one of them holds a whole stretch.
    func holds(_ start: Instant, _ end: Instant) -> Bool {
        let place = count { $0 <= start }
        return place > 0 && ends[place - 1] >= end
    }

    /// How many of the starts fulfil what the first ones do.
    private func count(_ condition: (Instant) -> Bool) -> Int {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if condition(starts[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
