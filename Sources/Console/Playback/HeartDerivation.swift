import Measures
import SessionStore
import Synchronization
import Timebase

/// Heart rate and intervals of one session, from the source that its track names.
///
/// R peaks are looked for tile by tile, and what was found once is kept: a few bytes a beat. Any thread
/// may use it; one computes at a time.
final class HeartDerivation: Sendable {
    private struct State {
        /// R peaks by the number of the tile, of those tiles that will not change any more.
        var tiles: [Int64: [Instant]] = [:]
        /// The whole series of a session that does not grow.
        var series: HeartRateSeries?
        /// All R peaks as found, of a session that does not grow.
        var found: [Instant]?
    }

    private let track: PlaybackTrack
    private let corrections: SignalCorrections
    private let state = Mutex(State())
    /// Tiles whose samples are read at once.
    private static let together: Int64 = 12

    init(track: PlaybackTrack, corrections: SignalCorrections) {
        self.track = track
        self.corrections = corrections
    }

    /// The session's whole series, as far as it is recorded.
    /// - Parameter isFinal: whether the session does not grow any more.
    func series(_ reader: SessionReader, isFinal: Bool) throws -> HeartRateSeries {
        try state.withLock { state in
            if let series = state.series { return series }
            let series = try make(reader, isFinal: isFinal, &state)
            if isFinal { state.series = series }
            return series
        }
    }

    /// The R peaks of a stretch: as found, and as they count with what people corrected. Those within
    /// artefacts are among them; intervals leave them out.
    /// - Parameter isFinal: whether the session does not grow any more.
    func peaks(
        _ reader: SessionReader, from: Instant, to: Instant, isFinal: Bool
    ) throws -> (found: [Instant], corrected: [Instant]) {
        guard case .peaks = track.source, let stream = track.stream,
            let range = try reader.timeRange(of: stream)
        else { return ([], []) }
        let all = try state.withLock { try found(reader, range, isFinal: isFinal, &$0) }
        let corrected = corrections.heartbeats(stream: stream, channel: track.channelName)
            .apply(to: all)
        func part(_ peaks: [Instant]) -> [Instant] {
            Array(peaks[peaks.place(of: from)..<peaks.place(of: to)])
        }
        return (part(all), part(corrected))
    }

    private func found(
        _ reader: SessionReader, _ range: (first: Instant, last: Instant), isFinal: Bool,
        _ state: inout State
    ) throws -> [Instant] {
        if let known = state.found { return known }
        let peaks = try peaks(reader, range, isFinal: isFinal, &state)
        if isFinal {
            state.found = peaks
            state.tiles = [:]
        }
        return peaks
    }

    private func make(
        _ reader: SessionReader, isFinal: Bool, _ state: inout State
    ) throws -> HeartRateSeries {
        guard let stream = track.stream, let range = try reader.timeRange(of: stream)
        else { return HeartRateSeries(peaks: []) }
        let own = corrections.heartbeats(stream: stream, channel: track.channelName)
        if case .intervals(let scale) = track.source {
            return try deviceSeries(reader, range, scale, own.artefacts)
        }
        let peaks = try found(reader, range, isFinal: isFinal, &state)
        return HeartRateSeries(
            peaks: peaks, gaps: try reader.gaps(stream).map(\.gap), corrections: own)
    }

    private func deviceSeries(
        _ reader: SessionReader, _ range: (first: Instant, last: Instant), _ scale: Double,
        _ artefacts: [Range<Instant>]
    ) throws -> HeartRateSeries {
        guard let stream = track.stream, let channel = track.channel else {
            return HeartRateSeries(peaks: [])
        }
        let window = try reader.window(
            stream, channel: channel, from: range.first, to: range.last + 1)
        return HeartRateSeries(
            times: window.times, lengths: window.physical(0).map { $0 * scale },
            artefacts: artefacts)
    }

    private func peaks(
        _ reader: SessionReader, _ range: (first: Instant, last: Instant), isFinal: Bool,
        _ state: inout State
    ) throws -> [Instant] {
        let first = Self.number(range.first)
        let last = Self.number(range.last)
        // A stream whose clock jumped by years would be all tiles; no session is that long.
        guard last - first < 1_000_000 else { return [] }
        var peaks: [Instant] = []
        var next = first
        while next <= last {
            if let known = state.tiles[next] {
                peaks += known
                next += 1
                continue
            }
            var end = next
            while end <= last, end < next + Self.together, state.tiles[end] == nil { end += 1 }
            for (number, found) in try find(reader, next..<end) {
                peaks += found
                let isComplete =
                    isFinal || HeartbeatTile(number: number).end + 5_000_000_000 < range.last
                if isComplete { state.tiles[number] = found }
            }
            next = end
        }
        return peaks
    }

    private func find(
        _ reader: SessionReader, _ numbers: Range<Int64>
    ) throws -> [(Int64, [Instant])] {
        guard let stream = track.stream, let channel = track.channel else { return [] }
        let window = try reader.window(
            stream, channel: channel,
            from: HeartbeatTile(number: numbers.lowerBound).start + -HeartbeatTile.margin,
            to: HeartbeatTile(number: numbers.upperBound).start + HeartbeatTile.margin)
        let values = window.physical(0)
        return numbers.map { number in
            var tile = HeartbeatTile(number: number)
            let from = window.times.place(of: tile.start + -HeartbeatTile.margin)
            let to = window.times.place(of: tile.end + HeartbeatTile.margin)
            if from < to {
                tile.find(in: Array(values[from..<to]), times: Array(window.times[from..<to]))
            }
            return (number, tile.peaks)
        }
    }

    private static func number(_ time: Instant) -> Int64 {
        let (number, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: HeartbeatTile.length)
        return rest < 0 ? number - 1 : number
    }
}

extension [Instant] {
    /// The place of the first moment at or after another, where all are in order.
    func place(of time: Instant) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] >= time { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
