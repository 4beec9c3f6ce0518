import SessionStore
import Timebase

/// Turns the session's times into UTC by the time triples stored with it.
///
/// The kernel runs its monotonic and its wall clock at the same rate; their distance changes only
/// when the wall clock is set or the machine sleeps. So a triple's distance holds from that triple
/// on until one that differs from it by more than the two readings' uncertainty; before the first
/// triple the first one's holds. The order of the exact times is never in question: only UTC steps.
struct UTCClock {
    private var starts: [Instant] = []
    /// Realtime minus monotonic, in nanoseconds, from the start of the same place on.
    private var distances: [Int64] = []
    /// Nanoseconds by which dates are moved.
    let shift: Int64

    /// - Parameter triples: in the order of their recording. Without any, the start in the
    ///   session's description is used.
    init(_ session: SessionDescription, _ triples: [RecordedTriple], shift: Int64 = 0) {
        self.shift = shift
        var readings = triples.map(\.triple).sorted { $0.monotonic < $1.monotonic }
        if readings.isEmpty {
            readings = [
                TimeTriple(
                    monotonic: session.started, boottime: 0, realtime: session.startedRealtime,
                    uncertainty: 0)
            ]
        }
        var uncertainty: Int64 = 0
        for reading in readings {
            let distance = saturatingDifference(reading.realtime, reading.monotonic.nanoseconds)
            if let known = distances.last {
                let change = saturatingDifference(distance, known).magnitude
                if change <= uncertainty.magnitude &+ reading.uncertainty.magnitude { continue }
            }
            starts.append(reading.monotonic)
            distances.append(distance)
            uncertainty = reading.uncertainty
        }
    }

    /// Nanoseconds since 1970-01-01 UTC; saturates.
    func realtime(_ time: Instant) -> Int64 {
        var low = 0
        var high = starts.count
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle + 1 } else { high = middle }
        }
        let distance = distances[max(0, low - 1)] &+ shift
        let (sum, overflow) = time.nanoseconds.addingReportingOverflow(distance)
        return overflow ? (distance > 0 ? .max : .min) : sum
    }
}

/// `first - second`, at the limit where it would overflow.
func saturatingDifference(_ first: Int64, _ second: Int64) -> Int64 {
    let (difference, overflow) = first.subtractingReportingOverflow(second)
    return overflow ? (first > second ? .max : .min) : difference
}
