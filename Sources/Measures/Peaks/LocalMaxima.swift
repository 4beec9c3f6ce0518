/// Maxima of a signal and how far they stand out, as `scipy.signal.find_peaks` and `peak_prominences`.
public enum LocalMaxima {
    /// Places whose neighbours are both lower. Of a plateau the middle, rounded down; never an end.
    public static func places(_ values: [Double]) -> [Int] {
        var places: [Int] = []
        var place = 1
        while place < values.count - 1 {
            guard values[place - 1] < values[place] else {
                place += 1
                continue
            }
            var ahead = place + 1
            while ahead < values.count - 1, values[ahead] == values[place] { ahead += 1 }
            if values[ahead] < values[place] {
                places.append((place + ahead - 1) / 2)
                place = ahead
            }
            place += 1
        }
        return places
    }

    /// For each peak: its height above the higher one of the lowest points on both sides, each looked for
    /// up to where the signal is higher than the peak, or to its end.
    ///
    /// Takes a time that grows with the signal's length alone, whatever its form.
    /// - Parameter peaks: places in order.
    public static func prominences(of peaks: [Int], in values: [Double]) -> [Double] {
        let left = lowest(before: peaks, values)
        let mirrored = peaks.reversed().map { values.count - 1 - $0 }
        let right = Array(lowest(before: mirrored, values.reversed()).reversed())
        return peaks.indices.map { values[peaks[$0]] - max(left[$0], right[$0]) }
    }

    /// The lowest value from each peak back to the last place that is higher than it.
    private static func lowest(before peaks: [Int], _ values: [Double]) -> [Double] {
        // Earlier peaks that a later one may still have to look past: each higher than the next, with the
        // lowest value since the one before it.
        var open: [(height: Double, lowest: Double)] = []
        var result: [Double] = []
        var place = 0
        for peak in peaks {
            var lowest = values[peak]
            // Places before this peak and behind the one before it; on a slope of both neither is higher
            // than this peak unless the peak before is.
            while place < peak {
                lowest = min(lowest, values[place])
                place += 1
            }
            while let last = open.last, last.height <= values[peak] {
                lowest = min(lowest, last.lowest)
                open.removeLast()
            }
            open.append((values[peak], lowest))
            result.append(lowest)
        }
        return result
    }
}
