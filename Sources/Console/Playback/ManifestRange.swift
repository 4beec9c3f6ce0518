import Timebase

/// From the first to the last thing that a session holds, in seconds since its start.
struct ManifestRange {
    let start: Instant
    private(set) var first = 0.0
    private(set) var last = 0.0

    init(start: Instant) { self.start = start }

    mutating func include(_ time: Instant?) {
        include(seconds: time?.seconds(since: start))
    }

    mutating func include(seconds: Double?) {
        guard let seconds, seconds.isFinite else { return }
        first = min(first, seconds)
        last = max(last, seconds)
    }
}
