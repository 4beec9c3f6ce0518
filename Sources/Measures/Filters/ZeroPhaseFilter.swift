/// Filters forwards and backwards, so that nothing is shifted in time.
///
/// As `scipy.signal.sosfiltfilt` with its own padding: both ends are continued by nine values, turned
/// around the end's value (odd extension).
public enum ZeroPhaseFilter {
    /// Values by which each end is continued: three for each of a section's three coefficients.
    static let padding = 9

    /// - Parameter values: evenly spaced, without NaN.
    /// - Returns: as many values; nil where there are too few (at most nine).
    public static func apply(_ section: SecondOrderSection, to values: [Double]) -> [Double]? {
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
        var filtered = section.filter(extended, from: extended[0])
        filtered.reverse()
        filtered = section.filter(filtered, from: filtered[0])
        filtered.reverse()
        return Array(filtered[padding..<padding + values.count])
    }
}
