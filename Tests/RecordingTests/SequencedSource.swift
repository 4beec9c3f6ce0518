import DeviceProfiles
import Foundation
import LinuxDevices
import Ring
import SessionStore
import TestSupport
import Testing
import Timebase

@testable import Recording

/// What the acquisition thread would put into its ring, and what comes of it in a session: a real ring,
/// a real profile's decoder, and the interpreter of the sequencer.
final class SequencedSource {
    static let start: Int64 = 50_000_000_000
    static let source: UInt32 = 1

    let ring: Ring
    private var writer: RingWriter
    private var reader: RingReader
    private let interpreter = Interpreter()
    let session: SessionRecorder
    private let plans: [StreamPlan]
    /// The saved states of the streams' clocks.
    private var clocks: [String: [UInt8]] = [:]
    private(set) var gaps: [Int64: [Int64: Gap]] = [:]
    private(set) var segments: [Int64: [Int64: ClockSegment]] = [:]

    /// - Parameters:
    ///   - device: a device's profile by name, or a pointer.
    ///   - isWithheld: the participant has not agreed to it when the session begins.
    init(_ directory: TemporaryDirectory, device: String, isWithheld: Bool = false) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let library = try ProfileLibrary.load(directory: "\(root.path)/Devices/profiles")
        let profile = try #require(library.profiles.first { $0.name == device })
        let isPointer = device == "pointer"
        plans =
            isPointer
            ? StreamPlan.input(profile, isPointer: true, name: "mouse", identity: "", firstID: 1)
            : StreamPlan.device(profile, name: device, identity: "", firstID: 1)
        // The smallest there is, so that it is soon full.
        ring = try Ring.create(
            at: directory.file("acquisition.ring"), capacity: 65_536,
            identity: RingIdentity(identifier: 7, bootIdentifier: "boot", name: "acquisition"))
        writer = ring.makeWriter()
        reader = ring.makeReader(from: ring.released)
        session = SessionRecorder(
            number: 1, identifier: "s", started: Instant(nanoseconds: Self.start),
            positions: (0, 0), sources: SessionSources(number: 1, sources: [], nextStream: 9))
        for plan in plans { session.add(StreamRecorder(plan.description, model: plan.model)) }
        interpreter.add(session)
        let state = SourceState(
            id: Self.source, name: device, content: isPointer ? .pointer : .device(profile))
        interpreter.add(state)
        interpreter.assign(
            state, to: session, streams: plans.map(\.description.id), isWithheld: isWithheld)
    }

    /// Samples that the session has of a stream.
    func samples(_ stream: Int64) -> Int64 { session.streams[stream]?.samples ?? 0 }

    /// The daemon is killed and started anew, and takes up what it had saved of the source.
    func restart() throws {
        let state = try #require(interpreter.sources[Self.source])
        let other = SourceState(id: state.id, name: state.name, content: state.content)
        try other.restore(state.save())
        other.session = state.session
        other.streams = state.streams
        interpreter.add(other)
    }

    /// The same, and the streams go on from what was committed of them.
    func restartStreams() throws {
        try restart()
        for plan in plans {
            let stream = StreamRecorder(plan.description, model: plan.model)
            try stream.restore(try #require(clocks["clock/\(stream.id)"]))
            session.add(stream)
        }
    }

    /// Puts a record into the ring.
    /// - Returns: whether it fitted.
    @discardableResult
    func put(_ kind: UInt16, _ bytes: [UInt8], at time: Int64) -> Bool {
        // The ring copies the bytes within the call.
        unsafe bytes.withUnsafeBytes {
            unsafe writer.append(
                kind: kind, source: Self.source, stamp: Instant(nanoseconds: time), bytes: $0)
        }
    }

    /// Lets the reader tell what did not fit.
    func tellLosses() { writer.flushOverflow() }

    func put(_ record: InputRecord) {
        var bytes = [UInt8](repeating: 0, count: InputRecord.byteCount)
        let isWritten = unsafe bytes.withUnsafeMutableBytes { unsafe record.write(to: $0) }
        #expect(isWritten)
        put(RecordKind.input, bytes, at: record.stamp.nanoseconds)
    }

    /// What the station's status and fitting see of the device.
    var health: SourceHealth? { interpreter.sources[Self.source]?.health }

    /// Lets the sequencer take what is in the ring.
    func take() {
        reader.refresh()
        while let record = reader.next() { interpreter.takeAcquired(record) }
        ring.release(upTo: reader.position)
    }

    /// Lets the sequencer take what is in the ring, and the store commit it.
    func drain(isLast: Bool = false, end: Int64 = start) {
        take()
        if isLast {
            session.beginStop(
                SessionStateChange(state: .stopped, at: Instant(nanoseconds: end)),
                acquisition: 0)
            interpreter.endPauses(of: session, readUpTo: reader.position)
            interpreter.endLosses(
                of: session, readUpTo: reader.position,
                untold: ring.untoldOverflows(before: reader.position))
        }
        let position = RingPosition(ring: "r", name: "acquisition", position: reader.position)
        let batch = session.makeBatch(
            acquisition: position, control: position,
            triple: TimeTriple(
                monotonic: Instant(nanoseconds: Self.start), boottime: 0, realtime: 0,
                uncertainty: 0))
        clocks.merge(batch?.savedStates ?? [:]) { $1 }
        for row in batch?.gaps ?? [] {
            gaps[row.stream, default: [:]][row.gap.afterIndex] = row.gap
        }
        for row in batch?.clockSegments ?? [] {
            segments[row.stream, default: [:]][row.segment.firstIndex] = row.segment
        }
    }
}
