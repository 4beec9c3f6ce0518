import Timebase

/// Part of a stream's clock segments, in order, for going from sample index to time and back.
struct StreamTimeline {
    /// By first index; none reaches past the next one or past the last stored sample.
    let segments: [ClockSegment]

    init() { segments = [] }

    /// - Parameters:
    ///   - segments: by first index, each of them possible.
    ///   - reachesTheEnd: whether the stream's last segment is among them. It then reaches to the
    ///     last stored sample, since the newest samples of a recording may be ahead of it.
    ///   - sampleCount: how many samples the stream has.
    init(segments: [ClockSegment], reachesTheEnd: Bool, sampleCount: Int64) {
        var kept: [ClockSegment] = []
        kept.reserveCapacity(segments.count)
        for (place, var segment) in segments.enumerated() where segment.firstIndex < sampleCount {
            if place + 1 < segments.count {
                segment.lastIndex = min(segment.lastIndex, segments[place + 1].firstIndex - 1)
            } else if reachesTheEnd {
                segment.lastIndex = sampleCount - 1
            }
            segment.lastIndex = min(segment.lastIndex, sampleCount - 1)
            kept.append(segment)
        }
        self.segments = kept
    }

    /// The indices of the segment's samples in `from..<to`; nil where there are none.
    static func indices(
        of segment: ClockSegment, from: Instant, to: Instant
    ) -> ClosedRange<Int64>? {
        let first = index(atOrAfter: from, in: segment)
        let end = index(atOrAfter: to, in: segment)
        return first < end ? first...(end - 1) : nil
    }

    /// The first sample of the segment at or after a time; one past its last where there is none.
    private static func index(atOrAfter time: Instant, in segment: ClockSegment) -> Int64 {
        // Times never go back along a line. Searched instead of computed, since times are rounded
        // to whole nanoseconds and a stranger's period may be so small that many are equal.
        var (low, high) = (segment.firstIndex, segment.lastIndex + 1)
        while low < high {
            let middle = low + (high - low) / 2
            if segment.time(of: middle) >= time { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The stream's samples in `from..<to`, from the first to the last; nil where there are none.
    func indices(from: Instant, to: Instant) -> ClosedRange<Int64>? {
        var found: ClosedRange<Int64>?
        for segment in segments {
            guard let part = Self.indices(of: segment, from: from, to: to) else { continue }
            if let known = found {
                found =
                    min(known.lowerBound, part.lowerBound)...max(known.upperBound, part.upperBound)
            } else {
                found = part
            }
        }
        return found
    }

    /// Times of consecutive samples. One that no segment covers lies on the line before it.
    func times(_ indices: ClosedRange<Int64>) -> [Instant] {
        var times: [Instant] = []
        times.reserveCapacity(Int(clamping: indices.upperBound - indices.lowerBound + 1))
        guard var segment = segments.first else { return times }
        var next = 1
        for index in indices {
            while next < segments.count, segments[next].firstIndex <= index {
                segment = segments[next]
                next += 1
            }
            times.append(segment.time(of: index))
        }
        return times
    }
}

extension ClockSegment {
    /// Whether the numbers can be those of a segment, so that arithmetic with them never overflows.
    var isPossible: Bool {
        firstIndex >= 0 && firstIndex <= lastIndex && lastIndex <= SampleBounds.index
            && period.isFinite && period >= 0
    }
}
