import Timebase

/// One alignment of a review file: who made it and out of what.
public struct AlignmentEntry: Hashable, Sendable {
    /// Its number; later ones have larger ones.
    public var id: Int64
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    public var softwareVersion: String
    /// Name and version of the estimator.
    public var method: String
    /// Why it was made, in words.
    public var reason: String
    /// The session, and the SHA-256 of the file that it was computed from.
    public var session: String
    public var sessionSHA256: String
    /// JSON: streams whose times stayed as they were, with the reason.
    public var detail: String
}

/// An alignment with all its rows, in memory.
struct StoredAlignment: Sendable {
    let entry: AlignmentEntry
    /// By stream, in order.
    private let segments: [Int64: [ClockSegment]]
    /// By stream, ordinal and start.
    private let gaps: [StreamGap]

    init(entry: AlignmentEntry, segments: [Int64: [ClockSegment]], gaps: [StreamGap]) {
        self.entry = entry
        self.segments = segments
        self.gaps = gaps
    }

    func gaps(_ stream: Int64?) -> [StreamGap] {
        guard let stream else { return gaps }
        return gaps.filter { $0.stream == stream }
    }

    func segments(_ stream: Int64) -> [ClockSegment] { segments[stream] ?? [] }

    /// How many rows stand in for a table of the session file; nil for other tables.
    func count(of table: CountedTable) -> Int64? {
        switch table {
        case .clockSegments: segments.values.reduce(0) { $0 + Int64($1.count) }
        case .gaps: Int64(gaps.count)
        default: nil
        }
    }

    /// The segments of a range of samples, and whether the stream's last is among them.
    func segments(
        _ stream: Int64, _ indices: ClosedRange<Int64>
    ) -> (segments: [ClockSegment], reachesTheEnd: Bool) {
        part(stream) { segments in
            let first = segments.firstPlace { $0.firstIndex > indices.lowerBound }
            let end = segments.firstPlace { $0.firstIndex > indices.upperBound }
            return max(0, first - 1)..<max(end, first - 1, 0)
        }
    }

    /// The segments that may hold samples of `from..<to`.
    func segments(
        _ stream: Int64, from: Instant, to: Instant
    ) -> (segments: [ClockSegment], reachesTheEnd: Bool) {
        part(stream) { segments in
            let first = segments.firstPlace { $0.origin > from }
            let end = segments.firstPlace { $0.origin >= to }
            // One more on each side: at a seam, two may begin within each other's bounds.
            return max(0, first - 2)..<min(segments.count, max(end, first) + 1)
        }
    }

    private func part(
        _ stream: Int64, _ range: ([ClockSegment]) -> Range<Int>
    ) -> ([ClockSegment], Bool) {
        guard let segments = segments[stream], !segments.isEmpty else { return ([], false) }
        let range = range(segments)
        return (Array(segments[range]), range.upperBound == segments.count)
    }
}

extension [ClockSegment] {
    /// The first place from which on a condition holds, where it holds for all behind it too.
    fileprivate func firstPlace(_ holds: (ClockSegment) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
