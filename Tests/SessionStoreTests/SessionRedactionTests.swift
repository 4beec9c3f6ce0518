import GRDB
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// A finished session's file and its review without a name, and nothing else changed.
@Suite struct SessionRedactionTests {
    /// The codes of keys spell what was covered; what was typed elsewhere keeps its own.
    @Test func keyCodesOfACoveredWordGo() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("session.attune")
        try writeSound(
            path, rate: 8000, [Int64](repeating: 1, count: 8000), said: "Anna was there",
            sent: 10_000_000_000, composedFrom: 8_000_000_000,
            keysAt: [1, 5, 8, 9, 10, 13, 20, 21, 22, 30].map { $0 * 1_000_000_000 },
            drafted: [(20_500_000_000, "An"), (21_500_000_000, "na")])
        let redaction = SessionRedaction(path: path, texts: ["Anna"])
        let trial = try redaction.matches().places.filter { $0.table == "key_codes" }
        _ = try redaction.run { detail in
            AuditEntry(
                time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "redact",
                detail: detail)
        }
        let queue = try DatabaseQueue(path: path)
        let left = try queue.read {
            try Int64.fetchAll($0, sql: "SELECT ordinal FROM key_codes ORDER BY ordinal")
        }
        #expect(left == [0, 1, 5, 9])
        #expect(trial.map(\.row) == [2, 3, 4, 6, 7, 8])
        let classes = try queue.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM keystrokes WHERE class = 'letter'")
        }
        #expect(classes == 10)
        try queue.close()
    }

    /// An alignment that was made before names the file as it was.
    @Test func anAlignmentFromBeforeIsOfThisFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("session.attune")
        try writeSound(path, rate: 8000, [Int64](repeating: 1, count: 8000), said: "Anna was there")
        let before = try FileHash.sha256(path)
        _ = try SessionAligner(path: path).run(reason: "since Anna asked")
        func errors(_ sha256: String? = nil) throws -> [String] {
            try SessionCheck(path: path, expectedSHA256: sha256).run()
                .filter { $0.severity == .error }.map(\.message)
        }
        #expect(try errors() == [])
        for name in ["Anna", "there"] {
            let outcome = try SessionRedaction(path: path, texts: [name]).run(as: name) { detail in
                AuditEntry(
                    time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "redact",
                    detail: detail)
            }
            #expect(try errors() == [])
            #expect(try errors(outcome.file?.sha256) == [])
        }
        let told = try errors(before)
        #expect(told.count == 1 && told[0].contains("names were covered"), "\(told)")
        #expect(!told[0].contains("Take the copy from the backup"))
        let reader = try SessionReader.open(at: path)
        let changes = try reader.changes()
        try reader.close()
        #expect(changes.count == 2 && changes[0].replacedSHA256 == before)
        let made = try #require(try RewrittenFile.find(path, identifier: "Anna"))
        #expect(made.auditRow == changes[0].row)
        #expect(try RewrittenFile.find(path, identifier: "other") == nil)
        // A file that nobody changed on purpose is another one.
        let queue = try DatabaseQueue(path: SessionReview(path: path).reviewPath)
        try queue.write {
            let triggers = try String.fetchAll(
                $0, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in triggers { try $0.execute(sql: "DROP TRIGGER \"\(name)\"") }
            try $0.execute(
                sql: "UPDATE alignments SET session_sha256 = ?",
                arguments: [String(repeating: "0", count: 64)])
        }
        try queue.close()
        #expect(try errors().contains { $0.contains("computed from another file") })
    }

    /// Where the review cannot be written, nothing is covered of which no audit row tells.
    @Test func aReviewThatCannotBeWrittenIsTold() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("session.attune")
        try writeSound(path, rate: 8000, [Int64](repeating: 1, count: 8000), said: "Hello")
        _ = try SessionReview(path: path).add(
            EmotionCorrection(
                turn: 1, category: "sadness", valence: 0, arousal: 0, note: "since ANNA left",
                actor: "test", madeRealtime: 1))
        let review = SessionReview(path: path).reviewPath
        let redaction = SessionRedaction(path: path, texts: ["Anna"])
        func run() throws -> SessionRedaction.Outcome {
            try redaction.run(as: "first") { detail in
                AuditEntry(
                    time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "redact",
                    detail: detail)
            }
        }
        let holder = try DatabaseQueue(path: review)
        var failure: (any Error)?
        try holder.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                do { _ = try run() } catch { failure = error }
                return .rollback
            }
        }
        #expect(failure is SessionStoreError)
        let made = try #require(try RewrittenFile.find(path, identifier: "first"))
        #expect(SessionRedaction.concernReview(made.tables))
        #expect(made.file.sha256 == (try FileHash.sha256(path)))
        try holder.close()
        // Once more, and the rest is found.
        #expect(try run().places.map(\.table) == ["emotion_corrections"])
        #expect(
            try SessionReview(path: path).emotionCorrections().map(\.note) == ["since ████ left"])
    }

    @Test func aRedactionThatGoesOnIsRemembered() throws {
        let directory = try TemporaryDirectory()
        let database = try StudyDatabase.open(at: directory.file("study.db"))
        let first = Redaction(session: "s1", actor: "uid 1", asked: 5)
        let second = Redaction(session: "s2", actor: "uid 1", asked: 4)
        try database.begin(first)
        try database.begin(second)
        #expect(try database.openRedactions() == [second, first])
        try database.end(second)
        #expect(try database.openRedactions() == [first])
        _ = try database.forget(sessions: ["s1"], participant: nil)
        #expect(try database.openRedactions() == [])
        try database.close()
    }

    @Test func soundIsSilencedToTheSample() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("session.attune")
        let rate = 8000
        let count = 3 * rate
        let values = (0..<count).map { Int64(($0 * 37) % 2000 - 1000) | 1 }
        try writeSound(path, rate: rate, values)
        // 1.00025 s is sample 8002; 1.5 s is sample 12000, which stays.
        let redaction = SessionRedaction(
            path: path, texts: [], stretches: [.init(from: 1_000_250_000, to: 1_500_000_000)])
        #expect(try redaction.matches().silencedSamples == 12000 - 8002)
        let before = try FileHash.sha256(path)
        let outcome = try redaction.run { detail in
            AuditEntry(
                time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "redact",
                detail: detail)
        }
        #expect(outcome.silencedSamples == 12000 - 8002)
        #expect(outcome.file?.sha256 != before)
        let reader = try SessionReader.open(at: path)
        var found: [Int64] = []
        try reader.forEachChunk(of: 1) { chunk in
            if case .integers(let part)? = chunk.columns.first { found += part }
            return true
        }
        try reader.close()
        #expect(found.count == count)
        #expect(Array(found[..<8002]) == Array(values[..<8002]))
        #expect(found[8002..<12000].allSatisfy { $0 == 0 })
        #expect(Array(found[12000...]) == Array(values[12000...]))
        // The overview is that of the new samples, and the trail holds.
        #expect(try SessionCheck(path: path).run().filter { $0.severity == .error } == [])
    }

    /// What people said of a session has names too, and its rows are kept by triggers.
    @Test func whatWasSaidAboutItIsCoveredAndKeptAgain() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("session.attune")
        try writeSound(path, rate: 8000, [Int64](repeating: 1, count: 8000), said: "Anna was there")
        let correction = EmotionCorrection(
            turn: 1, category: "sadness", valence: 0, arousal: 0, note: "since ANNA left",
            actor: "test", madeRealtime: 1)
        _ = try SessionReview(path: path).add(correction)
        let redaction = SessionRedaction(path: path, texts: ["Anna"])
        let places = try redaction.matches().places.map(\.table)
        #expect(places.sorted() == ["emotion_corrections", "turns"])
        let outcome = try redaction.run { detail in
            AuditEntry(
                time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "redact",
                detail: detail)
        }
        #expect(outcome.places.map(\.table).sorted() == ["emotion_corrections", "turns"])
        #expect(
            try SessionReview(path: path).emotionCorrections().map(\.note) == ["since ████ left"])
        for file in [path, SessionReview(path: path).reviewPath] {
            let bytes = String(decoding: try FileSystem.read(file), as: UTF8.self).lowercased()
            #expect(!bytes.contains("anna"))
        }
        let queue = try DatabaseQueue(path: SessionReview(path: path).reviewPath)
        #expect(throws: (any Error).self) {
            try queue.write { try $0.execute(sql: "DELETE FROM emotion_corrections") }
        }
        try queue.close()
        #expect(try redaction.matches().places.isEmpty)
        #expect(try SessionCheck(path: path).run().filter { $0.severity == .error } == [])
    }

    /// A detail that is covered breaks the chain unless a later row says so.
    @Test func aDetailIsCoveredAndTheChainHolds() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("session.attune")
        try writeSound(
            path, rate: 8000, [Int64](repeating: 1, count: 8000), reason: "Anna came in")
        _ = try SessionRedaction(path: path, texts: ["Anna"]).run { detail in
            AuditEntry(
                time: Instant(nanoseconds: 1), realtime: 1, actor: "test", action: "redact",
                detail: detail)
        }
        let reader = try SessionReader.open(at: path)
        let verified = try reader.verifiedAudit()
        #expect(verified.findings.isEmpty && verified.redacted == 1)
        #expect(try reader.audit().first?.detail.contains("████") == true)
        try reader.close()
    }

    private func writeSound(
        _ path: String, rate: Int, _ values: [Int64], said: String? = nil, reason: String = "",
        sent: Int64 = 5, composedFrom: Int64? = nil, keysAt keys: [Int64] = [],
        drafted: [(Int64, String)] = []
    ) throws {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "5f0f1a8e-0000-4000-8000-000000000001", kind: .commentary,
                study: "test", participant: "p01", station: "here", softwareVersion: "1",
                bootIdentifier: "boot", started: Instant(nanoseconds: 0), startedRealtime: 1_000),
            streams: [
                StreamDescription(
                    id: 1, name: "voice", kind: StreamDescription.audioKind,
                    nominalRate: Double(rate), clock: .counter,
                    channels: [ChannelDescription(name: "sound", scale: 1.0 / 32768)]),
                StreamDescription(id: 2, name: "keys", kind: "keys", clock: .stamped),
            ])
        var batch = SessionBatch()
        let period = 1_000_000_000 / Int64(rate)
        batch.samples = [
            SampleRun(
                stream: 1, firstIndex: 0, count: values.count, columns: [.integers(values)],
                packets: [
                    SamplePacket(
                        count: values.count,
                        arrival: Instant(nanoseconds: Int64(values.count) * period))
                ])
        ]
        batch.clockSegments = [
            StreamClockSegment(
                stream: 1,
                segment: ClockSegment(
                    firstIndex: 0, lastIndex: Int64(values.count) - 1,
                    origin: Instant(nanoseconds: 0), period: Double(period), bound: 1000,
                    method: "least-delay/1"))
        ]
        batch.timeTriples = [
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: Instant(nanoseconds: 0), boottime: 0, realtime: 1_000,
                    uncertainty: 10), cause: "start")
        ]
        batch.audit = [
            AuditEntry(
                time: Instant(nanoseconds: 0), realtime: 1, actor: "test", action: "start",
                detail: "{\"reason\": \"\(reason)\"}")
        ]
        if let said {
            batch.turns = [
                Turn(
                    author: "participant", text: said,
                    composedFrom: composedFrom.map { Instant(nanoseconds: $0) },
                    sent: Instant(nanoseconds: sent), bound: 0, client: "chat", clientSequence: 1)
            ]
        }
        batch.keyPresses = keys.enumerated().map { ordinal, pressed in
            KeyPress(
                stream: 2, ordinal: Int64(ordinal), pressed: Instant(nanoseconds: pressed),
                keyClass: "letter", code: 30, bound: 0)
        }
        var place: Int64 = 0
        for (number, (time, text)) in drafted.enumerated() {
            batch.draftEdits.append(
                DraftEdit(
                    turn: 2, time: Instant(nanoseconds: time), position: place, deleted: 0,
                    inserted: Int64(text.utf16.count), editClass: "letter", text: text,
                    client: "chat", clientSequence: Int64(number) + 10))
            place += Int64(text.utf16.count)
        }
        batch.stateChange = SessionStateChange(
            state: .stopped, at: Instant(nanoseconds: 3_000_000_000))
        try writer.commit(batch)
        try writer.close()
        _ = try SessionFinisher(path: path, isAligning: false).run()
    }
}
