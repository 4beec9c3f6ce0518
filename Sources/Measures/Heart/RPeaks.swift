import Foundation

/// R peaks of an electrocardiogram, as NeuroKit2 finds them (Makowski et al. 2021; `ecg_clean` and
/// `ecg_findpeaks`, method `neurokit`): the QRS complex is where the slope is steeper than one and a half
/// times its mean around, the peak its most prominent maximum.
public enum RPeaks {
    /// Hz; and seconds at both ends of a signal of which the filter knows one side alone.
    static let cutoff = 0.5
    static let edge = 0.3183
    /// Samples a second below which a QRS complex can fall between two samples.
    public static let slowest = 50.0

    /// The signal without drift and mains hum: a Butterworth high pass of order 5 at 0.5 Hz, then a moving
    /// average over a period of 50 Hz, both in both directions.
    /// - Parameters:
    ///   - values: evenly spaced, without NaN.
    ///   - rate: samples a second.
    /// - Returns: nil where there are too few values, or the rate is too low.
    public static func clean(_ values: [Double], rate: Double) -> [Double]? {
        guard let high = Butterworth.highPass(order: 5, cutoff: cutoff, rate: rate),
            let steady = ZeroPhaseFilter.apply(high, to: values)
        else { return nil }
        return ZeroPhaseFilter.movingAverage(rate >= 100 ? Int(rate / 50) : 2, of: steady)
    }

    /// Places of the R peaks.
    /// - Parameter cleaned: as `clean` leaves it.
    public static func find(in cleaned: [Double], rate: Double) -> [Int] {
        choose(candidates(in: cleaned, rate: rate), rate: rate).compactMap(\.peak)
    }

    /// Where there may be a beat: these depend on their surroundings of a second alone.
    static func candidates(in cleaned: [Double], rate: Double) -> [PeakCandidate] {
        let narrow = samples(0.1, rate)
        let wide = samples(0.75, rate)
        guard cleaned.count >= wide, narrow >= 1 else { return [] }
        let smooth = CenteredMean.apply(narrow, to: steepness(cleaned))
        let mean = CenteredMean.apply(wide, to: smooth)
        return PeakCandidate.all(in: cleaned) { smooth[$0] > 1.5 * mean[$0] }
    }

    /// Of all candidates of one signal those that are beats: no complex is much shorter than the mean, and
    /// none follows another within 0.3 s.
    static func choose(_ candidates: [PeakCandidate], rate: Double) -> [PeakCandidate] {
        guard !candidates.isEmpty else { return [] }
        let lengths = candidates.reduce(0.0) { $0 + Double($1.end - $1.begin) }
        let shortest = lengths / Double(candidates.count) * 0.4
        return PeakCandidate.apart(
            candidates.filter { Double($0.end - $0.begin) >= shortest }, by: samples(0.3, rate))
    }

    /// The highest and the lowest value of each two seconds, the second without its sign: by them
    /// `isUpsideDown` decides.
    static func excursions(
        of cleaned: ArraySlice<Double>, rate: Double
    ) -> [(up: Double, down: Double)] {
        let width = max(1, samples(2, rate))
        return stride(from: cleaned.startIndex, to: cleaned.endIndex - width + 1, by: width).map {
            let part = cleaned[$0..<$0 + width]
            return (part.max() ?? 0, -(part.min() ?? 0))
        }
    }

    /// Whether electrodes were swapped: in the median of windows, the signal goes twice as far down as up, or
    /// more. NeuroKit2 leaves this to its `ecg_invert`, which turns each signal that goes farther down
    /// than up, those with deep S waves too; here these stay.
    static func isUpsideDown(_ excursions: [(up: Double, down: Double)]) -> Bool {
        let up = ClusterMean.quantile(excursions.map(\.up).sorted(), 0.5)
        let down = ClusterMean.quantile(excursions.map(\.down).sorted(), 0.5)
        return down > 2 * up
    }

    static func samples(_ seconds: Double, _ rate: Double) -> Int {
        Int(clamping: (seconds * rate).rounded(.toNearestOrEven))
    }

    /// The size of the slope at each place, a sample as unit.
    private static func steepness(_ values: [Double]) -> [Double] {
        guard values.count > 1 else { return values.map { _ in 0 } }
        var slopes = values
        let last = values.count - 1
        slopes[0] = (values[1] - values[0]).magnitude
        slopes[last] = (values[last] - values[last - 1]).magnitude
        for place in 1..<max(1, last) {
            slopes[place] = ((values[place + 1] - values[place - 1]) / 2).magnitude
        }
        return slopes
    }
}

extension Int {
    init(clamping value: Double) { self = Int(Int64(clamping: value)) }
}
