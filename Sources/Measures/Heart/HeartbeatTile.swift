import Timebase

/// The heartbeats of one stretch of an ECG, found from that stretch alone, so that a seek shows the
/// same beats as playing there.
///
/// The detector is that of the measures. What it decides over a whole recording (how long a QRS complex is)
/// is decided over the tile here, so that a doubtful beat may be told otherwise.
public struct HeartbeatTile: Sendable {
    /// Nanoseconds of a tile, and of what is looked at beyond each of its ends.
    public static let length: Int64 = 10_000_000_000
    public static let margin: Int64 = 3_000_000_000
    /// The longest time between two beats that counts as one: 30 beats a minute.
    public static let longestInterval: Int64 = 2_000_000_000

    public let start: Instant
    public var end: Instant { start + Self.length }
    public private(set) var peaks: [Instant] = []

    public init(number: Int64) { start = Instant(nanoseconds: number * Self.length) }

    /// Finds the peaks in the tile's samples and those of its margins.
    /// - Parameters:
    ///   - values: NaN is a missing value.
    ///   - times: one a value, increasing.
    public mutating func find(in values: [Double], times: [Instant]) {
        peaks = []
        guard values.count == times.count, values.count > 1 else { return }
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }
        let period = steps.sorted()[steps.count / 2]
        guard period > 0, case let rate = 1e9 / Double(period), rate >= RPeaks.slowest * 0.95
        else { return }
        // Nothing is filtered across a gap.
        var first = 0
        for place in 1...values.count {
            let isEnd =
                place == values.count || !values[place].isFinite
                || Double(steps[place - 1]) > 2.5 * Double(period)
            guard isEnd else { continue }
            let run = values[first].isFinite ? first..<place : first + 1..<max(first + 1, place)
            if var cleaned = RPeaks.clean(Array(values[run]), rate: rate) {
                if RPeaks.isUpsideDown(RPeaks.excursions(of: cleaned[...], rate: rate)) {
                    cleaned = cleaned.map { -$0 }
                }
                peaks += RPeaks.find(in: cleaned, rate: rate).map { times[run.lowerBound + $0] }
                    .filter { start <= $0 && $0 < end }
            }
            first = place
        }
    }
}
