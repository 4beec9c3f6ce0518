/// Systolic peaks of a pulse wave (photoplethysmogram), as NeuroKit2 finds them (`ppg_clean` and
/// `ppg_findpeaks`, method `elgendi`; Elgendi, M., et al., 2013, Systolic peak detection in acceleration
/// photoplethysmograms measured from emergency responders in tropical conditions, PLoS ONE 8(10), e76585).
public enum PulsePeaks {
    /// Samples a second that are needed: the band reaches to 8 Hz.
    public static let slowest = 20.0

    /// The signal between 0.5 and 8 Hz: a Butterworth band pass of order 2, in both directions.
    /// - Parameters: as of `RPeaks.clean`.
    public static func clean(_ values: [Double], rate: Double) -> [Double]? {
        Butterworth.bandPass(low: 0.5, high: 8, rate: rate)
            .flatMap { ZeroPhaseFilter.apply($0, to: values) }
    }

    /// Places of the peaks.
    /// - Parameter cleaned: as `clean` leaves it.
    public static func find(in cleaned: [Double], rate: Double) -> [Int] {
        guard !cleaned.isEmpty else { return [] }
        let mean = power(cleaned[...]) / Double(cleaned.count)
        return choose(candidates(in: cleaned, rate: rate, power: mean), rate: rate)
            .compactMap(\.peak)
    }

    /// The sum of the squares of what is above zero.
    static func power(_ cleaned: ArraySlice<Double>) -> Double {
        cleaned.reduce(0) { $1 > 0 ? $0 + $1 * $1 : $0 }
    }

    /// Where there may be a beat.
    /// - Parameter power: the mean of the squares of what is above zero, over the whole signal.
    static func candidates(in cleaned: [Double], rate: Double, power: Double) -> [PeakCandidate] {
        let squares = cleaned.map { $0 > 0 ? $0 * $0 : 0 }
        let narrow = RPeaks.samples(0.111, rate)
        let wide = RPeaks.samples(0.667, rate)
        guard cleaned.count >= wide, narrow >= 1 else { return [] }
        let peak = CenteredMean.apply(narrow, to: squares)
        let beat = CenteredMean.apply(wide, to: squares)
        return PeakCandidate.all(in: cleaned) { peak[$0] > beat[$0] + 0.02 * power }
    }

    /// Of all candidates of one signal those that are beats.
    static func choose(_ candidates: [PeakCandidate], rate: Double) -> [PeakCandidate] {
        let shortest = RPeaks.samples(0.111, rate)
        return PeakCandidate.apart(
            candidates.filter { $0.end - $0.begin >= shortest }, by: RPeaks.samples(0.3, rate))
    }
}
