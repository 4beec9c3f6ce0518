import Timebase

/// Where a replay is from a moment on. A pure value.
struct ReplayPosition: Hashable, Sendable {
    /// From when on, CLOCK_MONOTONIC; may lie a little ahead.
    var from: Instant
    /// Seconds since the replayed session's start, at `from`.
    var position: Double
    var rate: Double
    var isPlaying: Bool

    /// The position at a moment; before `from` it stands.
    func position(at time: Instant) -> Double {
        guard isPlaying else { return position }
        return position + rate * max(0, Double(time - from) / 1e9)
    }

    /// Nanoseconds from a moment until a position is reached; nil where it never is.
    func delay(until end: Double, now: Instant) -> Int64? {
        guard isPlaying, rate > 0 else { return nil }
        let due = Double(from - now) + (end - position) / rate * 1e9
        return max(0, Int64(clamping: due.rounded(.up)))
    }
}
