import Timebase

/// Heart rate over time: each interval between two beats with its length.
public struct HeartRateSeries: Hashable, Sendable {
    /// An interval between two neighbouring beats.
    public struct Interval: Hashable, Sendable {
        public var start: Instant
        public var end: Instant

        public init(start: Instant, end: Instant) {
            self.start = start
            self.end = end
        }

        /// Seconds.
        public var length: Double { Double(end - start) / 1e9 }
        /// Beats a minute.
        public var rate: Double { 60 / length }
    }

    /// In order, never overlapping.
    public private(set) var intervals: [Interval]

    /// - Parameters:
    ///   - peaks: R peaks as found, in order.
    ///   - gaps: of the stream in which they were found.
    public init(
        peaks: [Instant], gaps: [Gap] = [],
        corrections: HeartbeatCorrections = HeartbeatCorrections()
    ) {
        let artefacts = corrections.artefacts.map {
            Gap(
                cause: .pause, afterIndex: 0, start: $0.lowerBound, end: $0.upperBound, lost: 0,
                lostBound: 0)
        }
        intervals = HeartbeatIntervals.plausible(
            corrections.apply(to: peaks), gaps: gaps + artefacts
        ).map { Interval(start: $0.start, end: $0.end) }
    }

    /// A device's own intervals.
    /// - Parameters:
    ///   - times: when the device told each; taken as the end of the interval.
    ///   - lengths: seconds; 0 and NaN say that there was no beat.
    ///   - artefacts: stretches of which nothing is to be told.
    public init(times: [Instant], lengths: [Double], artefacts: [Range<Instant>] = []) {
        intervals = []
        for (time, length) in zip(times, lengths) {
            guard (HeartbeatIntervals.shortest...HeartbeatIntervals.longest).contains(length) else {
                continue
            }
            let start = time + -Int64(clamping: length * 1e9)
            guard !artefacts.contains(where: { $0.lowerBound < time && start < $0.upperBound })
            else { continue }
            intervals.append(Interval(start: start, end: time))
        }
    }

    /// Beats a minute as the mean over a stretch of time, each interval weighted by its part of it; nil
    /// where intervals cover less than half of the stretch.
    public func meanRate(from: Instant, to: Instant) -> Double? {
        var beats = 0.0
        var covered = 0.0
        for interval in intervals[firstPlace(endingAfter: from)...] {
            guard interval.start < to else { break }
            let part = Double(min(interval.end, to) - max(interval.start, from)) / 1e9
            guard part > 0 else { continue }
            beats += part / interval.length
            covered += part
        }
        guard covered > 0, covered >= Double(to - from) / 2e9 else { return nil }
        return 60 * beats / covered
    }

    /// The first interval that ends after a moment.
    public func firstPlace(endingAfter time: Instant) -> Int {
        var (low, high) = (0, intervals.count)
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].end > time { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
