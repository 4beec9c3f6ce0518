import Foundation
import GRDB
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// Annotations, ratings, stages and transcripts beside a finished session.
@Suite struct ReviewCodingTests {
    private let directory: TemporaryDirectory
    private let path: String
    private let start = Instant(nanoseconds: 1_000_000_000)
    private let layer = "anna"

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("20261121T093000Z-chat.attune")
    }

    private func write(isFinished: Bool = true) throws {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "a-session", kind: .chat, study: "pilot", participant: "P01",
                station: "lab", softwareVersion: "1", bootIdentifier: "boot", started: start,
                startedRealtime: 1),
            streams: [
                StreamDescription(
                    id: 3, name: "ecg", kind: "signal",
                    channels: [ChannelDescription(name: "mv")])
            ])
        var batch = SessionBatch()
        batch.turns = [
            Turn(number: 1, author: "client", text: "I am 😞 now", sent: second(1), bound: 0),
            Turn(number: 2, author: "participant", text: "Why?", sent: second(2), bound: 0),
        ]
        batch.stateChange = SessionStateChange(state: .stopped, at: second(9))
        try writer.commit(batch)
        try writer.close()
        if isFinished { _ = try SessionFinisher(path: path).run() }
    }

    private func second(_ seconds: Double) -> Instant { start + Int64(seconds * 1e9) }
    private func uuid() -> String { UUID().uuidString.lowercased() }

    private func point(
        _ annotation: String, _ action: AnnotationAction = .add, at seconds: Double = 3,
        code: String = "validation"
    ) -> AnnotationChange {
        AnnotationChange(
            change: uuid(), annotation: annotation, action: action, layer: layer, kind: .point,
            code: code, modifiers: #"{"strength":2}"#, start: second(seconds),
            note: "näher — 1:1", detail: #"{"reaction_ms":250,"rate":1.5}"#,
            isRemoved: action == .remove)
    }

    private func refusal(_ changes: [AnnotationChange]) -> SessionReviewError? {
        #expect(throws: SessionReviewError.self) {
            try SessionReview(path: path).put(changes, actor: "anna")
        }
    }

    private var scheme: CodingSchemeText {
        CodingSchemeText(actor: "anna", name: "moments", version: "1", text: "scheme: moments\n")
    }

    @Test func everyStateIsKeptAndTheNewestCounts() throws {
        try write()
        let before = try FileSystem.read(path)
        let review = SessionReview(path: path)
        let reader = try ReviewReader.open(path)
        #expect(try reader.version() == 0 && reader.annotations() == [])
        let stored = try review.add(scheme)
        #expect(try review.add(scheme).id == stored.id)
        let (first, second) = (uuid(), uuid())
        var added = point(first)
        added.scheme = "moments"
        added.schemeVersion = "1"
        added.schemeSHA256 = scheme.sha256
        let (rows, version) = try review.put([added, point(second, at: 5)], actor: "anna")
        #expect(rows.map(\.id) == [1, 2] && version == 2)
        var moved = added
        (moved.change, moved.action, moved.start) = (uuid(), .change, self.second(4))
        #expect(try review.put([moved], actor: "ben").version == 3)
        #expect(try review.put([point(second, .remove)], actor: "anna").version == 4)
        // The reader of before the file's first row looks at a session without one.
        let now = try ReviewReader.open(path)
        #expect(try now.version() == 4)
        let current = try now.annotations()
        #expect(current.map(\.state) == [moved] && current.map(\.actor) == ["ben"])
        #expect(try now.annotations(removed: true).map(\.id) == [3, 4])
        #expect(try now.annotations(version: 2).map(\.id) == [1, 2])
        #expect(try now.annotations(layer: "ben") == [])
        #expect(try now.history(of: first).map(\.state) == [added, moved])
        #expect(try now.schemes().map(\.text) == [scheme.text])
        try now.close()
        #expect(try FileSystem.read(path) == before)
    }

    @Test func whatIsHandedOverAgainIsNotAddedAgain() throws {
        try write()
        let review = SessionReview(path: path)
        let change = point(uuid())
        let first = try review.put([change], actor: "anna")
        let again = try review.put([change], actor: "anna")
        #expect(again.rows.map(\.id) == first.rows.map(\.id) && again.version == 1)
        #expect(again.rows[0].isRepeated && !first.rows[0].isRepeated)
        var other = point(uuid())
        other.change = change.change
        guard case .refused(let id, _) = refusal([other]) else {
            Issue.record("another change took the id")
            return
        }
        #expect(id == change.change)
    }

    /// One wrong change keeps the others of its request out too.
    @Test func aRequestIsAddedAsAWhole() throws {
        try write()
        #expect(refusal([point(uuid()), point(uuid(), .change)]) != nil)
        #expect(try ReviewReader.open(path).annotations() == [])
    }

    @Test func whoComesSecondIsTold() throws {
        try write()
        let review = SessionReview(path: path)
        let annotation = uuid()
        _ = try review.put([point(annotation)], actor: "anna")
        var mine = point(annotation, .change, at: 4)
        mine.basedOn = 1
        _ = try review.put([mine], actor: "anna")
        var theirs = point(annotation, .change, at: 5)
        theirs.basedOn = 1
        #expect(refusal([theirs]) == .outdated(change: theirs.change, newest: 2))
        theirs.basedOn = nil
        #expect(try review.put([theirs], actor: "ben").version == 3)
    }

    @Test(arguments: 0..<16) func whatDoesNotFitIsRefused(wrong: Int) throws {
        try write()
        var change = point(uuid())
        func span(_ from: Int64, _ to: Int64, turn: Int64 = 1) {
            (change.kind, change.turn, change.spanStart, change.spanEnd) = (.span, turn, from, to)
            change.start = nil
        }
        switch wrong {
        case 0: change.start = second(9.5)
        case 1: change.start = second(-0.5)
        case 2: change.start = nil
        case 3: change.end = second(4)
        case 4: (change.kind, change.end) = (.interval, second(3))
        case 5: span(0, 12)
        case 6: span(0, 6)
        case 7: span(2, 2)
        case 8: span(0, 2, turn: 3)
        case 9: (change.kind, change.stream) = (.beat, 4)
        case 10: (change.kind, change.stream, change.channel) = (.beat, 3, "uv")
        case 11: change.kind = .beat
        case 12: change.note = String(repeating: "a", count: ReviewLimits.text + 1)
        case 13: change.annotation = "1"
        case 14: change.code = " "
        default: change.schemeSHA256 = String(repeating: "0", count: 64)
        }
        #expect(refusal([change]) != nil)
        #expect(!FileSystem.exists(SessionReview(path: path).reviewPath))
    }

    @Test func whatFitsIsTaken() throws {
        try write()
        let review = SessionReview(path: path)
        func state(_ kind: AnnotationKind, _ set: (inout AnnotationChange) -> Void)
            -> AnnotationChange
        {
            var change = point(uuid())
            (change.kind, change.start) = (kind, nil)
            set(&change)
            return change
        }
        let changes = [
            state(.span) { ($0.turn, $0.spanStart, $0.spanEnd) = (1, 5, 7) },
            state(.span) { ($0.turn, $0.spanStart, $0.spanEnd) = (1, 0, 11) },
            state(.turn) { $0.turn = 2 },
            state(.interval) { ($0.start, $0.end) = (second(0), second(9)) },
            state(.beat) { ($0.start, $0.stream, $0.channel) = (second(1), 3, "mv") },
            state(.noBeat) { ($0.start, $0.stream) = (second(2), 3) },
            state(.artefact) { ($0.start, $0.end, $0.stream) = (second(2), second(3), 3) },
        ]
        _ = try review.put(changes, actor: "anna")
        #expect(try ReviewReader.open(path).annotations().map(\.state) == changes)
    }

    @Test func nothingOfALockedStageChangesAnyMore() throws {
        try write()
        let review = SessionReview(path: path)
        func rating(_ stage: String, _ value: String) -> Rating {
            Rating(
                change: uuid(), rater: "eva", role: .expert, assignment: "as-1", stage: stage,
                turn: 2, item: "empathy", value: value, rationale: "because")
        }
        func stage(_ stage: String, _ action: RatingStage.Action) -> RatingStage {
            RatingStage(rater: "eva", assignment: "as-1", stage: stage, action: action)
        }
        var flag = point(uuid())
        (flag.layer, flag.stage) = ("as-1", "text")
        _ = try review.set(stage("text", .opened))
        _ = try review.put([rating("text", "3"), rating("text", "4")])
        _ = try review.put([flag], actor: "eva")
        let row = try review.set(stage("text", .locked))
        #expect(try review.set(stage("text", .locked)).id == row.id)
        for refused in [
            { _ = try review.put([rating("text", "5")]) },
            { _ = try review.set(stage("text", .opened)) },
            {
                // Nor by saying that it belongs to a later stage.
                (flag.change, flag.action, flag.stage) = (uuid(), .change, "all")
                _ = try review.put([flag], actor: "eva")
            },
            {
                (flag.change, flag.annotation, flag.action, flag.stage) = (
                    uuid(), uuid(), .add, nil
                )
                _ = try review.put([flag], actor: "eva")
            },
        ] as [() throws -> Void] {
            let error = #expect(throws: SessionReviewError.self) { try refused() }
            guard case .locked(_, "text") = error else {
                Issue.record("\(error as Any)")
                continue
            }
        }
        _ = try review.put([rating("all", "5")])
        let reader = try ReviewReader.open(path)
        #expect(try reader.ratings(assignment: "as-1").map(\.value) == ["4", "5"])
        #expect(try reader.ratingHistory(assignment: "as-1").map(\.value) == ["3", "4", "5"])
        #expect(try reader.stages(assignment: "as-1").map(\.action) == [.opened, .locked])
        #expect(throws: SessionReviewError.self) {
            var none = rating("all", "1")
            none.turn = 3
            _ = try review.put([none])
        }
    }

    @Test func transcriptsAreKeptWhole() throws {
        try write()
        let review = SessionReview(path: path)
        let transcript = Transcript(
            change: uuid(), actor: "anna", source: .webvtt, language: "en", detail: #"{"a":1}"#)
        let segments = [
            TranscriptSegment(start: second(1), end: second(2), speaker: "P", text: "well"),
            TranscriptSegment(
                start: second(2), end: second(4), text: "I — uh", words: #"[{"w":"I"}]"#),
        ]
        let row = try review.add(transcript, segments)
        #expect(try review.add(transcript, segments).id == row.id)
        let reader = try ReviewReader.open(path)
        #expect(try reader.transcripts().map(\.change) == [transcript.change])
        #expect(try reader.segments(of: row.id) == segments)
        #expect(throws: SessionReviewError.self) {
            var late = transcript
            late.change = uuid()
            _ = try review.add(
                late, [TranscriptSegment(start: second(8), end: second(10), text: "")])
        }
    }

    @Test func rowsAreOnlyAdded() throws {
        try write()
        let review = SessionReview(path: path)
        _ = try review.put([point(uuid())], actor: "anna")
        _ = try review.add(scheme)
        _ = try review.set(RatingStage(rater: "e", assignment: "a", stage: "s", action: .opened))
        _ = try review.put([
            Rating(
                change: uuid(), rater: "e", role: .expert, assignment: "a", stage: "s", item: "i",
                value: "1")
        ])
        _ = try review.add(
            Transcript(change: uuid(), actor: "a", source: .typed),
            [TranscriptSegment(start: second(1), end: second(1), text: "t")])
        let queue = try DatabaseQueue(path: review.reviewPath)
        for (table, column) in [
            ("schemes", "name"), ("annotations", "note"), ("ratings", "value"),
            ("rating_stages", "stage"), ("transcripts", "actor"), ("transcript_segments", "text"),
        ] {
            for sql in ["UPDATE \(table) SET \(column) = '2'", "DELETE FROM \(table)"] {
                #expect(throws: DatabaseError.self, "\(sql)") {
                    try queue.write { try $0.execute(sql: sql) }
                }
            }
        }
        try queue.close()
    }

    /// A review file of an earlier program has none of the tables.
    @Test func aReviewOfAlignmentsAloneTakesThem() throws {
        try write()
        _ = try SessionAligner(path: path).run(reason: "a test")
        let reader = try ReviewReader.open(path)
        #expect(try reader.annotations() == [] && reader.ratings() == [] && reader.version() == 0)
        _ = try SessionReview(path: path).put([point(uuid())], actor: "anna")
        #expect(try reader.annotations().count == 1)
    }

    @Test func aSessionThatIsNotFinishedIsRefused() throws {
        try write(isFinished: false)
        guard case .failed(let error) = refusal([point(uuid())]) else {
            Issue.record("it was taken")
            return
        }
        #expect(error.code == .wrongState)
    }
}
