import Foundation
import GRDB
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// What is looked for after a removal, and where it is found.
@Suite struct TraceSearchTests {
    private let directory: TemporaryDirectory
    private let root: String
    private var study: String { "\(root)/trail" }
    private let secret = "what only P01 would ever have said to anybody"

    init() throws {
        directory = try TemporaryDirectory()
        root = directory.file("data")
        try FileSystem.makeDirectories("\(root)/trail/P01")
        try FileSystem.makeDirectories("\(root)/trail/P02")
    }

    private func traces(
        _ texts: [String] = [], sessions: [String] = ["11111111-1111-4111-8111-111111111111"]
    ) -> Traces {
        var traces = Traces(participant: "P01", sessions: sessions, files: 1)
        traces.texts = Set(texts)
        return traces
    }

    private func found(_ traces: Traces) -> [String] {
        TraceSearch(directory: study, root: root, traces: traces, holdsParticipant: false).run()
            .found.map { $0.replacing(root + "/", with: "") }
    }

    private func turn(_ author: String, _ text: String) -> Turn {
        Turn(author: author, text: text, sent: Instant(nanoseconds: 2_000))
    }

    @discardableResult
    private func record(
        _ name: String, participant: String, turns: [Turn], events: [SessionEvent] = [],
        values: [Int64] = [], atOnce: Int = .max, isFinished: Bool = true, protocolText: String = ""
    ) throws -> String {
        let path = "\(study)/\(participant)/\(name).attune"
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "\(name)-4000-8000", kind: .chat, study: "trail",
                participant: participant, protocolName: "trail", protocolVersion: "1",
                protocolText: protocolText, isPilot: false, station: "here",
                softwareVersion: "1", bootIdentifier: "boot",
                started: Instant(nanoseconds: 1_000), startedRealtime: 1_000),
            streams: [
                StreamDescription(
                    id: 1, name: "six", kind: "signal", nominalRate: 100, clock: .counter,
                    channels: [ChannelDescription(name: "a1"), ChannelDescription(name: "a2")]),
                StreamDescription(id: 2, name: "keys", kind: "keys", clock: .stamped),
            ])
        var batch = SessionBatch()
        batch.turns = turns
        batch.events = events
        try writer.commit(batch)
        for first in stride(from: 0, to: values.count, by: max(1, min(atOnce, values.count))) {
            let part = Array(values[first...].prefix(atOnce))
            var batch = SessionBatch()
            batch.samples = [
                SampleRun(
                    stream: 1, firstIndex: Int64(first), count: part.count,
                    columns: [.integers(part.map { _ in 512 }), .integers(part)],
                    packets: [
                        SamplePacket(
                            count: part.count, arrival: Instant(nanoseconds: 9_000 + Int64(first)))
                    ])
            ]
            try writer.commit(batch)
        }
        if isFinished {
            var stop = SessionBatch()
            stop.stateChange = SessionStateChange(
                state: .stopped, at: Instant(nanoseconds: 20_000), outcome: "completed")
            try writer.commit(stop)
        }
        try writer.close()
        if isFinished { _ = try SessionFinisher(path: path, isAligning: false).run() }
        return path
    }

    // MARK: - What is looked for

    @Test func onlyWhatIsTheirOwnIsSampled() throws {
        let opening = "Good morning, how did you sleep last night?"
        let suggested = "That sounds as if it had been very hard."
        let choice = "I agree with all of this, entirely and always"
        let path = try record(
            "a", participant: "P01",
            turns: [
                turn("client", opening), turn("participant", secret), turn("participant", opening),
                turn("participant", suggested), turn("participant", choice),
                turn("participant", "yes"),
            ],
            events: [
                SessionEvent(
                    time: Instant(nanoseconds: 1_500), kind: "suggestions",
                    payload: #"{"groups":[{"items":[{"text":"\#(suggested)"}]}]}"#),
                SessionEvent(
                    time: Instant(nanoseconds: 1_600), kind: "model_call", payload: "{}"),
            ], protocolText: "labels: {1: \(choice)}\n")
        var all = Traces(participant: "P01", sessions: ["a"], files: 1)
        try all.sample(path)
        #expect(all.texts == [secret])
        #expect(all.unsearched == [.keys, .modelRequests])
        var keys = Traces(participant: "P01", sessions: [], files: 1)
        try keys.sample(path, kinds: [.keys, .pointer])
        #expect(keys.texts.isEmpty && keys.sequenceCount == 0)
        #expect(keys.unsearched == [.keys])
        // What another one wrote word for word is no trace of this one.
        let other = try record(
            "b", participant: "P02", turns: [turn("participant", "Oh, \(secret)!")])
        all.forgetShared(with: [other])
        #expect(all.texts.isEmpty)
    }

    @Test func aCounterIsNoTraceAndASignalIs() throws {
        let counter = try record(
            "c", participant: "P01", turns: [], values: Array(1000..<1500))
        var traces = Traces(participant: "P01", sessions: [], files: 1)
        try traces.sample(counter)
        #expect(traces.sequenceCount == 0)
        #expect(traces.unsearched.contains(.signals))
        let values = (0..<500).map { Int64($0 * $0 % 613) }
        let signal = try record("d", participant: "P01", turns: [], values: values)
        try traces.sample(signal)
        #expect(traces.sequenceCount == 1 && !traces.unsearched.contains(.signals))
        try FileSystem.remove(counter)
        #expect(
            TraceSearch(directory: study, traces: traces, holdsParticipant: true).run().found
                == ["\(signal) holds samples of theirs"])
    }

    /// A channel that nothing is connected to rests, and so does a signal between two heartbeats.
    @Test func whereASignalMovesIsFound() throws {
        let beat = (0..<40).map { Int64($0 * $0 % 613) }
        let resting = [Int64](repeating: 7, count: 480)
        let early = try record("r", participant: "P01", turns: [], values: beat + resting)
        let late = try record("s", participant: "P01", turns: [], values: resting + beat)
        for path in [early, late] {
            var traces = Traces(participant: "P01", sessions: [], files: 1)
            try traces.sample(path)
            #expect(traces.sequenceCount == 1 && traces.unsearched == [.keys])
            #expect(
                Set(
                    TraceSearch(
                        directory: study, root: root, traces: traces, holdsParticipant: true
                    )
                    .run().found) == [
                        "\(early) holds samples of theirs", "\(late) holds samples of theirs",
                    ])
        }
    }

    @Test func aSlowStreamIsSampledAcrossItsChunks() throws {
        let values = (0..<60).map { Int64($0 * $0 % 613) }
        let path = try record(
            "t", participant: "P01", turns: [], values: values, atOnce: 5, isFinished: false)
        var traces = Traces(participant: "P01", sessions: [], files: 1)
        try traces.sample(path)
        #expect(traces.sequenceCount == 3 && traces.unsearched == [.keys])
        #expect(
            TraceSearch(directory: study, root: root, traces: traces, holdsParticipant: true).run()
                .found == ["\(path) holds samples of theirs"])
    }

    // MARK: - Where it is found

    @Test func wordsAreFoundOnPagesOfTheirOwn() throws {
        // Longer than several pages: SQLite cuts it.
        let long = (0..<3000).map { "word \($0)" }.joined(separator: " ")
        try record("e", participant: "P02", turns: [turn("participant", long)])
        let middle = (900..<1800).map { "word \($0)" }.joined(separator: " ")
        #expect(
            found(traces([middle])) == ["trail/P02/e.attune holds words of theirs in turns.text"])
    }

    @Test func idsAreFoundInsideOfJSON() throws {
        let id = "11111111-1111-4111-8111-111111111111"
        try record(
            "f", participant: "P02", turns: [],
            events: [
                SessionEvent(
                    time: Instant(nanoseconds: 2_000), kind: "recall",
                    payload: #"{"parent":"\#(id)"}"#)
            ], isFinished: false)
        #expect(found(traces()) == ["trail/P02/f.attune names them in events.payload"])
    }

    @Test func leftoversOfAFileThatNobodyChangesAreFound() throws {
        let path = "\(study)/P02/g.attune"
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA secure_delete = OFF; CREATE TABLE a (text TEXT)")
            try database.execute(sql: "INSERT INTO a VALUES (?)", arguments: [secret])
            try database.execute(sql: "DELETE FROM a")
        }
        try queue.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: path)
        #expect(found(traces([secret])) == ["trail/P02/g.attune holds words of theirs"])
    }

    @Test func plainFilesAreReadInPieces() throws {
        // The words stand across the end of a piece.
        var bytes = [UInt8](repeating: 0x2E, count: (1 << 20) - 10)
        bytes += Array(secret.utf8)
        bytes += [UInt8](repeating: 0x2E, count: 3 << 20)
        try FileSystem.write(bytes, to: "\(study)/P02/notes.txt")
        try FileSystem.write(Array("1111".utf8), to: "\(root)/.other")
        try FileSystem.write(
            Array(#"{"session":"11111111-1111-4111-8111-111111111111"}"#.utf8),
            to: "\(root)/.alarms.json")
        #expect(
            found(traces([secret])) == [
                "trail/P02/notes.txt holds words of theirs",
                ".alarms.json names a session of theirs",
            ])
    }

    @Test func aDatabaseByAnotherNameIsOneToo() throws {
        let queue = try DatabaseQueue(path: "\(study)/P02/copy.old")
        try queue.write {
            try $0.execute(sql: "CREATE TABLE a (b TEXT); INSERT INTO a VALUES ('P01')")
        }
        try queue.close()
        #expect(found(traces()) == ["trail/P02/copy.old names them in a.b"])
    }

    /// A view that never ends stands behind it.
    @Test func aVirtualTableIsToldAndNeverAsked() throws {
        let queue = try DatabaseQueue(path: "\(study)/P02/strange.db")
        try queue.writeWithoutTransaction {
            try $0.execute(
                sql: """
                    CREATE TABLE a (b TEXT); INSERT INTO a VALUES ('P01');
                    CREATE VIEW endless AS WITH RECURSIVE c(n) AS
                        (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n, 'x' AS b FROM c;
                    CREATE VIRTUAL TABLE words USING fts5(b, content='endless', content_rowid='n');
                    """)
        }
        try queue.close()
        let found = found(traces())
        #expect(found.contains("trail/P02/strange.db names them in a.b"))
        #expect(
            found.contains(
                "trail/P02/strange.db cannot be searched: its table words is a virtual one"))
    }

    @Test func whatCannotBeReadIsToldAndRoomThatIsKeptIsNot() throws {
        try FileSystem.write(Array("no database".utf8), to: "\(study)/P02/broken.review")
        for name in ["a.attune-shm", "a.attune.reserve", "a.attune.reserve-end"] {
            try FileSystem.write(Array(secret.utf8), to: "\(study)/P02/\(name)")
        }
        let found = found(traces([secret]))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("trail/P02/broken.review cannot be searched") == true)
    }

    /// What of a recording is locked stays so: to close a file beside SQLite would end that.
    @Test func noLockIsTakenAway() throws {
        let path = "\(study)/P02/h.attune"
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "h", kind: .chat, study: "trail", participant: "P02",
                station: "here", softwareVersion: "1", bootIdentifier: "boot",
                started: Instant(nanoseconds: 1_000), startedRealtime: 1_000), streams: [])
        var batch = SessionBatch()
        batch.turns = [turn("participant", "what another one says")]
        try writer.commit(batch)
        let locks = try locks(of: path)
        #expect(!locks.isEmpty)
        var signals = traces([secret])
        signals.sequences = [0: [Array(0..<24)]]
        #expect(found(signals).isEmpty)
        #expect(try self.locks(of: path) == locks)
        try writer.close()
    }

    /// Locks that this process holds on a file, by what it has open: /proc/locks is handed out a page at a
    /// time, and tells a lock twice or not at all where others come and go between two pages.
    private func locks(of path: String) throws -> Set<String> {
        let files = FileManager.default
        func number(_ path: String) -> Int? {
            try? files.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
        }
        let wanted = try #require(number(path))
        var held: Set<String> = []
        for descriptor in try files.contentsOfDirectory(atPath: "/proc/self/fd") {
            // What another test has closed meanwhile is none of this file.
            guard
                let target = try? files.destinationOfSymbolicLink(
                    atPath: "/proc/self/fd/\(descriptor)"),
                number(target) == wanted,
                let information = try? FileSystem.readText("/proc/self/fdinfo/\(descriptor)")
            else { continue }
            for line in information.split(separator: "\n") where line.hasPrefix("lock:") {
                held.insert(String(line.drop { $0 != " " }))
            }
        }
        return held
    }
}
