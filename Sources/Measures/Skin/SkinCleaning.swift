/// Skin conductance without what is too quick for it: a Butterworth low pass of order 4 at 3 Hz, in both
/// directions; nothing at 6 Hz and below, where it could not pass. As NeuroKit2's `eda_clean`.
public enum SkinCleaning {
    /// - Parameters:
    ///   - values: evenly spaced, without NaN.
    ///   - rate: samples a second.
    /// - Returns: nil where there are too few values.
    public static func clean(_ values: [Double], rate: Double) -> [Double]? {
        guard rate > 6 else { return values }
        return Butterworth.lowPass(order: 4, cutoff: 3, rate: rate)
            .flatMap { ZeroPhaseFilter.apply($0, to: values) }
    }
}
