import Foundation
import Link
import SessionStore
import SystemCalls
import Timebase

/// Writes what is imported into a new session file, in bounded memory, and brings it into its final form.
///
/// The file grows beside its place, under a name that nobody takes for a session, and gets its own when all is
/// there. Used by one thread.
final class SessionBuilder {
    /// How a stream stands.
    struct Progress {
        var description: StreamDescription
        /// Ordinal of the next sample.
        var next: Int64 = 0
        var events: Int64 = 0
        /// Where stretches without a gap begin.
        var starts: [(index: Int64, time: Int64, bound: Int64?)] = []
        /// The sample before which the last gap is.
        var gapAfter: Int64 = -1
        var first: Int64?
        var last: Int64?
        /// 95% bound of its times, in nanoseconds.
        var bound: Int64 = 0
        fileprivate var columns: [SampleColumn] = []
        fileprivate var packets: [SamplePacket] = []
        fileprivate var count = 0
    }

    private let beside: String
    private let writer: SessionWriter
    private var batch = SessionBatch()
    private var weight = 0
    private(set) var streams: [Int64: Progress] = [:]
    private var eventRows = 0
    private var eventBytes = 0
    private var observations = 0
    /// Events for which the session had no room.
    private(set) var droppedEvents: Int64 = 0
    private var names: Set<String> = []

    /// Bytes that one transaction takes, about.
    private static let batchBytes = 16 << 20
    private static let runSamples = 1 << 14
    /// What readers take of a table that they read as a whole, less some.
    private static let mostRows = 4_000_000
    private static let mostEventBytes = 56 << 20
    private static let mostObservations = 500_000

    /// - Parameter beside: where the file grows; must not be there.
    init(beside: String, _ description: SessionDescription) throws(ImportError) {
        self.beside = beside
        writer = try inStore { () throws(SessionStoreError) in
            try SessionWriter.create(at: beside, description: description)
        }
    }

    /// A name that no stream has yet.
    func unique(_ name: String) -> String {
        var unique = name
        var number = 2
        while !names.insert(unique).inserted {
            unique = "\(name)-\(number)"
            number += 1
        }
        return unique
    }

    /// Adds a stream, or describes it anew: its channels stay.
    func add(_ stream: StreamDescription) throws(ImportError) {
        streams[stream.id, default: Progress(description: stream)].description = stream
        batch.streams.removeAll { $0.id == stream.id }
        batch.streams.append(stream)
        try grew(by: 256 + stream.profileText.utf8.count)
    }

    /// Adds samples.
    /// - Parameters:
    ///   - packets: in order; as many samples as the columns have, at most 65,536 and 4 million values.
    func append(
        _ stream: Int64, _ packets: [SamplePacket], _ columns: [SampleColumn]
    ) throws(ImportError) {
        guard var state = streams[stream], let first = packets.first, let last = packets.last else {
            return
        }
        let count = packets.reduce(0) { $0 + $1.count }
        let begin = first.arrival.nanoseconds
        if state.starts.isEmpty { state.starts.append((0, begin, nil)) }
        if let open = state.starts.last, open.index == state.next {
            state.starts[state.starts.count - 1].time = begin
        }
        state.first = state.first ?? begin
        state.last = last.arrival.nanoseconds
        state.next += Int64(count)
        // Taken out first, so that nothing is copied.
        streams[stream] = nil
        if state.columns.isEmpty {
            state.columns = columns
        } else {
            for channel in columns.indices { state.columns[channel].add(columns[channel]) }
        }
        state.packets += packets
        state.count += count
        let values = state.count * max(1, columns.count)
        if state.count >= Self.runSamples || values >= SampleBounds.runValues / 4 {
            flush(&state)
        }
        streams[stream] = state
        try grew(by: count * (8 * columns.count + 16))
    }

    private func flush(_ state: inout Progress) {
        guard state.count > 0 else { return }
        batch.samples.append(
            SampleRun(
                stream: state.description.id, firstIndex: state.next - Int64(state.count),
                count: state.count, columns: state.columns, packets: state.packets))
        state.columns = []
        state.packets = []
        state.count = 0
    }

    /// Says that samples are missing behind those that were added last.
    /// - Parameters:
    ///   - lost: how many.
    ///   - bound: largest error of that; `Int64.max` where nobody can know.
    ///   - start: when that began, where it was not at the last sample.
    func gap(
        _ stream: Int64, _ cause: Gap.Cause, lost: Int64, bound: Int64, from start: Int64? = nil,
        until end: Int64
    ) throws(ImportError) {
        guard let state = streams[stream], state.gapAfter != state.next else { return }
        let begin = start ?? state.last ?? end
        batch.gaps.append(
            StreamGap(
                stream: stream,
                gap: Gap(
                    cause: cause, afterIndex: state.next - 1, start: Instant(nanoseconds: begin),
                    end: Instant(nanoseconds: max(begin, end)), lost: lost, lostBound: bound)))
        streams[stream]?.gapAfter = state.next
        if state.next > 0, state.starts.last?.index != state.next {
            streams[stream]?.starts.append((state.next, end, nil))
        }
        try grew(by: 64)
    }

    /// The times of the next samples have a bound of their own.
    func begin(_ stream: Int64, bound: Int64, at time: Int64) {
        guard let state = streams[stream] else { return }
        if let open = state.starts.last, open.index == state.next {
            streams[stream]?.starts[state.starts.count - 1].bound = bound
        } else {
            streams[stream]?.starts.append((state.next, time, bound))
        }
    }

    /// Widens the bound of a stream's times, in nanoseconds.
    func widen(_ stream: Int64, to bound: Int64) {
        guard let known = streams[stream]?.bound, known < bound else { return }
        streams[stream]?.bound = bound
    }

    func event(
        _ stream: Int64?, kind: String, at time: Int64, bound: Int64, _ payload: String
    ) throws(ImportError) {
        let bytes = payload.utf8.count + kind.utf8.count
        guard eventRows < Self.mostRows, eventBytes + bytes <= Self.mostEventBytes else {
            droppedEvents += 1
            return
        }
        eventRows += 1
        eventBytes += bytes
        batch.events.append(
            SessionEvent(
                stream: stream, time: Instant(nanoseconds: time), bound: bound, kind: kind,
                payload: payload))
        if let stream {
            streams[stream]?.events += 1
            if streams[stream]?.first == nil { streams[stream]?.first = time }
            let last = streams[stream]?.last ?? time
            streams[stream]?.last = max(last, time)
        }
        try grew(by: bytes + 64)
    }

    /// A reading of a sender's clock: what it said at a moment of the session's clock.
    func observe(_ stream: Int64, device: Int64, at time: Int64) throws(ImportError) {
        guard observations < Self.mostObservations else { return }
        observations += 1
        batch.clockObservations.append(
            ClockObservation(
                stream: stream, deviceTime: device, arrival: Instant(nanoseconds: time)))
        try grew(by: 48)
    }

    /// A message of a chat.
    func add(_ turn: Turn) throws(ImportError) {
        let bytes = turn.text.utf8.count
        guard eventRows < Self.mostRows, eventBytes + bytes <= Self.mostEventBytes else {
            droppedEvents += 1
            return
        }
        eventRows += 1
        eventBytes += bytes
        batch.turns.append(turn)
        try grew(by: bytes + 128)
    }

    /// A key that was pressed, and its release where it was seen.
    func add(_ press: KeyPress, _ release: KeyRelease?) throws(ImportError) {
        batch.keyPresses.append(press)
        if let release { batch.keyReleases.append(release) }
        streams[press.stream]?.events += 1
        let last = (release?.released ?? press.pressed).nanoseconds
        let known = streams[press.stream]?.last ?? last
        streams[press.stream]?.last = max(known, last)
        try grew(by: 96)
    }

    func phase(_ name: String?, at time: Int64) throws(ImportError) {
        batch.phases.append(PhaseChange(name: name, time: Instant(nanoseconds: time)))
        try grew(by: 64)
    }

    private func grew(by bytes: Int) throws(ImportError) {
        weight += bytes
        if weight >= Self.batchBytes { try commit() }
    }

    private func commit() throws(ImportError) {
        let full = batch
        batch = SessionBatch()
        weight = 0
        try inStore { () throws(SessionStoreError) in _ = try writer.commit(full) }
    }

    /// The last moment of all streams.
    var last: Int64? { streams.values.compactMap(\.last).max() }

    /// Ends the session and brings the file into its final form.
    /// - Parameter detail: of the audit's row, which says where all of it came from.
    func finish(
        start: TimeTriple, stopped: Int64, reason: String, detail: JSONValue
    ) throws(ImportError) -> FinishedFile {
        for id in streams.keys.sorted() {
            guard var state = streams[id] else { continue }
            flush(&state)
            streams[id] = state
            for (place, begin) in state.starts.enumerated() where begin.index < state.next {
                let isLast = place + 1 == state.starts.count
                batch.clockSegments.append(
                    StreamClockSegment(
                        stream: id,
                        segment: ClockSegment(
                            firstIndex: begin.index,
                            lastIndex: (isLast ? state.next : state.starts[place + 1].index) - 1,
                            origin: Instant(nanoseconds: begin.time), period: 0,
                            bound: begin.bound ?? state.bound,
                            method: ClockSegment.stampedMethod)))
            }
        }
        let end = Instant(nanoseconds: stopped)
        let passed = end - start.monotonic
        batch.timeTriples = [
            RecordedTriple(triple: start, cause: "start"),
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: end, boottime: start.boottime &+ passed,
                    realtime: start.realtime &+ passed, uncertainty: start.uncertainty),
                cause: "stop"),
        ]
        batch.audit = [
            AuditEntry(
                time: end, realtime: Clocks.realtime(), actor: "uid \(getuid())", action: "import",
                detail: detail.text)
        ]
        batch.stateChange = SessionStateChange(
            state: .stopped, at: end, outcome: "imported", reason: reason)
        try commit()
        return try inStore { () throws(SessionStoreError) in
            try writer.close()
            return try SessionFinisher(path: beside).run()
        }
    }

    /// Takes back what was written, after a failure.
    func discard() {
        try? writer.close()
        SessionWriter.discard(beside)
        try? FileSystem.remove(beside + ".finishing")
        try? FileSystem.remove(beside + ".finishing-journal")
    }
}
