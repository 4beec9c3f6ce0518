import Timebase

/// A moment from which the heart beats faster than before.
public struct HeartRateRise: Hashable, Sendable {
    public var time: Instant
    /// Beats a minute: the mean of the ten seconds behind minus that of the thirty before.
    public var rise: Double

    /// The largest rises: looked for each second, at least thirty seconds apart, of five beats a minute or
    /// more; largest first.
    ///
    /// The rule is this program's own, for finding places worth a look; it is no measure.
    public static func largest(in series: HeartRateSeries, most: Int) -> [HeartRateRise] {
        guard let first = series.intervals.first?.start, let last = series.intervals.last?.end
        else { return [] }
        var rises: [HeartRateRise] = []
        var time = first
        while time < last {
            if let before = series.meanRate(from: time + -30_000_000_000, to: time),
                let behind = series.meanRate(from: time, to: time + 10_000_000_000),
                behind - before >= 5
            {
                rises.append(HeartRateRise(time: time, rise: behind - before))
            }
            time = time + 1_000_000_000
        }
        return Separated.largest(rises, most: most, apart: 30_000_000_000, by: \.rise, at: \.time)
    }
}
