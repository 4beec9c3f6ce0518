import GRDB
import SessionStoreTestSupport
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// The views, for a person with any SQLite browser.
@Suite struct ViewTests {
    private static let start: Int64 = 999_000_000_000

    private func batch() -> SessionBatch {
        func at(_ milliseconds: Int64) -> Instant {
            Instant(nanoseconds: Self.start + milliseconds * 1_000_000)
        }
        var batch = SessionBatch()
        batch.samples = [
            SampleRun(
                stream: 1, firstIndex: 0, count: 3,
                columns: [.integers([1, 2, 3]), .integers([4, 5, 6])],
                packets: [
                    SamplePacket(count: 1, arrival: at(1000)),
                    SamplePacket(count: 2, arrival: at(2000)),
                ])
        ]
        batch.clockSegments = [
            StreamClockSegment(
                stream: 1,
                segment: ClockSegment(
                    firstIndex: 0, lastIndex: 2, origin: at(500), period: 500_000_000,
                    bound: 2_500_000, method: "least-delay/1", driftPPM: 1.5, jitter: 1_000_000))
        ]
        batch.gaps = [
            StreamGap(
                stream: 1,
                gap: Gap(
                    cause: .counter, afterIndex: 2, start: at(2000), end: at(2250), lost: 4,
                    lostBound: 0)),
            StreamGap(
                stream: 1,
                gap: Gap(
                    cause: .restart, afterIndex: 9, start: at(3000), end: at(3001), lost: 1,
                    lostBound: 2)),
            StreamGap(
                stream: SessionModel.keys,
                gap: Gap(
                    cause: .dropped, afterIndex: 0, start: at(4000), end: at(4001), lost: 0,
                    lostBound: .max)),
        ]
        batch.faults = [FaultCount(stream: 1, cause: "checksum", count: 7)]
        batch.keyPresses = [1000, 1150, 1400].enumerated().map {
            KeyPress(
                stream: SessionModel.keys, ordinal: Int64($0), pressed: at($1),
                keyClass: "letter", bound: 0)
        }
        batch.keyReleases = [
            KeyRelease(
                stream: SessionModel.keys, ordinal: 0, released: at(1080), pairing: .exact),
            KeyRelease(
                stream: SessionModel.keys, ordinal: 1, released: at(1450), pairing: .exact),
        ]
        batch.turns = [
            Turn(
                author: "participant", text: "Hallo", composedFrom: at(500), sent: at(2500),
                shown: at(2516))
        ]
        batch.events = [
            SessionEvent(time: at(1500), bound: 500_000, kind: "mark", payload: "{}"),
            SessionEvent(stream: 1, time: at(60_000), kind: "note", client: "chat"),
        ]
        batch.phases = [
            PhaseChange(name: "baseline", time: at(0)), PhaseChange(name: "chat", time: at(3000)),
        ]
        batch.stateChange = SessionStateChange(state: .stopped, at: at(5000))
        return batch
    }

    @Test func viewsGiveWhatAPersonExpects() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let model = SessionModel(seed: 1, styles: [.slow])
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions)
        try writer.commit(batch())
        try writer.close()
        try check(path)
        _ = try SessionFinisher(path: path, isAligning: false).run()
        let queue = try DatabaseQueue(path: path)
        #expect(try Row.fetchAll(queue, "SELECT * FROM v_turns").count == 1)
    }

    /// The wall clock was an hour slow until it was set: UTC is what it said at each moment.
    @Test func utcIsWhatTheWallClockSaid() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let model = SessionModel(seed: 1, styles: [.slow])
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions)
        var batch = batch()
        for (seconds, hours, cause) in [(0, 0, "start"), (2, 1, "step"), (12, 1, "periodic")]
            as [(Int64, Int64, String)]
        {
            let monotonic = Self.start + seconds * 1_000_000_000
            batch.timeTriples.append(
                RecordedTriple(
                    triple: TimeTriple(
                        monotonic: Instant(nanoseconds: monotonic), boottime: monotonic,
                        realtime: model.description.startedRealtime + seconds * 1_000_000_000
                            + hours * 3_600_000_000_000, uncertainty: 100), cause: cause))
        }
        try writer.commit(batch)
        try writer.close()
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        func column(_ sql: String) throws -> [String?] {
            try Row.fetchAll(queue, sql).map { $0[0] }
        }
        #expect(try column("SELECT utc FROM v_turns") == ["2026-11-21T10:30:02.500Z"])
        #expect(
            try column("SELECT utc FROM v_events") == [
                "2026-11-21T09:30:01.500Z", "2026-11-21T10:31:00.000Z",
            ])
        // The session's own time does not jump.
        #expect(try column("SELECT CAST(t_s AS TEXT) FROM v_events") == ["1.5", "60.0"])
    }

    private func check(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        func rows(_ sql: String) throws -> [[String]] {
            try Row.fetchAll(queue, sql).map { row in
                row.databaseValues.map { $0.isNull ? "-" : String.fromDatabaseValue($0) ?? "\($0)" }
            }
        }
        #expect(
            try rows("SELECT * FROM v_turns") == [
                ["1", "2.5", "2026-11-21T09:30:02.500Z", "participant", "Hallo", "2.0", "16.0"]
            ])
        #expect(
            try rows("SELECT * FROM v_keystrokes") == [
                ["keys", "0", "1.0", "letter", "80.0", "-", "-"],
                // A gap lies before it.
                ["keys", "1", "1.15", "letter", "300.0", "-", "-"],
                ["keys", "2", "1.4", "letter", "-", "250.0", "-50.0"],
            ])
        #expect(
            try rows("SELECT * FROM v_gaps") == [
                ["slow-1", "counter", "2.0", "250.0", "2", "4", "exact"],
                ["slow-1", "restart", "3.0", "1.0", "9", "1", "within 2"],
                ["keys", "dropped", "4.0", "1.0", "0", "0", "unknown"],
            ])
        #expect(
            try rows("SELECT * FROM v_events") == [
                ["1.5", "2026-11-21T09:30:01.500Z", "0.5", "mark", "-", "-", "{}"],
                ["60.0", "2026-11-21T09:31:00.000Z", "0.0", "note", "slow-1", "chat", "{}"],
            ])
        #expect(
            try rows("SELECT * FROM v_clock_quality") == [
                [
                    "slow-1", "counter", "0", "2", "0.5", "2.0", "1.5", "2.5", "1.0",
                    "least-delay/1",
                ]
            ])
        #expect(
            try rows("SELECT * FROM v_phases") == [
                ["baseline", "0.0", "3.0"], ["chat", "3.0", "2.0"],
            ])
        #expect(
            try rows("SELECT * FROM v_streams") == [
                [
                    "1", "slow-1", "signal", "model", "100.0", "a, b", "3", "1.0", "2.0", "2", "5",
                    "7", "2.5",
                ],
                ["100", "keys", "keys", "", "-", "-", "3", "-", "-", "1", "0", "0", "-"],
            ])
    }
}

extension Row {
    fileprivate static func fetchAll(_ queue: DatabaseQueue, _ sql: String) throws -> [Row] {
        try queue.read { try Row.fetchAll($0, sql: sql) }
    }
}
