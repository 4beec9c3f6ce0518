import GRDB
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// Every kind of damage that is planted must be found, and a whole file must be called whole.
@Suite struct SessionCheckTests {
    let directory: TemporaryDirectory
    var path: String { directory.file("session.attune") }

    init() throws {
        directory = try TemporaryDirectory()
        try write()
    }

    /// A session with two stretches of samples, a gap between them, keys and turns.
    private func write() throws {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "5f0f1a8e-0000-4000-8000-000000000001", kind: .chat, study: "test",
                participant: "p01", station: "here", softwareVersion: "1", bootIdentifier: "boot",
                started: Instant(nanoseconds: 0), startedRealtime: 1_000),
            streams: [
                StreamDescription(
                    id: 1, name: "ecg", kind: "signal", nominalRate: 1000, clock: .counter,
                    channels: [
                        ChannelDescription(name: "a"),
                        ChannelDescription(name: "b", storage: .real),
                    ]),
                StreamDescription(id: 2, name: "keys", kind: "keys", clock: .stamped),
            ])
        var batch = SessionBatch()
        for run in 0..<2 {
            let first = Int64(run) * 500
            batch.samples.append(
                SampleRun(
                    stream: 1, firstIndex: first, count: 500,
                    columns: [
                        .integers((0..<500).map { Int64(($0 * 7 + 250) % 500 * (run + 1) - 90) }),
                        .reals((0..<500).map { Double($0) / 7 }),
                    ],
                    packets: (0..<50).map {
                        SamplePacket(
                            count: 10,
                            arrival: Instant(nanoseconds: (first + Int64($0) * 10) * 1_000_000))
                    }))
            batch.clockSegments.append(
                StreamClockSegment(
                    stream: 1,
                    segment: ClockSegment(
                        firstIndex: first, lastIndex: first + 499,
                        origin: Instant(nanoseconds: (first + Int64(run) * 100) * 1_000_000),
                        period: 1_000_000, bound: 10_000, method: "least-delay/1")))
        }
        batch.gaps = [
            StreamGap(
                stream: 1,
                gap: Gap(
                    cause: .counter, afterIndex: 499, start: Instant(nanoseconds: 499_000_000),
                    end: Instant(nanoseconds: 600_000_000), lost: 100, lostBound: 0))
        ]
        batch.keyPresses = (0..<3).map {
            KeyPress(
                stream: 2, ordinal: Int64($0),
                pressed: Instant(nanoseconds: Int64($0) * 100_000_000), keyClass: "letter", bound: 1
            )
        }
        batch.timeTriples = [
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: Instant(nanoseconds: 0), boottime: 0, realtime: 1_000,
                    uncertainty: 10), cause: "start")
        ]
        batch.stateChange = SessionStateChange(state: .stopped, at: Instant(nanoseconds: 2_000))
        try writer.commit(batch)
        try writer.close()
    }

    private func errors() throws -> [SessionFinding] {
        try SessionCheck(path: path).run().filter { $0.severity == .error }
    }

    private func damage(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func aWholeFileIsCalledWhole() throws {
        #expect(try errors() == [])
        _ = try SessionFinisher(path: path, isAligning: false).run()
        #expect(try SessionCheck(path: path).run() == [])
    }

    @Test(arguments: [
        ("DELETE FROM chunks WHERE first_index = 0", "missing"),
        ("UPDATE chunks SET data = x'00112233' WHERE first_index = 500", "decoded"),
        ("UPDATE clock_segments SET last_index = 498 WHERE first_index = 0", "no clock segment"),
        ("UPDATE clock_segments SET last_index = 500 WHERE first_index = 0", "two clock segments"),
        ("UPDATE clock_segments SET bound_ns = -5", "makes no sense"),
        ("UPDATE gaps SET start_ns = start_ns - 5000000", "off its neighbour"),
        ("UPDATE gaps SET after_index = 300", "reaches across the gap"),
        ("UPDATE gaps SET end_ns = 0", "ends before it begins"),
        ("DELETE FROM keystrokes WHERE ordinal = 1", "press 1 is missing"),
        (
            "UPDATE keystrokes SET released_ns = pressed_ns - 1, pairing = 'exact' WHERE ordinal = 2",
            "before it is pressed"
        ),
        ("DELETE FROM time_triples", "clocks"),
        ("DELETE FROM streams WHERE id = 2", "belongs to nothing"),
    ])
    func plantedDamageIsFound(sql: String, word: String) throws {
        try damage(sql)
        let found = try errors().map { "\($0.subject): \($0.message)" }
        #expect(found.contains { $0.contains(word) }, "\(sql): \(found)")
    }

    @Test func anOverviewThatShowsSomethingElseIsFound() throws {
        _ = try SessionFinisher(path: path, isAligning: false).run()
        try FileSystem.write(try FileSystem.read(path), to: path)
        try damage(
            """
            UPDATE pyramid SET data = (
              SELECT data FROM pyramid AS other
              WHERE other.channel = 1 AND other.level = pyramid.level)
            """)
        let found = try errors()
        #expect(found.contains { $0.message.contains("the overview of a") })
    }

    @Test func aChangedFileIsFoundByItsHash() throws {
        let finished = try SessionFinisher(path: path, isAligning: false).run()
        #expect(try SessionCheck(path: path, expectedSHA256: finished.sha256).run() == [])
        let other = String(repeating: "0", count: 64)
        let found = try SessionCheck(path: path, expectedSHA256: other).run()
        #expect(found.contains { $0.message.contains("SHA-256") })
    }
}
