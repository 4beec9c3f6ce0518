import Timebase

/// How much of what a stream should give arrives, over the last seconds: the quality of the link to its
/// device. A pure value.
///
/// Samples are counted between two arrivals, so that a source that falls silent does not count as a bad
/// link: that is another alarm. What is lost on the air, and what is thrown away for a wrong check value,
/// is missing here alike.
struct DeliveryWatch: Sendable {
    /// Nanoseconds over which it is judged. Packets of wireless devices come half a second late now and
    /// then; over ten seconds that is less than what counts.
    static let window: Int64 = 10_000_000_000
    private static let interval: Int64 = 1_000_000_000
    /// Shares below which the link is poor, and from which on it is good again.
    static let poor = 0.90
    static let good = 0.95

    /// Samples a second that must arrive at least: the nominal rate less its tolerance.
    let rate: Double
    private var marks: [(arrival: Instant, samples: Int64)] = []
    private(set) var isPoor = false
    /// The share that arrived; nil as long as too little time has gone by.
    private(set) var share: Double?

    /// - Parameter tolerancePPM: how far the device's own clock may be off.
    init(rate: Double, tolerancePPM: Double) {
        self.rate = rate * (1 - min(max(tolerancePPM, 0), 500_000) / 1e6)
    }

    /// - Parameters:
    ///   - samples: how many have come since the source was first opened.
    ///   - arrival: when the last of them came.
    mutating func note(samples: Int64, arrival: Instant) {
        if let last = marks.last {
            if arrival - last.arrival < Self.interval { return }
            // Counted anew, or silent for so long that what was before says nothing.
            if samples < last.samples || arrival - last.arrival > 2 * Self.window {
                self = DeliveryWatch(fixedRate: rate)
            }
        }
        marks.append((arrival, samples))
        while marks.count > 2, arrival - marks[1].arrival >= Self.window { marks.removeFirst() }
        guard let first = marks.first, arrival - first.arrival >= Self.window, rate > 0 else {
            return
        }
        let expected = Double(arrival - first.arrival) / 1e9 * rate
        let found = min(1, Double(samples - first.samples) / expected)
        share = found
        isPoor = found < (isPoor ? Self.good : Self.poor)
    }

    private init(fixedRate: Double) { rate = fixedRate }
}
