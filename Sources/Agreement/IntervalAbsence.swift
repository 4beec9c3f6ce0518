/// Why a figure has no interval over clusters.
public enum IntervalAbsence: Error, Hashable, Sendable {
    /// The figure itself is undefined.
    case undefined
    /// Fewer than two clusters have something to compare.
    case fewClusters
    /// Fewer than half of the resamples, or than 100, have a figure.
    case fewResamples
}
