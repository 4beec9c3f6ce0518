import SystemCalls
import Timebase

@testable import SessionStore

/// Reads a session file as one that a stranger sent, by everything that is open to programs. Errors are fine;
/// what ends the process, takes long or much memory is not, nor what leaves a trace.
struct FileReading {
    /// Who reads it, as bits 2 to 4 of an input's first byte say.
    enum Reader: Int {
        case newest, recorded, review, check, search, removal, alignment, again
    }

    let path: String
    let reader: Reader
    let stretch: Int

    init(path: String, mode: Int, stretch: Int) {
        self.path = path
        reader = Reader(rawValue: mode >> 2 & 7) ?? .newest
        self.stretch = stretch
    }

    func run() {
        let before = contents()
        switch reader {
        case .newest: readSession(.newest)
        case .recorded: readSession(.recorded)
        case .again: readSession(.number(1))
        case .review: readReview()
        case .check: attempt { try SessionCheck(path: path).run() }
        case .search: searchWords()
        case .removal:
            takeOut()
            return compare([:])
        case .alignment:
            if isFinished {
                attempt { try SessionAligner(path: path).run(reason: "again") }
            } else {
                attempt { try SessionFinisher(path: path).run() }
            }
            readSession(.newest)
            return compare([:])
        }
        compare(before)
    }

    @discardableResult
    private func attempt<Result>(_ body: () throws -> Result) -> Result? {
        do {
            return try body()
        } catch {
            if "\(error)".isEmpty { fatalError("an error without words") }
            return nil
        }
    }

    private var isFinished: Bool {
        let reader = attempt { try SessionReader.open(at: path, alignment: .recorded) }
        return attempt { try reader?.session().finishedRealtime } ?? nil != nil
    }

    // MARK: - What stays

    private func contents() -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        let folder = SessionImages.folder(of: path)
        for name in (try? FileSystem.list(folder)) ?? [] {
            contents[name] = try? FileSystem.read("\(folder)/\(name)")
        }
        return contents
    }

    /// Nothing but the files' own is in the folder, and what was there is as it was.
    private func compare(_ before: [String: [UInt8]]) {
        let after = contents()
        for name in after.keys where before[name] == nil {
            guard SessionImages.names.contains(name) else { fatalError("\(name) was made") }
        }
        for (name, bytes) in before where !name.hasSuffix("-shm") && !name.hasSuffix("-wal") {
            if after[name] != bytes { fatalError("\(name) was changed") }
        }
    }

    // MARK: - Reading

    private func readSession(_ choice: AlignmentChoice) {
        guard let reader = attempt({ try SessionReader.open(at: path, alignment: choice) }) else {
            return
        }
        read(reader)
        attempt { try reader.close() }
    }

    private func read(_ reader: SessionReader) {
        attempt { try reader.session() }
        readRows(reader)
        var tracks: [SoundTrack] = []
        for stream in (attempt { try reader.streams() } ?? []).prefix(10) {
            read(stream, reader)
            if let track = attempt({ try SoundTrack(reader, stream: stream) }) ?? nil {
                read(track, reader)
                tracks.append(track)
            }
        }
        if let joined = SoundTrack.joining(tracks) { read(joined, reader) }
    }

    private func readRows(_ reader: SessionReader) {
        attempt { try reader.gaps() }
        attempt { try reader.timeTriples() }
        attempt { try reader.clockObservations() }
        attempt { try reader.faults() }
        for table in CountedTable.allCases { attempt { try reader.count(of: table) } }
        attempt { try reader.events() }
        attempt { try reader.events(of: ["mark", "chat"], from: Instant(nanoseconds: 0)) }
        attempt { try reader.turns() }
        attempt { try reader.keystrokes() }
        attempt { try reader.draftEdits() }
        attempt { try reader.phases() }
        attempt { try reader.audit() }
        attempt { try reader.auditHead() }
        attempt { try reader.verifiedAudit() }
        attempt { try reader.changes() }
        attempt { try reader.auditRows() }
    }

    /// Two instants: those of the stream, of the recording, or any.
    private func times(
        _ stream: StreamDescription, _ reader: SessionReader
    ) -> (from: Instant, to: Instant) {
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

    private func read(_ stream: StreamDescription, _ reader: SessionReader) {
        attempt { try reader.gaps(stream.id) }
        attempt { try reader.clockSegments(stream.id) }
        attempt { try reader.keystrokes(stream.id) }
        let count = attempt { try reader.sampleCount(of: stream.id) } ?? 0
        for index in [0, count / 2, count - 1, count, .max, .min] {
            attempt { try reader.time(of: index, in: stream.id) }
        }
        let (from, to) = times(stream, reader)
        attempt { try reader.index(atOrAfter: from, in: stream.id) }
        if let window = attempt({ try reader.window(stream.id, from: from, to: to) }) {
            check(window)
        }
        for channel in stream.channels.indices.prefix(3) {
            let window = attempt {
                try reader.window(stream.id, channel: channel, from: from, to: to)
            }
            if let window { check(window) }
            for pixels in [1, 40, 2000] {
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
        var left = 50
        attempt {
            try reader.forEachChunk(of: stream.id) { window in
                check(window)
                if window.packets.reduce(0, { $0 + $1.count }) != window.count {
                    fatalError("packets of other than \(window.count) samples")
                }
                left -= 1
                return left > 0
            }
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

    private func read(_ track: SoundTrack, _ reader: SessionReader) {
        if track.length < 0 { fatalError("a track of \(track.length) samples") }
        _ = (track.bound, track.largestDrift, track.start)
        for position in [0, track.length / 2, track.length, .max, .min] {
            _ = track.time(of: position)
            let end = position.addingReportingOverflow(1000)
            guard !end.overflow else { continue }
            attempt { try track.samples(position..<end.partialValue, of: reader) }
        }
    }

    private func readReview() {
        attempt { try SessionReview(path: path).emotionCorrections() }
        guard let reader = attempt({ try ReviewReader.open(path) }) else { return }
        attempt { try reader.version() }
        attempt { try reader.annotations(removed: true) }
        attempt { try reader.annotations(version: 2) }
        attempt { try reader.history(of: "00000000-0000-4000-8000-000000000000") }
        attempt { try reader.schemes() }
        attempt { try reader.ratings() }
        attempt { try reader.ratings(upTo: 1) }
        attempt { try reader.ratingHistory(assignment: "a") }
        attempt { try reader.stages() }
        for transcript in attempt({ try reader.transcripts() }) ?? [] {
            attempt { try reader.segments(of: transcript.id) }
        }
        attempt { try reader.close() }
        guard let bounds = attempt({ try SessionBounds(path: path) }) else { return }
        for time in [Int64.min, 0, .max] { _ = bounds.problem(of: Instant(nanoseconds: time)) }
    }

    private var redaction: SessionRedaction {
        let stretch = SessionRedaction.Stretch(from: 0, to: 1 << 40)
        return SessionRedaction(path: path, texts: ["Grüße", "ab"], stretches: [stretch])
    }

    private func searchWords() {
        attempt { try redaction.matches() }
        attempt { try SessionRemoval(path: path).rows([.turns], events: ["mark"]) }
    }

    private func takeOut() {
        func entry(_ detail: String) -> AuditEntry {
            AuditEntry(
                time: Instant(nanoseconds: 0), realtime: 0, actor: "fuzz", action: "redact",
                detail: detail)
        }
        attempt { try redaction.run(entry: entry) }
        attempt { try SessionRemoval(path: path).remove([.keys], events: [], entry: entry) }
    }
}
