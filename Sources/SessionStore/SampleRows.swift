import GRDB
import Timebase

/// Reads samples and clock segments, inside one access to the database.
struct SampleRows {
    let database: Database
    let path: String
    let decoder: ChunkDecoder
    /// Takes the place of the file's own segments; nil where these count.
    var stored: StoredAlignment?

    func statement(_ sql: String) throws(SessionStoreError) -> RowStatement {
        try RowStatement(database, sql, path: path)
    }

    func sampleCount(_ stream: Int64) throws(SessionStoreError) -> Int64 {
        let row = try statement(
            """
            SELECT first_index + sample_count FROM chunks WHERE stream_id = ?
              ORDER BY first_index DESC LIMIT 1
            """)
        try row.bind(1, stream)
        defer { row.reset() }
        guard try row.step() else { return 0 }
        let count = row.integer(0)
        guard count >= 0, count <= SampleBounds.index else {
            throw .damaged(path, "stream \(stream) cannot have \(count) samples")
        }
        return count
    }

    private static let segmentColumns = """
        SELECT first_index, last_index, origin_ns, period_ns, bound_ns, method, drift_ppm, jitter_ns
          FROM clock_segments WHERE stream_id = ?1
        """

    /// The segments that may hold samples of `from..<to`.
    func timeline(
        _ stream: Int64, from: Instant, to: Instant
    ) throws(SessionStoreError) -> StreamTimeline {
        if let stored {
            let part = stored.segments(stream, from: from, to: to)
            return try timeline(stream, part)
        }
        let row = try statement(
            Self.segmentColumns + """
                 AND origin_ns < ?3 AND origin_ns >= coalesce((SELECT max(origin_ns)
                FROM clock_segments WHERE stream_id = ?1 AND origin_ns <= ?2), ?2)
                ORDER BY first_index
                """)
        try row.bind(1, stream)
        try row.bind(2, from)
        try row.bind(3, to)
        return try reachingToTheEnd(stream, segments(row))
    }

    /// The segments of a range of samples.
    func timeline(
        _ stream: Int64, _ indices: ClosedRange<Int64>
    ) throws(SessionStoreError) -> StreamTimeline {
        if let stored { return try timeline(stream, stored.segments(stream, indices)) }
        let row = try statement(
            Self.segmentColumns + """
                 AND first_index <= ?3 AND first_index >= coalesce((SELECT max(first_index)
                FROM clock_segments WHERE stream_id = ?1 AND first_index <= ?2), ?2)
                ORDER BY first_index
                """)
        try row.bind(1, stream)
        try row.bind(2, indices.lowerBound)
        try row.bind(3, indices.upperBound)
        return try reachingToTheEnd(stream, segments(row))
    }

    private func timeline(
        _ stream: Int64, _ part: (segments: [ClockSegment], reachesTheEnd: Bool)
    ) throws(SessionStoreError) -> StreamTimeline {
        StreamTimeline(
            segments: part.segments, reachesTheEnd: part.reachesTheEnd,
            sampleCount: try sampleCount(stream))
    }

    /// All segments of a stream, as stored.
    func segments(_ stream: Int64) throws(SessionStoreError) -> [ClockSegment] {
        if let stored { return stored.segments(stream) }
        let row = try statement(Self.segmentColumns + " ORDER BY first_index")
        try row.bind(1, stream)
        return try segments(row)
    }

    private func segments(_ row: RowStatement) throws(SessionStoreError) -> [ClockSegment] {
        var segments: [ClockSegment] = []
        while try row.step() {
            let segment = row.segment()
            guard segment.isPossible, segment.firstIndex > segments.last?.firstIndex ?? -1 else {
                row.reset()
                throw .damaged(path, "a clock segment is impossible")
            }
            segments.append(segment)
        }
        return segments
    }

    private func reachingToTheEnd(
        _ stream: Int64, _ segments: [ClockSegment]
    ) throws(SessionStoreError) -> StreamTimeline {
        guard let last = segments.last else { return StreamTimeline() }
        let row = try statement(
            "SELECT max(first_index) FROM clock_segments WHERE stream_id = ?")
        try row.bind(1, stream)
        let isLast = try row.step() && row.integer(0) == last.firstIndex
        row.reset()
        return StreamTimeline(
            segments: segments, reachesTheEnd: isLast, sampleCount: try sampleCount(stream))
    }

    /// Whether a stream's times come from its packets: each has its own, or no line is known.
    func isStamped(_ stream: StreamDescription) throws(SessionStoreError) -> Bool {
        if stream.clock == .stamped { return true }
        if let stored { return stored.segments(stream.id).first?.isStamped ?? true }
        let row = try statement(
            "SELECT method FROM clock_segments WHERE stream_id = ? ORDER BY first_index LIMIT 1")
        try row.bind(1, stream.id)
        defer { row.reset() }
        return try !row.step() || row.text(0) == ClockSegment.stampedMethod
    }

    /// Hands out the chunks that hold a range of samples, with the values of one or all channels. Each of them holds
    /// some of the range.
    func forEachChunk(
        _ stream: StreamDescription, _ indices: ClosedRange<Int64>, channel: Int? = nil,
        _ body: (_ chunk: Range<Int64>, _ columns: [SampleColumn]) -> Void
    ) throws(SessionStoreError) {
        let row = try statement(
            """
            SELECT first_index, sample_count, data FROM chunks WHERE stream_id = ?1
              AND first_index <= ?3 AND first_index >= (SELECT max(first_index) FROM chunks
                WHERE stream_id = ?1 AND first_index <= ?2) ORDER BY first_index
            """)
        try row.bind(1, stream.id)
        try row.bind(2, indices.lowerBound)
        try row.bind(3, indices.upperBound)
        defer { row.reset() }
        var next: Int64?
        while try row.step() {
            let (chunk, columns) = try chunk(row, stream, channel)
            // A stranger's first chunk may end before the range.
            guard chunk.lowerBound == next ?? chunk.lowerBound,
                chunk.upperBound > indices.lowerBound
            else {
                throw .damaged(path, "a chunk of stream \(stream.name) is missing")
            }
            next = chunk.upperBound
            body(chunk, columns)
        }
        guard let next, next > indices.upperBound else {
            throw .damaged(path, "a chunk of stream \(stream.name) is missing")
        }
    }

    /// The ordinals and the values in a row that begins with `first_index, sample_count, data`.
    private func chunk(
        _ row: RowStatement, _ stream: StreamDescription, _ channel: Int?
    ) throws(SessionStoreError) -> (Range<Int64>, [SampleColumn]) {
        let first = row.integer(0)
        if let indices = SampleBounds.indices(first: first, count: row.integer(1)) {
            let columns: [SampleColumn]?
            if let channel {
                columns =
                    unsafe decoder.column(
                        row.blob(2), count: indices.count, channel: channel,
                        of: stream.channels.count
                    )
                    .flatMap { $0.isKept(as: stream.channels[channel].storage) ? [$0] : nil }
            } else {
                columns = unsafe decoder.columns(
                    row.blob(2), count: indices.count, channels: stream.channels)
            }
            if let columns { return (indices, columns) }
        }
        throw .damaged(path, "chunk \(first) of stream \(stream.name) cannot be read")
    }

    /// Hands out the chunks with packets in `from..<to`, with a time for each sample from its packet.
    func forEachStampedChunk(
        _ stream: StreamDescription, from: Instant, to: Instant, channel: Int? = nil,
        _ body: (_ first: Int64, _ times: [Instant], _ columns: [SampleColumn]) -> Void
    ) throws(SessionStoreError) {
        let row = try statement(
            """
            SELECT first_index, sample_count, data, packets FROM chunks WHERE stream_id = ?1
              AND first_arrival_ns < ?3 AND first_arrival_ns >= coalesce((SELECT
                max(first_arrival_ns) FROM chunks WHERE stream_id = ?1 AND first_arrival_ns < ?2),
                ?2) ORDER BY first_index
            """)
        try row.bind(1, stream.id)
        try row.bind(2, from)
        try row.bind(3, to)
        defer { row.reset() }
        var next: Int64?
        while try row.step() {
            let (chunk, columns) = try chunk(row, stream, channel)
            let packets = unsafe decoder.packets(row.blob(3), count: chunk.count)
            guard let packets, chunk.lowerBound == next ?? chunk.lowerBound else {
                throw .damaged(
                    path, "chunk \(chunk.lowerBound) of stream \(stream.name) cannot be read")
            }
            next = chunk.upperBound
            body(chunk.lowerBound, packets.times(chunk.count), columns)
        }
    }
}

extension [SamplePacket] {
    /// The arrival of each sample's packet.
    func times(_ count: Int) -> [Instant] {
        var times: [Instant] = []
        times.reserveCapacity(count)
        for packet in self {
            for _ in 0..<packet.count { times.append(packet.arrival) }
        }
        return times
    }
}
