import SessionStore
import Timebase

/// Puts samples onto points at equal distances, as BIDS wants recordings.
///
/// The points lie at the rate of the fastest of the stream's clock segments that last 10 s or more, so that a
/// slower one leaves points empty now and then and none has two samples. Each sample goes to the nearest
/// point behind the one before; after a clock that went back, samples are late until empty points let them
/// catch up. None is left out, moved in its order, or interpolated.
struct SampleGrid {
    /// Points a second.
    let rate: Double
    /// Time of the point 0, in nanoseconds since the session's start.
    let start: Int64
    private(set) var last: Int64 = -1
    /// From a sample's time to its point's, in nanoseconds.
    private(set) var largestError = 0.0

    init(rate: Double, start: Int64) {
        self.rate = rate
        self.start = start
    }

    /// The rate for a stream; nil for one whose samples come irregularly.
    static func rate(of stream: StreamDescription, _ segments: [ClockSegment]) -> Double? {
        func length(_ segment: ClockSegment) -> Double {
            Double(segment.lastIndex - segment.firstIndex) * segment.period
        }
        let lines = segments.filter {
            !$0.isStamped && $0.period > 0 && $0.lastIndex > $0.firstIndex
        }
        let long = lines.filter { length($0) >= 10e9 }
        let counted =
            long.isEmpty ? Array(lines.sorted { length($0) < length($1) }.suffix(1)) : long
        if let period = counted.map(\.period).min() { return 1e9 / period }
        return stream.nominalRate.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }

    /// The nearest point to a moment.
    func nearest(_ time: Int64) -> Int64 {
        Int64((Double(time - start) * rate / 1e9).rounded())
    }

    /// The point of the next sample.
    mutating func place(_ time: Int64) -> Int64 {
        last = max(last + 1, nearest(time))
        largestError = max(largestError, abs(Double(time - start) - Double(last) * 1e9 / rate))
        return last
    }
}
