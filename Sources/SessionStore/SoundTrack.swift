import Timebase

/// A stream of sound laid out as one file: its samples exactly as stored, and silence where some are
/// missing, so that a place in the file is a moment of the session.
///
/// Samples are not resampled: the file runs at the nominal rate, the sound card ran at its own. `pieces`
/// tell the true time of each place; by how much the file's own time runs away from it is
/// `largestDrift`. Behind a gap the two are brought together again, as far as its silence allows.
public struct SoundTrack: Hashable, Sendable {
    /// Samples on one line of the stream's clock, one after another in the file.
    public struct Piece: Hashable, Sendable {
        /// The stream that they are of.
        public var stream: Int64
        /// Ordinal of the first sample in the stream, and how many there are.
        public var firstIndex: Int64
        public var count: Int64
        /// Place of the first sample in the file, in samples.
        public var position: Int64
        /// Samples of silence right before it.
        public var silence: Int64
        /// Time of the first sample.
        public var time: Instant
        /// Nanoseconds from sample to sample.
        public var period: Double
        /// 95% bound of the times, in nanoseconds.
        public var bound: Int64

        /// The place behind the last sample.
        public var end: Int64 { position + count }

        /// The time behind the last sample.
        var until: Instant { time + Int64(clamping: (Double(count) * period).rounded()) }

        /// The piece without its samples before a time; nil where none are left.
        func from(_ time: Instant) -> Piece? {
            let dropped = Int64(clamping: (Double(time - self.time) / period).rounded(.up))
            guard dropped > 0 else { return self }
            guard dropped < count else { return nil }
            var rest = self
            rest.firstIndex += dropped
            rest.count -= dropped
            rest.time = self.time + Int64(clamping: (Double(dropped) * period).rounded())
            return rest
        }
    }

    /// The stream's name; those of several with `+` between them.
    public let name: String
    /// Samples a second of the file.
    public let rate: Int
    public let pieces: [Piece]
    /// Samples of the file, silence included.
    public var length: Int64 { pieces.last?.end ?? 0 }
    /// The time of the first sample.
    public var start: Instant { pieces.first?.time ?? Instant(nanoseconds: 0) }
    /// The largest 95% bound of the pieces' times, in nanoseconds.
    public var bound: Int64 { pieces.map(\.bound).max() ?? 0 }

    /// Lays out a stream of sound; nil for any other, and for one without samples.
    public init?(
        _ reader: SessionReader, stream: StreamDescription
    ) throws(SessionStoreError) {
        guard let rate = stream.audioRate else { return nil }
        let count = try reader.sampleCount(of: stream.id)
        guard count > 0, let start = try reader.time(of: 0, in: stream.id) else { return nil }
        var segments = StreamTimeline(
            segments: try reader.clockSegments(stream.id).filter { $0.period > 0 },
            reachesTheEnd: true, sampleCount: count
        ).segments
        if segments.first?.firstIndex != 0 {
            // Nothing is known of its clock yet: what the rate says.
            segments = [
                ClockSegment(
                    firstIndex: 0, lastIndex: count - 1, origin: start, period: 1e9 / Double(rate),
                    bound: stream.delayUncertainty, method: "")
            ]
        }
        let gaps = Set(try reader.gaps(stream.id).map { $0.gap.afterIndex + 1 })
        name = stream.name
        self.rate = rate
        pieces = Self.layout(segments, of: stream.id, gaps: gaps, count: count, rate: rate)
    }

    init(name: String, rate: Int, pieces: [Piece]) {
        self.name = name
        self.rate = rate
        self.pieces = pieces
    }

    /// The sound of a session: a stream by its name, or all of it joined; nil where there is none.
    public static func of(
        _ reader: SessionReader, stream name: String?
    ) throws(SessionStoreError) -> SoundTrack? {
        var tracks: [SoundTrack] = []
        for stream in try reader.streams() where name == nil || stream.name == name {
            if let track = try SoundTrack(reader, stream: stream) { tracks.append(track) }
        }
        return joining(tracks)
    }

    /// All sound of a session in one file: a page that was loaded again, and a microphone that another one
    /// took the place of, are streams of their own. nil without any.
    ///
    /// Where two are there at a time, the one that was first goes on. Streams of another rate than the
    /// longest one's are left out, since nothing is resampled.
    public static func joining(_ tracks: [SoundTrack]) -> SoundTrack? {
        guard let longest = tracks.max(by: { $0.length < $1.length }) else { return nil }
        let joined = tracks.filter { $0.rate == longest.rate }.sorted { $0.start < $1.start }
        guard joined.count > 1, let start = joined.first?.start else { return longest }
        var pieces: [Piece] = []
        for piece in joined.flatMap(\.pieces).sorted(by: { $0.time < $1.time }) {
            guard let last = pieces.last else {
                pieces.append(piece)
                continue
            }
            let isSame = last.stream == piece.stream
            guard var next = isSame ? piece : piece.from(last.until) else { continue }
            let follows = isSame && next.firstIndex == last.firstIndex + last.count
            if !follows || piece.silence > 0 {
                let due = Double(next.time - start) * Double(longest.rate) / 1e9
                next.silence = silence(until: due, after: last.end)
            }
            next.position = last.end + next.silence
            // Only a damaged file is as long as this, and positions must not overflow.
            guard next.position <= SampleBounds.index else { break }
            pieces.append(next)
        }
        return SoundTrack(
            name: joined.map(\.name).joined(separator: "+"), rate: longest.rate, pieces: pieces)
    }

    /// - Parameter gaps: the samples before which some are missing.
    static func layout(
        _ segments: [ClockSegment], of stream: Int64, gaps: Set<Int64>, count: Int64, rate: Int
    ) -> [Piece] {
        guard let start = segments.first?.origin else { return [] }
        var pieces: [Piece] = []
        for (place, segment) in segments.enumerated() {
            let next = place + 1 < segments.count ? segments[place + 1].firstIndex : count
            let end = pieces.last?.end ?? 0
            var silence: Int64 = 0
            if place > 0, gaps.contains(segment.firstIndex) {
                let due = Double(segment.origin - start) * Double(rate) / 1e9
                silence = Self.silence(until: due, after: end)
            }
            pieces.append(
                Piece(
                    stream: stream, firstIndex: segment.firstIndex,
                    count: next - segment.firstIndex,
                    position: end + silence, silence: silence, time: segment.origin,
                    period: segment.period, bound: segment.bound))
        }
        return pieces
    }

    /// By how much a place's time by the file's rate is off its true one, at most, in nanoseconds.
    public var largestDrift: Int64 {
        let period = 1e9 / Double(rate)
        return pieces.flatMap { piece in
            [Int64(0), piece.count - 1].map { sample in
                let byFile = Double(piece.position + sample) * period
                let byClock = Double(piece.time - start) + Double(sample) * piece.period
                return Int64(clamping: abs(byFile - byClock).rounded(.up))
            }
        }.max() ?? 0
    }

    /// Samples of silence up to the place that is due; no file has more than `SampleBounds.index`.
    private static func silence(until due: Double, after end: Int64) -> Int64 {
        max(0, min(Int64(clamping: due.rounded()), SampleBounds.index) - end)
    }

    /// The time of a place in the file; within silence that of the samples around it, by the rate.
    /// - Parameter position: within `0...length`; what lies outside counts as the nearest end.
    public func time(of position: Int64) -> Instant {
        let position = min(max(position, 0), length)
        let piece = pieces.last { $0.position <= position } ?? pieces.first
        guard let piece else { return start }
        let period = position < piece.end ? piece.period : 1e9 / Double(rate)
        let from = position < piece.end ? piece.position : piece.end - 1
        let origin =
            position < piece.end
            ? piece.time
            : piece.time + Int64(clamping: ((Double(piece.count) - 1) * piece.period).rounded())
        return origin + Int64(clamping: (Double(position - from) * period).rounded())
    }

    /// The samples of a stretch of the file.
    /// - Parameter positions: within `0..<length`; what lies outside is left out.
    public func samples(
        _ positions: Range<Int64>, of reader: SessionReader
    ) throws(SessionStoreError) -> [Int16] {
        let wanted = positions.clamped(to: 0..<length)
        var result = [Int16](repeating: 0, count: wanted.count)
        for piece in pieces {
            let part = wanted.clamped(to: piece.position..<piece.end)
            guard let first = part.first, let last = part.last else { continue }
            let offset = piece.firstIndex - piece.position
            let values = try reader.integers(
                of: piece.stream, (first + offset)...(last + offset))
            for (place, value) in values.enumerated() {
                result[Int(first - wanted.lowerBound) + place] = Int16(clamping: value)
            }
        }
        return result
    }
}

extension SessionReader {
    /// The raw values of a range of samples of a stream with one channel of whole numbers.
    fileprivate func integers(
        of stream: Int64, _ indices: ClosedRange<Int64>
    ) throws(SessionStoreError) -> [Int64] {
        try samples(stream) { rows, stream throws(SessionStoreError) in
            var values: [Int64] = []
            values.reserveCapacity(indices.count)
            try rows.forEachChunk(stream, indices, channel: 0) { chunk, columns in
                guard case .integers(let column) = columns[0] else { return }
                let part = chunk.clamped(to: indices.lowerBound..<indices.upperBound + 1)
                let start = Int(part.lowerBound - chunk.lowerBound)
                values.append(contentsOf: column[start..<start + part.count])
            }
            return values
        }
    }
}
