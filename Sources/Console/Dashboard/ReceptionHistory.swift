import Timebase

/// How many of a device's samples came in the last minute, and how many are known to be missing. A pure
/// value.
struct ReceptionHistory: Sendable {
    private var marks: [(time: Instant, received: Int64, lost: Int64)] = []

    /// Nanoseconds that are looked at.
    static let span: Int64 = 60_000_000_000

    mutating func note(received: Int64, lost: Int64, at now: Instant) {
        if let last = marks.last {
            // A new session, or a daemon that began anew, counts from the beginning.
            if received < last.received || lost < last.lost { marks = [] }
            if now - last.time < 500_000_000 { return }
        }
        marks.append((now, received, lost))
        while marks.count > 2, now - marks[1].time > Self.span { marks.removeFirst() }
    }

    /// The share that came, 0 to 1; nil before there is anything to tell.
    var share: Double? {
        guard let first = marks.first, let last = marks.last, last.time > first.time else {
            return nil
        }
        let received = last.received - first.received
        let lost = last.lost - first.lost
        guard received + lost > 0 else { return nil }
        return Double(received) / Double(received + lost)
    }
}
