/// An interval over clusters, and how many of the resamples had a figure.
public struct ResampledInterval: Hashable, Sendable {
    public var interval: Interval
    public var resamples: Int

    public init(interval: Interval, resamples: Int) {
        self.interval = interval
        self.resamples = resamples
    }
}
