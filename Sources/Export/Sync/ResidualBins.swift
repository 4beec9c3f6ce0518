import Timebase

/// Residuals (arrival less aligned time less typical delay) in equal stretches of time, for drawing.
///
/// Whatever the length of a recording, this stays small: each stretch keeps its least, its largest and
/// its mean.
public struct ResidualBins: Hashable, Sendable {
    public struct Bin: Hashable, Sendable {
        /// Nanoseconds.
        public var least: Int64
        public var largest: Int64
        public var sum: Double
        public var count: Int

        public var mean: Double { sum / Double(max(count, 1)) }
    }

    public let from: Instant
    public let to: Instant
    /// In order of time; nil where nothing arrived.
    public private(set) var bins: [Bin?]

    public init(from: Instant, to: Instant, count: Int = 600) {
        self.from = from
        self.to = max(to, from + 1)
        bins = Array(repeating: nil, count: max(count, 1))
    }

    /// Adds a residual in nanoseconds. One outside of the stretch counts at its end.
    public mutating func add(_ residual: Int64, at time: Instant) {
        let share = Double(time - from) / Double(to - from)
        let place = min(
            max(Int(clamping: Int64(clamping: share * Double(bins.count))), 0), bins.count - 1)
        guard var bin = bins[place] else {
            bins[place] = Bin(
                least: residual, largest: residual, sum: Double(residual), count: 1)
            return
        }
        bin.least = min(bin.least, residual)
        bin.largest = max(bin.largest, residual)
        bin.sum += Double(residual)
        bin.count += 1
        bins[place] = bin
    }

    /// The middle of a stretch.
    public func time(of bin: Int) -> Instant {
        from + Int64(clamping: (Double(bin) + 0.5) / Double(bins.count) * Double(to - from))
    }
}
