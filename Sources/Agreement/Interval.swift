/// An interval in which a figure lies.
public struct Interval: Hashable, Sendable {
    public var low: Double
    public var high: Double

    public init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    /// Whether it has any. One over resamples that are all alike looks sure, while all it says is that these
    /// few clusters do not differ.
    public var hasWidth: Bool { high - low > 1e-9 }
}
