import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// What a commit stores, and what one that fails does not.
@Suite struct CommitTests {
    @Test func randomBatchesComeBack() throws {
        for _ in 0..<5 {
            let seed = UInt64.random(in: 1...UInt64.max)
            print("CommitTests.randomBatchesComeBack seed \(seed)")
            let directory = try TemporaryDirectory()
            let path = directory.file("s.attune")
            var model = SessionModel(seed: seed)
            let writer = try SessionWriter.create(
                at: path, description: model.description, streams: model.descriptions)
            for _ in 0..<20 { try writer.commit(model.next()) }
            try Compare.session(path, model, "seed \(seed)")
            try writer.close()
            try Compare.session(path, model, "closed, seed \(seed)")
        }
    }

    /// Writers that come and go leave the same file as one that stays, pyramid included.
    @Test func resumingKnowsExactlyWhatIsStored() throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("CommitTests.resumingKnowsExactlyWhatIsStored seed \(seed)")
        let place: Comment = "seed \(seed)"
        let directory = try TemporaryDirectory()
        var whole = SessionModel(seed: seed)
        try whole.write(to: directory.file("whole.attune"), batches: 150)

        let path = directory.file("parts.attune")
        var model = SessionModel(seed: seed)
        var random = SeededGenerator(seed: seed)
        var writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions)
        for _ in 0..<150 {
            try writer.commit(model.next())
            if Int.random(in: 0..<8, using: &random) == 0 {
                try writer.close()
                let (next, resumed) = try SessionWriter.open(at: path)
                writer = next
                check(resumed, model, place)
            }
        }
        try writer.commit(model.stop())
        try writer.close()
        let dump = try Compare.dump(path)
        #expect(dump == (try Compare.dump(directory.file("whole.attune"))), place)
        // Enough samples that the upper levels of the pyramid were rebuilt too.
        #expect(dump.contains { $0.hasPrefix("pyramid") && $0.contains("level:2") }, place)
    }

    private func check(_ resumed: ResumedSession, _ model: SessionModel, _ place: Comment) {
        #expect(resumed.session.description == model.description, place)
        #expect(resumed.session.state == .recording, place)
        #expect(resumed.streams == model.descriptions, place)
        for stream in model.streams {
            let id = stream.description.id
            #expect(resumed.sampleCounts[id] == Int64(stream.count), place)
            #expect(resumed.lastArrivals[id] == stream.packets.last?.arrival, place)
        }
        #expect(resumed.keystrokeCounts[SessionModel.keys] == Int64(model.presses.count), place)
        #expect(resumed.lastTurn == Int64(model.turns.count), place)
        let positions = Dictionary(
            uniqueKeysWithValues: resumed.ringPositions.map { ($0.ring, $0) })
        #expect(positions == model.positions, place)
        #expect(resumed.savedStates == model.states, place)
        #expect(resumed.sources == model.sources, place)
        // Each batch has a draft edit of the same client with the batch's number.
        #expect(resumed.clientSequences == ["chat": Int64(model.batches) - 1], place)
    }

    @Test func aBatchThatCannotBeStoredLeavesNothing() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        var model = SessionModel(seed: 7, styles: [.slow, .slow])
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions)
        for _ in 0..<6 { try writer.commit(model.next()) }
        let before = try Compare.dump(path)
        for (name, spoil) in Self.mistakes(model) {
            // A batch that could be stored, with one mistake in it.
            var next = model
            var batch = next.next()
            spoil(&batch)
            let error = failure { try writer.commit(batch) }
            #expect(error?.code == .invalidInput, "\(name): \(String(describing: error))")
            #expect(error?.message.isEmpty == false, "\(name)")
            #expect(try Compare.dump(path) == before, "\(name)")
        }
        // The writer goes on as if nothing had been.
        for _ in 0..<6 { try writer.commit(model.next()) }
        try writer.close()
        try Compare.session(path, model, "after failed batches")
    }

    private static func mistakes(
        _ model: SessionModel
    ) -> [(String, (inout SessionBatch) -> Void)] {
        let next = Int64(model.streams[0].count)
        let packets = [SamplePacket(count: 2, arrival: Instant(nanoseconds: 1))]
        func run(
            stream: Int64 = 1, at index: Int64, count: Int = 2,
            columns: [SampleColumn] = [.integers([1, 2]), .integers([1, 2])],
            packets: [SamplePacket] = packets
        ) -> (inout SessionBatch) -> Void {
            {
                $0.samples = [
                    SampleRun(
                        stream: stream, firstIndex: index, count: count, columns: columns,
                        packets: packets)
                ]
            }
        }
        let segment = ClockSegment(
            firstIndex: 5, lastIndex: 4, origin: Instant(nanoseconds: 0), period: 1, bound: 0,
            method: "x")
        return [
            ("a hole", run(at: next + 1)),
            ("an overlap", run(at: next - 1)),
            ("an unknown stream", run(stream: 77, at: 0)),
            ("no samples", run(at: next, count: 0, columns: [.integers([]), .integers([])])),
            ("a column too few", run(at: next, columns: [.integers([1, 2])])),
            ("a short column", run(at: next, columns: [.integers([1, 2]), .integers([1])])),
            ("another storage", run(at: next, columns: [.integers([1, 2]), .reals([1, 2])])),
            ("no packets", run(at: next, packets: [])),
            (
                "packets that do not add up",
                run(at: next, packets: [SamplePacket(count: 3, arrival: Instant(nanoseconds: 1))])
            ),
            ("an impossible segment", { $0.clockSegments = [.init(stream: 1, segment: segment)] }),
            (
                "a release without its press",
                {
                    $0.keyReleases = [
                        KeyRelease(
                            stream: SessionModel.keys, ordinal: 1_000_000,
                            released: Instant(nanoseconds: 1), pairing: .exact)
                    ]
                }
            ),
            (
                "a press twice",
                { $0.keyPresses += [model.presses[0]] }
            ),
            (
                "a fault of an unknown stream",
                { $0.faults = [FaultCount(stream: 77, cause: "checksum", count: 1)] }
            ),
            (
                "a stream described otherwise, with samples",
                {
                    var stream = model.streams[0].description
                    stream.channels.removeLast()
                    $0.streams = [stream]
                }
            ),
            (
                "a session made finished by hand",
                { $0.stateChange = .init(state: .finished, at: Instant(nanoseconds: 1)) }
            ),
        ]
    }

    @Test func clientsMaySendAgain() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        var model = SessionModel(seed: 3, styles: [.slow])
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions)
        for _ in 0..<12 {
            let batch = model.next()
            #expect(try writer.commit(batch).repeated == 0)
            var again = SessionBatch()
            again.events = batch.events.filter { $0.client != nil }
            again.turns = batch.turns
            again.draftEdits = batch.draftEdits
            let count = again.events.count + again.turns.count + again.draftEdits.count
            #expect(try writer.commit(again).repeated == count)
        }
        #expect(!model.turns.isEmpty)
        try writer.close()
        try Compare.session(path, model, "after repetitions")
    }

    @Test func laterRowsReplaceEarlierOnes() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let model = SessionModel(seed: 3, styles: [.slow, .slow])
        let writer = try SessionWriter.create(
            at: path, description: model.description, streams: model.descriptions)
        var gap = Gap(
            cause: .inferred, afterIndex: 9, start: Instant(nanoseconds: 1),
            end: Instant(nanoseconds: 2), lost: 3, lostBound: 4)
        var segment = ClockSegment(
            firstIndex: 0, lastIndex: 9, origin: Instant(nanoseconds: 1), period: 10, bound: 1,
            method: "a/1")
        func store(_ stream: Int64) throws {
            var batch = SessionBatch()
            batch.gaps = [StreamGap(stream: stream, gap: gap)]
            batch.clockSegments = [StreamClockSegment(stream: stream, segment: segment)]
            batch.faults = [FaultCount(stream: stream, cause: "checksum", count: 2)]
            try writer.commit(batch)
        }
        try store(1)
        try store(2)
        gap.cause = .restart
        gap.end = Instant(nanoseconds: 30)
        gap.lost = 7
        gap.lostBound = 0
        segment.lastIndex = 19
        segment.method = "a/2"
        segment.driftPPM = 3
        try store(2)
        let reader = try SessionReader.open(at: path)
        #expect(try reader.gaps().count == 2)
        #expect(try reader.gaps(2).map(\.gap) == [gap])
        #expect(try reader.gaps(1).map(\.gap.lost) == [3])
        #expect(try reader.clockSegments(2) == [segment])
        #expect(try reader.clockSegments(1).map(\.lastIndex) == [9])
        #expect(try reader.faults().map(\.count) == [2, 4])
        // Another place is another gap.
        gap.afterIndex = 10
        try store(2)
        #expect(try reader.gaps(2).count == 2)
        try writer.close()
    }

    @Test func statesChangeAsTold() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("s.attune")
        let model = SessionModel(seed: 3, styles: [])
        let writer = try SessionWriter.create(at: path, description: model.description)
        func change(_ change: SessionStateChange) throws -> SessionRow {
            var batch = SessionBatch()
            batch.stateChange = change
            try writer.commit(batch)
            return try SessionReader.open(at: path).session()
        }
        let at = Instant(nanoseconds: 5)
        var row = try change(.init(state: .interrupted, at: at, reason: "power"))
        #expect(row.state == .interrupted && row.stopped == at && row.reason == "power")
        row = try change(.init(state: .recording, at: at))
        #expect(row.state == .recording && row.stopped == nil && row.reason == "power")
        row = try change(.init(state: .stopped, at: at, outcome: "completed"))
        #expect(row.state == .stopped && row.stopped == at && row.outcome == "completed")
        try writer.close()
        try writer.close()
        let error = failure {
            _ = try writer.commit(model.stop())
        }
        #expect(error?.code == .wrongState)
    }
}
