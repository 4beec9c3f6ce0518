import Foundation

/// Heart rate variability by frequency, as NeuroKit2's `hrv_frequency` with `normalize=False`.
///
/// Intervals are interpolated at 100 Hz by parabolas; Welch's method (Welch, P. D., 1967) with Hann windows of
/// half the length that overlap by half, each continued by as many zeros. Powers are in ms². NeuroKit2's
/// own default divides the whole spectrum by its largest value, so that the same power of a band gives
/// another number wherever another band has a higher peak; these numbers cannot be compared between two
/// stretches, and are not given.
public struct HeartSpectrum: Hashable, Sendable {
    public static let rate = 100.0
    public static let low = 0.04..<0.15
    public static let high = 0.15..<0.4

    /// ms²; nil where the band is not in the spectrum.
    public private(set) var lowPower: Double?
    public private(set) var highPower: Double?

    /// - Parameter beats: seconds, without a gap; at least five.
    public init?(_ beats: [Double]) {
        guard beats.count > 4 else { return nil }
        let lengths = zip(beats, beats.dropFirst()).map { ($1 - $0) * 1e3 }
        var times: [Double] = []
        var time = 0.0
        for length in lengths {
            time += length / 1e3
            times.append(time)
        }
        // Evenly spaced places up to the last one or just beyond it, where its value holds.
        let last = times[times.count - 1]
        let step = 1 / Self.rate
        let count = Int(clamping: ((last + step - times[0]) / step).rounded(.up))
        guard count >= 8, count < 100_000_000 else { return nil }
        let places = (0..<count).lazy.map { min(times[0] + Double($0) * step, last) }
        var values = QuadraticSpline(times, lengths).values(at: places)
        let mean = values.reduce(0, +) / Double(count)
        for place in values.indices { values[place] -= mean }
        // Two periods of the lowest frequency that is told, at most half of the values.
        let lowest = 2 * Self.rate / (Double(count) / 2)
        let width = min(Int(2 / lowest * Self.rate), count / 2)
        guard width >= 4 else { return nil }
        let density = Self.density(values, width)
        let resolution = Self.rate / Double(2 * width)
        func power(_ band: Range<Double>) -> Double? {
            var sum = 0.0
            var before: Double?
            for (bin, value) in density.enumerated() {
                let frequency = Double(bin) * resolution
                guard frequency >= lowest, band.contains(frequency) else { continue }
                if let before { sum += (before + value) / 2 * resolution }
                before = value
            }
            return sum > 0 ? sum : nil
        }
        lowPower = power(Self.low)
        highPower = power(Self.high)
    }

    /// Welch's estimate of the density up to just above the highest band, in ms²/Hz.
    private static func density(_ values: [Double], _ width: Int) -> [Double] {
        let length = 2 * width
        let bins = min(width, Int(high.upperBound * Double(length) / rate) + 2)
        let transform = ChirpTransform(count: width, length: length, bins: bins)
        // Periodic, as SciPy's.
        let window = (0..<width).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(width)) }
        let scale = 1 / (rate * window.reduce(0) { $0 + $1 * $1 })
        let step = width - width / 2
        var sums = [Double](repeating: 0, count: bins)
        var windows = 0
        var start = 0
        while start + width <= values.count {
            let part = (0..<width).map { values[start + $0] * window[$0] }
            for (bin, power) in transform.powers(of: part).enumerated() { sums[bin] += power }
            windows += 1
            start += step
        }
        return sums.enumerated().map { bin, sum in
            sum / Double(windows) * scale * (bin == 0 ? 1 : 2)
        }
    }
}
