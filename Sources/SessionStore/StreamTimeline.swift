import Timebase

/// Part of a stream's clock segments, in order, for going from sample index to time and back.
struct StreamTimeline {
    /// By first index; where the stream's last one is among them it reaches to the last stored
    /// sample, since the newest samples of a recording may be ahead of their segment.
    let segments: [ClockSegment]

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
        let last = segment.lastIndex
        guard segment.period > 0 else {
            return segment.origin >= time ? segment.firstIndex : last + 1
        }
        let steps = (Double(time - segment.origin) / segment.period).rounded(.up)
        let count = Double(last - segment.firstIndex + 1)
        var index = segment.firstIndex + Int64(clamping: min(max(steps, 0), count))
        // Times are rounded to whole nanoseconds, so that the neighbour may be the right one.
        while index > segment.firstIndex && segment.time(of: index - 1) >= time { index -= 1 }
        while index <= last && segment.time(of: index) < time { index += 1 }
        return index
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
