/// Filters forwards and backwards, so that nothing is shifted in time.
///
/// As `scipy.signal.sosfiltfilt` with its own padding: both ends are continued by some values, turned
/// around the end's value (odd extension).
public enum ZeroPhaseFilter {
    /// - Parameter values: evenly spaced, without NaN.
    /// - Returns: as many values; nil where there are too few for the padding (nine for one section).
    public static func apply(_ section: SecondOrderSection, to values: [Double]) -> [Double]? {
        apply([section], to: values)
    }

    /// The same with sections one after the other.
    public static func apply(_ sections: [SecondOrderSection], to values: [Double]) -> [Double]? {
        // Three values for each coefficient of the whole, as SciPy counts them.
        let simple = sections.count { $0.b2 == 0 && $0.a2 == 0 }
        let padding = 3 * (2 * sections.count + 1 - simple)
        guard var filtered = extended(values, by: padding) else { return nil }
        for _ in 0..<2 {
            // Each section begins as if its first input had always been there.
            var level = filtered[0]
            for section in sections {
                section.filter(&filtered, from: level)
                level *= section.gain
            }
            filtered.reverse()
        }
        return Array(filtered[padding..<padding + values.count])
    }

    /// The mean of `count` values that end at each one, applied in both directions: `filtfilt(ones(count),
    /// [count])` with SciPy's own padding.
    public static func movingAverage(_ count: Int, of values: [Double]) -> [Double]? {
        guard count > 0 else { return nil }
        let padding = 3 * count
        guard var averaged = extended(values, by: padding) else { return nil }
        for _ in 0..<2 {
            let source = averaged
            var sum = Double(count) * source[0]
            for place in source.indices {
                sum += source[place] - source[max(0, place - count)]
                averaged[place] = sum / Double(count)
            }
            averaged.reverse()
        }
        return Array(averaged[padding..<padding + values.count])
    }

    private static func extended(_ values: [Double], by padding: Int) -> [Double]? {
        guard values.count > padding, let first = values.first, let last = values.last else {
            return nil
        }
        var extended: [Double] = []
        extended.reserveCapacity(values.count + 2 * padding)
        for place in stride(from: padding, to: 0, by: -1) {
            extended.append(2 * first - values[place])
        }
        extended += values
        for place in 1...padding { extended.append(2 * last - values[values.count - 1 - place]) }
        return extended
    }
}
