import Foundation
import Link
import SessionStore
import SystemCalls
import Timebase

/// The making of one session out of what is imported: where its file goes, what is known of its beginning, and what
/// is told at its end.
final class ImportRun {
    let request: ImportRequest
    /// nil in a dry run.
    let builder: SessionBuilder?
    var notes = ImportNotes()
    let description: SessionDescription
    private let path: String?
    private let beside: String?
    private let start: TimeTriple
    private var nextStream: Int64 = 1
    private(set) var sources: [JSONValue] = []
    /// Of each stream: where it comes from, offsets and resets.
    private var facts: [Int64: (source: String, offsets: Int, resets: Int)] = [:]
    /// In a dry run, what there would be.
    private var counted: [Int64: ImportSummary.Stream] = [:]
    private var end: Int64

    /// - Parameters:
    ///   - start: the session's first moment, on its clock.
    ///   - realtime: the same in nanoseconds since 1970 UTC.
    ///   - uncertainty: of that, in nanoseconds.
    init(
        _ request: ImportRequest, start: Int64, realtime: Int64, uncertainty: Int64
    ) throws(ImportError) {
        self.request = request
        let realtime = request.started ?? realtime
        self.start = TimeTriple(
            monotonic: Instant(nanoseconds: start), boottime: start, realtime: realtime,
            uncertainty: request.started == nil ? uncertainty : 1_000_000_000)
        end = start
        try inStore { () throws(SessionStoreError) in
            try StudyDirectory.validate(request.study, "study")
            try StudyDirectory.validate(request.participant, "participant")
        }
        description = SessionDescription(
            identifier: UUID().uuidString.lowercased(), kind: .chat, study: request.study,
            participant: request.participant, isPilot: request.isPilot, station: "import",
            softwareVersion: SoftwareVersion.current, bootIdentifier: "import",
            started: Instant(nanoseconds: start), startedRealtime: realtime)
        guard !request.isDry else {
            path = nil
            beside = nil
            builder = nil
            return
        }
        let path = try Self.place(request, realtime)
        guard !FileSystem.exists(path) else {
            throw ImportError(
                .exists,
                "\(path) is there already; choose another place with --out, or take it away")
        }
        self.path = path
        let slash = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let beside = "\(path[..<slash]).\(path[slash...]).importing"
        // What an import that was killed left behind is no session.
        SessionWriter.discard(beside)
        self.beside = beside
        builder = try SessionBuilder(beside: beside, description)
    }

    /// Where the session's file goes; its folder is made where it is missing.
    private static func place(
        _ request: ImportRequest, _ realtime: Int64
    ) throws(ImportError) -> String {
        if let out = request.out, !FileSystem.isDirectory(out), !out.hasSuffix("/") { return out }
        return try inStore { () throws(SessionStoreError) -> String in
            if let out = request.out {
                let name = try StudyDirectory.relativePath(
                    participant: request.participant, kind: .chat, started: realtime)
                do throws(SystemError) {
                    try FileSystem.makeDirectories(out)
                } catch {
                    throw SessionStoreError(
                        code: .readOnly, message: "\(out) cannot be made", cause: "\(error)")
                }
                let file = name.split(separator: "/").last.map(String.init) ?? name
                return out.hasSuffix("/") ? out + file : "\(out)/\(file)"
            }
            return try StudyDirectory(root: request.data).makeSessionPath(
                study: request.study, participant: request.participant, kind: .chat,
                started: realtime)
        }
    }

    /// The number of the next stream.
    func newStream() -> Int64 {
        defer { nextStream += 1 }
        return nextStream
    }

    /// Remembers a file that something was taken from.
    func add(source: JSONValue) { sources.append(source) }

    /// Tells where a stream comes from.
    func tell(_ stream: Int64, source: String, offsets: Int = 0, resets: Int = 0) {
        facts[stream] = (source, offsets, resets)
    }

    /// In a dry run: what a stream would have.
    func count(_ description: StreamDescription, source: String, samples: Int64, last: Int64?) {
        let isText = description.channels.isEmpty
        counted[description.id] = ImportSummary.Stream(
            name: description.name, source: source, kind: description.kind,
            channels: description.channels.count, nominalRateHz: description.nominalRate,
            samples: isText ? 0 : samples, events: isText ? samples : 0, gaps: 0, lost: 0,
            boundMs: nil, clockOffsets: 0, clockResets: 0)
        if let last { end = max(end, last) }
    }

    // MARK: - The end

    enum Outcome {
        case done(ImportSummary)
        /// No line carries the times of these streams; nothing is left of the file.
        case again(Set<Int64>)
    }

    /// Finishes the session.
    /// - Parameter what: from what it was imported, in words.
    func finish(_ what: String) throws(ImportError) -> ImportSummary {
        guard case .done(let summary) = try finish(what, lined: [:]) else {
            throw ImportError(.inputOutput, "\(what) could not be aligned")
        }
        return summary
    }

    /// - Parameter lined: streams whose times lines should carry, and times that the lines have to fit.
    func finish(
        _ what: String, lined: [Int64: [(index: Int64, time: Int64)]], grouped: Set<Int64> = []
    ) throws(ImportError) -> Outcome {
        guard let builder, let path, let beside else {
            return .done(summary([], file: nil, sha256: nil))
        }
        do throws(ImportError) {
            if builder.droppedEvents > 0 {
                notes.add(
                    "",
                    "\(builder.droppedEvents) events are left out: a session holds 4 million of them, "
                        + "and 56 MiB of their text.")
            }
            end = max(end, builder.last ?? end)
            let told = notes.all.prefix(500).map {
                JSONValue.object(["subject": .string($0.subject), "message": .string($0.message)])
            }
            let finished = try builder.finish(
                start: start, stopped: end, reason: "imported from \(what)",
                detail: [
                    "sources": .array(sources), "notes": .array(Array(told)),
                    "started_uncertainty_ms": .integer(start.uncertainty / 1_000_000),
                ])
            let unfit = try unfit(beside, lined, grouped)
            if !unfit.isEmpty {
                builder.discard()
                return .again(unfit)
            }
            let streams = try read(beside)
            try move(beside, to: path)
            return .done(summary(streams, file: path, sha256: finished.sha256))
        } catch {
            builder.discard()
            throw error
        }
    }

    /// Takes back what was written, after a failure.
    func discard() { builder?.discard() }

    private func move(_ beside: String, to path: String) throws(ImportError) {
        do throws(SystemError) {
            try FileSystem.move(beside, toFreePlace: path)
            let slash = path.lastIndex(of: "/")
            try FileSystem.syncDirectory(slash.map { String(path[..<$0]) + "/" } ?? ".")
        } catch {
            if error.code == EEXIST {
                throw ImportError(
                    .exists, "\(path) is there already; choose another place with --out")
            }
            throw .system(error, "\(path) cannot be written")
        }
    }

    /// Beyond this, the periods of one stream's lines differ by what no clock does.
    private static let mostSpread = 500e-6

    /// Nanoseconds by which the least late samples of a part of a stream may lie off its line.
    private static let mostOff = 5e6
    private static let leastChecked = 16

    /// Those of some streams whose lines do not fit their samples, or contradict one another: the estimator may take a delay
    /// for a loss, or the other way round, with few packets of many samples or where a file is damaged.
    private func unfit(
        _ path: String, _ streams: [Int64: [(index: Int64, time: Int64)]], _ grouped: Set<Int64>
    ) throws(ImportError) -> Set<Int64> {
        guard !streams.isEmpty else { return [] }
        return try inStore { () throws(SessionStoreError) -> Set<Int64> in
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            var found: Set<Int64> = []
            for (stream, checkpoints) in streams {
                let all = try reader.clockSegments(stream)
                let segments = all.filter { !$0.isStamped }
                // One sample has no period.
                let periods = segments.filter { $0.lastIndex > $0.firstIndex }.map(\.period)
                    .sorted()
                // Stamps that stay are right where each packet is one sample.
                if grouped.contains(stream), all.count > segments.count { found.insert(stream) }
                guard let least = periods.first, let most = periods.last else { continue }
                if most - least > Self.mostSpread * most
                    || !Self.fit(segments, checkpoints)
                {
                    found.insert(stream)
                }
            }
            try reader.close()
            return found
        }
    }

    private static func fit(
        _ segments: [ClockSegment], _ checkpoints: [(index: Int64, time: Int64)]
    ) -> Bool {
        var rest = checkpoints[...]
        for segment in segments {
            rest = rest.drop { $0.index < segment.firstIndex }
            let own = rest.prefix { $0.index <= segment.lastIndex }
            let late = own.map { point in
                let line =
                    Double(point.index - segment.firstIndex) * segment.period
                return Double(point.time &- segment.origin.nanoseconds) - line
            }
            let part = max(leastChecked, late.count / 4)
            // A rest that is shorter says little.
            for first in stride(from: 0, through: late.count - part, by: part) {
                let sorted = late[first..<min(late.count, first + part)].sorted()
                if abs(sorted[sorted.count / 10]) > mostOff { return false }
            }
        }
        return true
    }

    /// What the finished file says of its streams.
    private func read(_ path: String) throws(ImportError) -> [ImportSummary.Stream] {
        try inStore { () throws(SessionStoreError) -> [ImportSummary.Stream] in
            let reader = try SessionReader.open(at: path, alignment: .recorded)
            var told: [ImportSummary.Stream] = []
            for stream in try reader.streams() {
                let gaps = try reader.gaps(stream.id).map(\.gap)
                let bound = try reader.clockSegments(stream.id).map(\.bound).max()
                let fact = facts[stream.id]
                told.append(
                    ImportSummary.Stream(
                        name: stream.name, source: fact?.source ?? stream.source,
                        kind: stream.kind, channels: stream.channels.count,
                        nominalRateHz: stream.nominalRate,
                        samples: stream.channels.isEmpty
                            ? 0 : try reader.sampleCount(of: stream.id),
                        events: builder?.streams[stream.id]?.events ?? 0, gaps: gaps.count,
                        lost: gaps.reduce(0) { $0 &+ $1.lost },
                        boundMs: bound.map { Double($0) / 1e6 }, clockOffsets: fact?.offsets ?? 0,
                        clockResets: fact?.resets ?? 0))
            }
            try reader.close()
            return told
        }
    }

    private func summary(
        _ streams: [ImportSummary.Stream], file: String?, sha256: String?
    ) -> ImportSummary {
        ImportSummary(
            file: file, session: file == nil ? nil : description.identifier, study: request.study,
            participant: request.participant, startedUtcNs: description.startedRealtime,
            durationS: Double(end - start.monotonic.nanoseconds) / 1e9, sha256: sha256,
            streams: builder == nil
                ? counted.sorted { $0.key < $1.key }.map(\.value) : streams,
            notes: notes.all)
    }
}
