import Foundation

/// Heart rate and its variability in the time domain, as NeuroKit2's `hrv_time` where there is no gap.
///
/// Of several runs of beats, with gaps between them, no interval and no difference between two intervals
/// lies across a gap. NeuroKit2's own functions take beats alone: what lies between two runs counts there as
/// one interval, and RMSSD bridges it (a test shows both).
public struct HeartMeasures: Hashable, Sendable {
    /// How many intervals between beats, and differences of neighbouring ones.
    public private(set) var intervals = 0
    public private(set) var differences = 0
    /// Milliseconds.
    public private(set) var meanInterval: Double?
    /// Milliseconds; of the intervals, with n − 1.
    public private(set) var sdnn: Double?
    /// Milliseconds.
    public private(set) var rmssd: Double?
    /// Share of differences beyond 50 ms among the intervals, in %. NeuroKit2 divides by the number of
    /// intervals too, not by that of the differences.
    public private(set) var pnn50: Double?
    /// Beats a minute: 60,000 over the mean interval. Not the mean of the rates.
    public var rate: Double? { meanInterval.map { 60_000 / $0 } }

    /// - Parameter runs: seconds of beats; within a run without a gap.
    public init(_ runs: [[Double]]) {
        let lengths = runs.map { run in zip(run, run.dropFirst()).map { ($1 - $0) * 1e3 } }
        let all = lengths.flatMap { $0 }
        intervals = all.count
        guard !all.isEmpty else { return }
        let mean = all.reduce(0, +) / Double(all.count)
        meanInterval = mean
        if all.count > 1 {
            let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            sdnn = (squares / Double(all.count - 1)).squareRoot()
        }
        let changes = lengths.flatMap { zip($0, $0.dropFirst()).map { $1 - $0 } }
        differences = changes.count
        guard !changes.isEmpty else { return }
        rmssd = (changes.reduce(0) { $0 + $1 * $1 } / Double(changes.count)).squareRoot()
        // Times in nanoseconds are not exact in binary: what is 50 ms is not beyond 50 ms.
        let large = changes.count { $0.magnitude > 50 + 1e-7 }
        pnn50 = Double(large) / Double(all.count) * 100
    }

    /// Beats a minute: the mean of the rate that is interpolated between the beats, as NeuroKit2's
    /// `signal_rate` has it from the first beat to the last. It gives each beat the interval before it, the
    /// first one the mean of all.
    /// - Parameters:
    ///   - runs: as above; those of fewer than four beats tell nothing.
    ///   - step: seconds between the places at which it is taken.
    public static func interpolatedRate(_ runs: [[Double]], step: Double = 0.01) -> Double? {
        var sum = 0.0
        var count = 0
        for run in runs where run.count > 3 {
            var lengths = [0.0] + zip(run, run.dropFirst()).map { $1 - $0 }
            lengths[0] = lengths.dropFirst().reduce(0, +) / Double(run.count - 1)
            MonotoneCubic(run, lengths).forEach(step: step) { length in
                sum += 60 / length
                count += 1
            }
        }
        return count > 0 ? sum / Double(count) : nil
    }
}
