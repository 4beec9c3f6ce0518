import Timebase

/// Finds R peaks by the energy of the signal's slope: enough for a plot of heart rate, not for
/// measures of its variability.
///
/// After Pan and Tompkins, "A real-time QRS detection algorithm", 1985: squared slope, mean over
/// 100 ms, threshold; the peak is the largest deviation from the mean near by. The threshold is a
/// third of the median of the largest energies of each second.
public enum RPeakDetector {
    /// - Parameters:
    ///   - values: an ECG of a few seconds or more; NaN is a missing value.
    ///   - times: one a value, increasing.
    public static func peaks(in values: [Double], times: [Instant]) -> [Instant] {
        guard values.count == times.count, values.count >= 64, let first = times.first,
            let last = times.last, last > first
        else { return [] }
        let period = Double(last - first) / Double(values.count - 1)
        // Slower than 50 samples a second a QRS complex can fall between two samples.
        guard period > 0, period <= 20e6 else { return [] }
        let energy = slopeEnergy(
            values, samples: max(1, Int(100e6 / period)), lag: max(1, Int(10e6 / period)))
        guard let threshold = threshold(energy, samplesPerSecond: max(1, Int(1e9 / period)))
        else { return [] }
        let near = max(1, Int(80e6 / period))
        var peaks: [Instant] = []
        var index = 0
        while index < energy.count {
            guard energy[index] > threshold else {
                index += 1
                continue
            }
            var end = index
            while end < energy.count, energy[end] > threshold { end += 1 }
            let from = max(0, index - near)
            let to = min(values.count, end + near / 2)
            if let peak = largestDeviation(values, from..<to) {
                // A second hump of the same beat, such as a steep T wave, is no beat.
                if peaks.last.map({ times[peak] - $0 >= 280_000_000 }) ?? true {
                    peaks.append(times[peak])
                }
            }
            index = end
        }
        return peaks
    }

    private static func slopeEnergy(_ values: [Double], samples: Int, lag: Int) -> [Double] {
        var energy = [Double](repeating: 0, count: values.count)
        var slopes = energy
        var sum = 0.0
        for index in lag..<values.count {
            let slope = values[index] - values[index - lag]
            slopes[index] = slope.isFinite ? slope * slope : 0
            sum += slopes[index]
            if index >= samples + lag { sum -= slopes[index - samples] }
            // Rounding must not leave a trace below zero.
            energy[index] = max(0, sum)
        }
        return energy
    }

    private static func threshold(_ energy: [Double], samplesPerSecond: Int) -> Double? {
        var largest: [Double] = []
        var start = 0
        while start + samplesPerSecond / 2 < energy.count {
            let end = min(energy.count, start + samplesPerSecond)
            largest.append(energy[start..<end].max() ?? 0)
            start = end
        }
        guard !largest.isEmpty else { return nil }
        let median = largest.sorted()[largest.count / 2]
        return median > 0 ? median / 3 : nil
    }

    private static func largestDeviation(_ values: [Double], _ range: Range<Int>) -> Int? {
        let known = values[range].filter(\.isFinite)
        guard !known.isEmpty else { return nil }
        let mean = known.reduce(0, +) / Double(known.count)
        return range.filter { values[$0].isFinite }
            .max { (values[$0] - mean).magnitude < (values[$1] - mean).magnitude }
    }
}
