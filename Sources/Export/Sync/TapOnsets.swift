import Timebase

/// Finds taps in a sensor's channel: moments at which it changes sharply.
///
/// What counts is how much the value changes within 20 ms, against the channel's own noise (the median of
/// that change and its median absolute deviation, which the few taps themselves do not move). A tap
/// begins at the first sample that has left the value before by half the threshold.
public enum TapOnsets {
    /// One tap.
    public struct Onset: Hashable, Sendable {
        /// Between the last sample that did not show it and the first that did.
        public var time: Instant
        /// Half of what lies between the two, nanoseconds.
        public var uncertainty: Int64
        /// The largest change within 20 ms, in the channel's unit.
        public var strength: Double
    }

    /// Nanoseconds within which a tap rises.
    static let rise: Int64 = 20_000_000
    /// What follows a tap within this belongs to it: it rebounds, and the finger leaves.
    static let refractory: Int64 = 300_000_000
    /// A change of so many standard deviations of the noise is no noise: of a million changes none is
    /// by chance.
    static let threshold = 8.0

    /// - Parameters:
    ///   - times: of the samples, ascending; jumps are gaps, across which nothing is compared.
    ///   - values: as many; NaN is a missing value.
    ///   - expected: how many taps there should be, where that is known: weaker changes than a third of
    ///     the strongest so many are not taken for taps. nil takes the strongest tenth as the measure.
    public static func find(
        times: [Instant], values: [Double], expected: Int? = nil
    ) -> [Onset] {
        guard times.count == values.count, times.count >= 8 else { return [] }
        let steps = zip(times.dropFirst(), times).map { $0 - $1 }
        let step = max(steps.sorted()[steps.count / 2], 1)
        let lag = Int(min(max(rise / step, 1), 10_000))
        let changes = changes(times, values, lag: lag, step: step)
        let known = changes.filter { !$0.isNaN }.sorted()
        guard let largest = known.last, largest > 0 else { return [] }
        let middle = known[known.count / 2]
        let deviations = known.map { abs($0 - middle) }.sorted()
        let noise = 1.4826 * deviations[deviations.count / 2]
        // A coarse converter has no noise most of the time, and a step of its own is no tap; unless there
        // are hardly any others, as where a button is read.
        let span = largest - middle
        let quantum = known.first { $0 > 0 } ?? 0
        let limit = middle + max(threshold * noise, 0.1 * span, min(2 * quantum, 0.5 * span))
        var onsets: [Onset] = []
        var place = lag
        while place < changes.count {
            guard changes[place] > limit else {
                place += 1
                continue
            }
            let onset = onset(times, values, changes, at: place, lag: lag, limit: limit)
            onsets.append(onset)
            let end = onset.time + refractory
            // At least one on: where samples are far apart, the end may lie behind already.
            repeat { place += 1 } while place < changes.count && times[place] < end
        }
        return strong(onsets, expected: expected)
    }

    /// How much each value differs from the one a lag before; NaN across gaps and missing values.
    private static func changes(
        _ times: [Instant], _ values: [Double], lag: Int, step: Int64
    ) -> [Double] {
        let longest = step.multipliedReportingOverflow(by: Int64(lag) * 3 / 2 + 1)
        return times.indices.map { place in
            guard place >= lag,
                longest.overflow || times[place] - times[place - lag] <= longest.partialValue
            else { return .nan }
            let change = abs(values[place] - values[place - lag])
            return change.isFinite ? change : .nan
        }
    }

    private static func onset(
        _ times: [Instant], _ values: [Double], _ changes: [Double], at place: Int, lag: Int,
        limit: Double
    ) -> Onset {
        let before = values[place - lag]
        let first =
            (place - lag + 1...place).first { abs(values[$0] - before) > limit / 2 } ?? place
        var strength = changes[place]
        var next = place
        while next < changes.count, times[next] - times[place] < rise * 2 {
            if changes[next] > strength { strength = changes[next] }
            next += 1
        }
        let gap = times[first] - times[first - 1]
        return Onset(time: times[first - 1] + gap / 2, uncertainty: gap / 2, strength: strength)
    }

    private static func strong(_ onsets: [Onset], expected: Int?) -> [Onset] {
        let strengths = onsets.map(\.strength).sorted(by: >)
        guard !strengths.isEmpty else { return [] }
        let count = min(max(expected ?? strengths.count / 10, 1), strengths.count)
        let measure = strengths[count / 2]
        return onsets.filter { $0.strength >= measure / 3 }
    }
}
