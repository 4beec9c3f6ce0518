import SessionStore
import Timebase

/// What a stream of a session amounts to.
public struct StreamStatistics: Hashable, Sendable {
    public var id: Int64
    public var name: String
    public var kind: String
    /// nil for streams without samples.
    public var samples: Int64?
    /// nil for streams that are not of keys.
    public var keystrokes: Int64?
    /// Samples a second.
    public var nominalRate: Double?
    /// Samples a second, time in gaps left out; nil where there is too little to tell.
    public var measuredRate: Double?
    /// Times of the first and the last sample or key.
    public var first: Instant?
    public var last: Instant?
    public var gaps: Int64
    /// Samples or keys lost in gaps, with the largest error of that number.
    public var lost: Int64
    public var lostBound: Int64
    /// Corrupt frames and the like.
    public var faults: Int64
    /// The largest 95% bound of its times, in nanoseconds; nil where it has no times.
    public var bound: Int64?

    /// Nanoseconds from the first sample or key to the last.
    public var duration: Int64? {
        guard let first, let last else { return nil }
        return last - first
    }

    /// The statistics of streams, in their order.
    public static func all(
        _ reader: SessionReader, _ streams: [StreamDescription]
    ) throws(SessionStoreError) -> [StreamStatistics] {
        let gaps = Dictionary(grouping: try reader.gaps(), by: \.stream)
        let faults = Dictionary(grouping: try reader.faults(), by: \.stream)
        var statistics: [StreamStatistics] = []
        for stream in streams {
            statistics.append(
                try StreamStatistics(
                    reader, stream, gaps: (gaps[stream.id] ?? []).map(\.gap),
                    faults: (faults[stream.id] ?? []).reduce(0) { $0 &+ $1.count }))
        }
        return statistics
    }

    private init(
        _ reader: SessionReader, _ stream: StreamDescription, gaps: [Gap], faults: Int64
    ) throws(SessionStoreError) {
        id = stream.id
        name = stream.name
        kind = stream.kind
        nominalRate = stream.nominalRate
        self.faults = faults
        self.gaps = Int64(gaps.count)
        lost = gaps.reduce(0) { $0 &+ $1.lost }
        lostBound = gaps.reduce(0) { $0 &+ $1.lostBound }
        let segments = try reader.clockSegments(stream.id)
        bound = segments.map(\.bound).max()
        if !stream.channels.isEmpty {
            let count = try reader.sampleCount(of: stream.id)
            samples = count
            if let range = try reader.timeRange(of: stream.id) {
                first = range.first
                last = range.last
                measuredRate = Self.rate(count, range.last - range.first, segments, gaps)
            }
        }
        let keys = try reader.keystrokes(stream.id)
        if stream.channels.isEmpty || !keys.isEmpty {
            if stream.kind == "keys" || !keys.isEmpty { keystrokes = Int64(keys.count) }
            if let pressed = keys.first?.pressed {
                first = min(first ?? pressed, pressed)
                last = max(last ?? pressed, keys.map(\.pressed).max() ?? pressed)
                bound = max(bound ?? 0, keys.map(\.bound).max() ?? 0)
            }
        }
    }

    /// By the lines of the clock segments; where there are none, by the samples between the gaps.
    private static func rate(
        _ count: Int64, _ duration: Int64, _ segments: [ClockSegment], _ gaps: [Gap]
    ) -> Double? {
        var steps = 0.0
        var nanoseconds = 0.0
        for segment in segments where !segment.isStamped && segment.period > 0 {
            let inside = Double(segment.lastIndex - segment.firstIndex)
            guard inside > 0 else { continue }
            steps += inside
            nanoseconds += inside * segment.period
        }
        if steps == 0 {
            let missing = gaps.reduce(0.0) { $0 + Double($1.end - $1.start) }
            steps = Double(count) - 1 - Double(gaps.count)
            nanoseconds = Double(duration) - missing
        }
        guard steps > 0, nanoseconds > 0 else { return nil }
        return steps * 1e9 / nanoseconds
    }
}
