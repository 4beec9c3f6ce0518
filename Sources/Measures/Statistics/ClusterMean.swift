import Foundation

/// A mean over sessions with an interval of the bootstrap.
///
/// Each session (cluster) counts as its own mean, so that one with many turns does not outweigh the others.
/// The interval is that of percentiles (Efron and Tibshirani 1993) of resampled sessions, because turns of
/// one session resemble each other. Where there is one session alone, its turns are resampled.
public struct ClusterMean: Hashable, Sendable {
    public var mean: Double
    /// Ends of the 95% interval; equal to the mean where there is one value alone.
    public var low: Double
    public var high: Double
    /// How many values, and sessions with any.
    public var values: Int
    public var clusters: Int

    /// - Parameters:
    ///   - clusters: the values of each session; NaN is passed over.
    ///   - resamples: how often it is drawn again.
    ///   - seed: the same seed gives the same interval.
    /// - Returns: nil where there is no value.
    public init?(_ clusters: [[Double]], resamples: Int = 1000, seed: UInt64 = 1) {
        let known = clusters.map { $0.filter(\.isFinite) }.filter { !$0.isEmpty }
        guard let first = known.first else { return nil }
        let units = known.count > 1 ? known.map(Self.mean) : first
        mean = Self.mean(units)
        values = known.reduce(0) { $0 + $1.count }
        self.clusters = known.count
        (low, high) = (mean, mean)
        guard units.count > 1, resamples > 1 else { return }
        var random = seed
        var means = (0..<resamples).map { _ in
            var sum = 0.0
            for _ in units.indices {
                sum += units[Int(Self.next(&random) % UInt64(units.count))]
            }
            return sum / Double(units.count)
        }
        means.sort()
        low = Self.quantile(means, 0.025)
        high = Self.quantile(means, 0.975)
    }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    /// The value below which a share lies, between neighbours by proportion (type 7 of Hyndman and Fan
    /// 1996).
    public static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        guard let last = sorted.last else { return .nan }
        let place = share * Double(sorted.count - 1)
        let index = Int(place)
        guard index >= 0, index + 1 < sorted.count else { return index < 0 ? sorted[0] : last }
        return sorted[index] + (sorted[index + 1] - sorted[index]) * (place - Double(index))
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
