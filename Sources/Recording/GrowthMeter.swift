import Timebase

/// How fast the sessions' files grow: what was written, over the last minutes. A pure value.
///
/// A session's write-ahead log grows to some MiB and is then written over, and the file itself grows by
/// leaps; so the rate is that of both together, over a time in which many leaps fall.
struct GrowthMeter {
    private var marks: [(time: Instant, bytes: Int64)] = []
    private var sizes: [UInt32: Int64] = [:]
    private var total: Int64 = 0

    static let interval: Int64 = 5_000_000_000
    /// Nothing is said before so much time.
    static let least: Int64 = 20_000_000_000
    private static let most = 60

    /// Whether the next reading is due.
    func isDue(at now: Instant) -> Bool {
        marks.last.map { now - $0.time >= Self.interval } ?? true
    }

    /// - Parameter sizes: bytes of each session that records, by its number.
    mutating func note(_ sizes: [UInt32: Int64], at now: Instant) {
        guard !sizes.isEmpty else {
            self = GrowthMeter()
            return
        }
        if self.sizes.isEmpty {
            marks = [(now, 0)]
        } else {
            for (session, size) in sizes {
                // What a session had when it was first seen was not written since.
                total += max(0, size - (self.sizes[session] ?? size))
            }
            marks.append((now, total))
            if marks.count > Self.most { marks.removeFirst() }
        }
        self.sizes = sizes
    }

    /// Bytes a second; nil before there is enough to tell.
    var bytesPerSecond: Double? {
        guard let first = marks.first, let last = marks.last, last.time - first.time >= Self.least
        else { return nil }
        return Double(last.bytes - first.bytes) / (Double(last.time - first.time) / 1e9)
    }
}
