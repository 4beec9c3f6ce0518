import Timebase

/// Times between heartbeats, without those that cannot be one beat.
public enum HeartbeatIntervals {
    /// Seconds: 200 beats a minute.
    public static let shortest = 0.3
    /// Seconds: 30 beats a minute.
    public static let longest = 2.0

    /// Intervals of 0.3 to 2 s (200 to 30 beats a minute) that differ by less than 30% from the
    /// median of their neighbours and lie in no gap.
    /// - Parameter peaks: in order.
    public static func plausible(
        _ peaks: [Instant], gaps: [Gap]
    ) -> [(start: Instant, end: Instant)] {
        guard peaks.count > 1 else { return [] }
        let gaps = Self.apart(gaps)
        var nextGap = 0
        let lengths = zip(peaks, peaks.dropFirst()).map { $1 - $0 }
        var found: [(start: Instant, end: Instant)] = []
        for (index, length) in lengths.enumerated() {
            guard (300_000_000...HeartbeatTile.longestInterval).contains(length) else { continue }
            let neighbours = lengths[max(0, index - 4)...min(lengths.count - 1, index + 4)].sorted()
            let median = Double(neighbours[neighbours.count / 2])
            guard (Double(length) - median).magnitude <= 0.3 * median else { continue }
            let start = peaks[index]
            let end = peaks[index + 1]
            while nextGap < gaps.count, gaps[nextGap].upperBound <= start { nextGap += 1 }
            if nextGap < gaps.count, gaps[nextGap].lowerBound < end { continue }
            found.append((start, end))
        }
        return found
    }

    /// Gaps in order, those that touch put together.
    private static func apart(_ gaps: [Gap]) -> [Range<Instant>] {
        var apart: [Range<Instant>] = []
        for gap in gaps.sorted(by: { $0.start < $1.start }) where gap.start < gap.end {
            if let last = apart.last, gap.start <= last.upperBound {
                apart[apart.count - 1] = last.lowerBound..<max(last.upperBound, gap.end)
            } else {
                apart.append(gap.start..<gap.end)
            }
        }
        return apart
    }
}
