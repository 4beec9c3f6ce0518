import Timebase

/// The taps that were seen in one stream.
public struct TapSeries: Hashable, Sendable {
    public struct Tap: Hashable, Sendable {
        public var time: Instant
        /// 95% bound of the time's error, in nanoseconds.
        public var bound: Int64

        public init(time: Instant, bound: Int64) {
            self.time = time
            self.bound = bound
        }
    }

    public var name: String
    /// By time.
    public var taps: [Tap]

    public init(name: String, taps: [Tap]) {
        self.name = name
        self.taps = taps.sorted { $0.time < $1.time }
    }

    /// The taps in a sensor's samples.
    /// - Parameter bounds: of the samples' times; one of each.
    public init(
        name: String, times: [Instant], values: [Double], bounds: [Int64], expected: Int?
    ) {
        let onsets = TapOnsets.find(times: times, values: values, expected: expected)
        var place = 0
        let taps = onsets.map { onset in
            while place + 1 < times.count, times[place] < onset.time { place += 1 }
            let bound = place < bounds.count ? bounds[place] : 0
            return Tap(time: onset.time, bound: bound &+ onset.uncertainty)
        }
        self.init(name: name, taps: taps)
    }
}
