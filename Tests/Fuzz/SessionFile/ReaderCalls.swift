import Timebase

@testable import SessionStore

/// What a program may ask of an open session file. Errors are fine; a result that does not hold together is not.
struct ReaderCalls {
    let reader: SessionReader
    /// Which stretch of time is asked for: two of `edges`.
    let stretch: Int

    /// Most streams that are read.
    private static let mostStreams = 10

    /// Asks for everything.
    func all() {
        for call in Self.rows { attempt { try call(reader) } }
        var tracks: [SoundTrack] = []
        for stream in (attempt { try reader.streams() } ?? []).prefix(Self.mostStreams) {
            for call in Self.ofStreams { attempt { try call(self, stream) } }
            if let track = attempt({ try SoundTrack(reader, stream: stream) }) ?? nil {
                read(track)
                tracks.append(track)
            }
        }
        if let joined = SoundTrack.joining(tracks) { read(joined) }
    }

    /// Asks for one thing alone, of the stream at a place where it is one of a stream.
    func one(_ number: Int, stream place: Int) {
        let number = number % (Self.rows.count + Self.ofStreams.count + 1)
        if number < Self.rows.count {
            attempt { try Self.rows[number](reader) }
            return
        }
        let streams = attempt { try reader.streams() } ?? []
        guard !streams.isEmpty else { return }
        let stream = streams[place % min(streams.count, Self.mostStreams)]
        if number - Self.rows.count < Self.ofStreams.count {
            attempt { try Self.ofStreams[number - Self.rows.count](self, stream) }
        } else if let track = attempt({ try SoundTrack(reader, stream: stream) }) ?? nil {
            read(track)
        }
    }

    // MARK: - Rows

    private static let rows: [@Sendable (SessionReader) throws -> Void] = [
        { _ = try $0.session() },
        { _ = try $0.gaps() },
        { _ = try $0.timeTriples() },
        { _ = try $0.clockObservations() },
        { _ = try $0.faults() },
        { reader in
            for table in CountedTable.allCases { attempt { try reader.count(of: table) } }
        },
        { _ = try $0.events() },
        { _ = try $0.events(of: ["mark", "chat"], from: Instant(nanoseconds: 0)) },
        { _ = try $0.turns() },
        { _ = try $0.keystrokes() },
        { _ = try $0.draftEdits() },
        { _ = try $0.phases() },
        { _ = try $0.audit() },
        { _ = try $0.auditHead() },
        { _ = try $0.verifiedAudit() },
        { _ = try $0.changes() },
        { _ = try $0.auditRows() },
    ]

    // MARK: - Streams

    private static let ofStreams: [@Sendable (ReaderCalls, StreamDescription) throws -> Void] = [
        { _ = try $0.reader.gaps($1.id) },
        { _ = try $0.reader.clockSegments($1.id) },
        { _ = try $0.reader.keystrokes($1.id) },
        { $0.readTimes(of: $1) },
        { try $0.readWindow(of: $1) },
        { $0.readChannels(of: $1) },
        { $0.readOverviews(of: $1, pixels: 1) },
        { $0.readOverviews(of: $1, pixels: 40) },
        { $0.readOverviews(of: $1, pixels: 2000) },
        { try $0.readChunks(of: $1) },
    ]

    /// Two instants: those of the stream, of the recording, or any.
    private func times(_ stream: StreamDescription) -> (from: Instant, to: Instant) {
        let range = attempt { try reader.timeRange(of: stream.id) } ?? nil
        let recorded = Instant(nanoseconds: 1_000_000_000_000)
        let first = range?.first ?? recorded
        let last = range?.last ?? recorded + 60_000_000_000
        let edges = [
            first, last, last + 1, first + 1_500_000_000, recorded,
            Instant(nanoseconds: 0), Instant(nanoseconds: .min), Instant(nanoseconds: .max),
        ]
        return (edges[stretch & 7], edges[stretch >> 3 & 7 ^ 2])
    }

    private func readTimes(of stream: StreamDescription) {
        let count = attempt { try reader.sampleCount(of: stream.id) } ?? 0
        for index in [0, count / 2, count - 1, count, .max, .min] {
            attempt { try reader.time(of: index, in: stream.id) }
        }
        attempt { try reader.index(atOrAfter: times(stream).from, in: stream.id) }
    }

    private func readWindow(of stream: StreamDescription) throws {
        let (from, to) = times(stream)
        check(try reader.window(stream.id, from: from, to: to))
    }

    private func readChannels(of stream: StreamDescription) {
        let (from, to) = times(stream)
        for channel in stream.channels.indices.prefix(3) {
            let window = attempt {
                try reader.window(stream.id, channel: channel, from: from, to: to)
            }
            if let window { check(window) }
        }
    }

    private func readOverviews(of stream: StreamDescription, pixels: Int) {
        let (from, to) = times(stream)
        for channel in stream.channels.indices.prefix(3) {
            let overview = attempt {
                try reader.overview(
                    stream.id, channel: channel, from: from, to: to, pixels: pixels)
            }
            guard let overview else { continue }
            if overview.minimum.count != pixels || overview.physical().maximum.count != pixels {
                fatalError("\(overview.minimum.count) of \(pixels) pixels")
            }
        }
    }

    private func readChunks(of stream: StreamDescription) throws {
        var left = 50
        try reader.forEachChunk(of: stream.id) { window in
            check(window)
            if window.packets.reduce(0, { $0 + $1.count }) != window.count {
                fatalError("packets of other than \(window.count) samples")
            }
            left -= 1
            return left > 0
        }
    }

    private func check(_ window: SampleWindow) {
        if window.columns.contains(where: { $0.count != window.times.count })
            || window.columns.count != window.channels.count || window.firstIndex < 0
        {
            fatalError("a window of \(window.times.count) samples with other columns")
        }
        for channel in window.channels.indices { _ = window.physical(channel) }
    }

    // MARK: - Sound

    private func read(_ track: SoundTrack) {
        if track.length < 0 { fatalError("a track of \(track.length) samples") }
        _ = (track.bound, track.largestDrift, track.start)
        for position in [0, track.length / 2, track.length, .max, .min] {
            _ = track.time(of: position)
            let end = position.addingReportingOverflow(1000)
            guard !end.overflow else { continue }
            attempt { try track.samples(position..<end.partialValue, of: reader) }
        }
    }
}
