import Timebase

/// Times between heartbeats, without those that cannot be one beat.
enum HeartbeatIntervals {
    /// Intervals of 0.3 to 2 s (200 to 30 beats a minute) that differ by less than 30% from the
    /// median of their neighbours and lie in no gap.
    static func plausible(
        _ peaks: [Instant], gaps: [Gap]
    ) -> [(start: Instant, end: Instant)] {
        guard peaks.count > 1 else { return [] }
        let lengths = zip(peaks, peaks.dropFirst()).map { $1 - $0 }
        var found: [(start: Instant, end: Instant)] = []
        for (index, length) in lengths.enumerated() {
            guard (300_000_000...HeartbeatTile.longestInterval).contains(length) else { continue }
            let neighbours = lengths[max(0, index - 4)...min(lengths.count - 1, index + 4)].sorted()
            let median = Double(neighbours[neighbours.count / 2])
            guard (Double(length) - median).magnitude <= 0.3 * median else { continue }
            let start = peaks[index]
            let end = peaks[index + 1]
            guard !gaps.contains(where: { $0.start < end && start < $0.end }) else { continue }
            found.append((start, end))
        }
        return found
    }
}
