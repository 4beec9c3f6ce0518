import Timebase

/// Samples that follow one another, and the clock's segments that say when they were. An overview goes over
/// all of them at once: a bucket of the pyramid may reach from one segment into the next, and a session of
/// hours has thousands of them.
struct OverviewStretch {
    /// In order, each from where the one before ends.
    private(set) var segments: [ClockSegment]
    /// Those of the samples that are wanted.
    private(set) var indices: ClosedRange<Int64>
    /// Nanoseconds.
    private(set) var longestPeriod: Double

    /// The stretches of `from..<to`, in order.
    static func all(of segments: [ClockSegment], from: Instant, to: Instant) -> [OverviewStretch] {
        var all: [OverviewStretch] = []
        for segment in segments {
            guard let part = StreamTimeline.indices(of: segment, from: from, to: to)
            else { continue }
            if let last = all.indices.last,
                all[last].indices.upperBound + 1 == part.lowerBound,
                all[last].segments[all[last].segments.count - 1].lastIndex + 1 == part.lowerBound
            {
                all[last].segments.append(segment)
                all[last].indices = all[last].indices.lowerBound...part.upperBound
                all[last].longestPeriod = max(all[last].longestPeriod, segment.period)
            } else {
                all.append(
                    OverviewStretch(
                        segments: [segment], indices: part, longestPeriod: segment.period))
            }
        }
        return all
    }

    /// The place of the segment that a sample lies in.
    func place(of index: Int64) -> Int {
        var (low, high) = (0, segments.count - 1)
        while low < high {
            let middle = low + (high - low) / 2
            if segments[middle].lastIndex >= index { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Nanoseconds from an instant to a sample of the segment at a place.
    func time(of index: Int64, in place: Int, since instant: Instant) -> Double {
        let segment = segments[place]
        return Double(segment.origin - instant)
            + Double(index - segment.firstIndex) * segment.period
    }

    /// The first and the last time of samples, in nanoseconds since an instant, and whether one segment has
    /// all of them.
    /// - Parameter start: the place of the first sample's segment.
    func span(
        of indices: ClosedRange<Int64>, from start: Int, since instant: Instant
    ) -> (ClosedRange<Double>, isOneLine: Bool) {
        let first = time(of: indices.lowerBound, in: start, since: instant)
        var (low, high, place, next) = (first, first, start, indices.lowerBound)
        while true {
            let last = min(indices.upperBound, segments[place].lastIndex)
            for index in [next, last] {
                let time = time(of: index, in: place, since: instant)
                (low, high) = (min(low, time), max(high, time))
            }
            guard last < indices.upperBound, place + 1 < segments.count else { break }
            place += 1
            next = last + 1
        }
        return (low...high, place == start)
    }
}
