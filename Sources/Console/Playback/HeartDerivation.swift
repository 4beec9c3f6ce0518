import Measures
import SessionStore
import Synchronization
import Timebase

/// Heart rate and intervals of one session, from the source that its track names.
///
/// R peaks are found as for measures, block by block, and what was found once is kept: a few bytes a beat. Any
/// thread may use it; one computes at a time.
final class HeartDerivation: Sendable {
    private struct State {
        var finder: HeartbeatFinder?
        /// The whole series of a session that does not grow.
        var series: HeartRateSeries?
        /// All R peaks as found, of a session that does not grow.
        var found: [Instant]?
    }

    private let track: PlaybackTrack
    private let corrections: SignalCorrections
    private let stream: StreamDescription?
    private let state = Mutex(State())

    /// - Parameter stream: the track's own.
    init(track: PlaybackTrack, stream: StreamDescription?, corrections: SignalCorrections) {
        self.track = track
        self.stream = stream
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
            try reader.sampleCount(of: stream) > 0
        else { return ([], []) }
        let all = try state.withLock { try found(reader, isFinal: isFinal, &$0) }
        let corrected = corrections.heartbeats(stream: stream, channel: track.channelName)
            .apply(to: all)
        func part(_ peaks: [Instant]) -> [Instant] {
            Array(peaks[peaks.place(of: from)..<peaks.place(of: to)])
        }
        return (part(all), part(corrected))
    }

    private func found(
        _ reader: SessionReader, isFinal: Bool, _ state: inout State
    ) throws -> [Instant] {
        if let known = state.found { return known }
        guard let stream, let channel = track.channel else { return [] }
        if state.finder == nil { state.finder = HeartbeatFinder(stream, channel: channel) }
        let peaks = try state.finder?.runs(reader, keeps: !isFinal).flatMap(\.peaks) ?? []
        if isFinal { state.found = peaks }
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
        let peaks = try found(reader, isFinal: isFinal, &state)
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
}
