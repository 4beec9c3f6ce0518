import GRDB
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// What a researcher says of emotions stands beside what was scored.
@Suite struct EmotionCorrectionTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("20261121T093000Z-chat.attune")
    }

    private func write(isFinished: Bool = true) throws {
        let start = Instant(nanoseconds: 1_000_000_000)
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "a-session", kind: .chat, study: "pilot", participant: "P01",
                station: "lab", softwareVersion: "1", bootIdentifier: "boot", started: start,
                startedRealtime: 1))
        var batch = SessionBatch()
        for number in 1...4 {
            batch.turns.append(
                Turn(
                    number: Int64(number), author: "client", text: "Turn \(number)",
                    sent: start + Int64(number) * 1_000_000_000, bound: 0))
        }
        batch.stateChange = SessionStateChange(state: .stopped, at: start + 9_000_000_000)
        try writer.commit(batch)
        try writer.close()
        if isFinished { _ = try SessionFinisher(path: path).run() }
    }

    private func correction(
        turn: Int64, category: String? = "sadness", valence: Double? = nil
    ) -> EmotionCorrection {
        EmotionCorrection(
            turn: turn, category: category, valence: valence, arousal: nil, note: "tears",
            actor: "uid 1", madeRealtime: 5)
    }

    @Test func correctionsAreAddedAndNeverChanged() throws {
        try write()
        let before = try FileSystem.read(path)
        let review = SessionReview(path: path)
        #expect(try review.emotionCorrections() == [])
        #expect(try review.add(correction(turn: 2)) == 1)
        #expect(try review.add(correction(turn: 2, category: nil, valence: -0.25)) == 2)
        let stored = try review.emotionCorrections()
        #expect(stored.map(\.id) == [1, 2])
        #expect(stored.map(\.category) == ["sadness", nil])
        #expect(stored.map(\.valence) == [nil, -0.25])
        #expect(stored.allSatisfy { $0.turn == 2 && $0.note == "tears" && $0.actor == "uid 1" })
        #expect(try FileSystem.read(path) == before)
        let queue = try DatabaseQueue(path: review.reviewPath)
        for sql in [
            "UPDATE emotion_corrections SET valence = 1", "DELETE FROM emotion_corrections",
        ] {
            #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
        }
        try queue.close()
        // Readers of the session's times pass it over.
        let reader = try SessionReader.open(at: path)
        #expect(reader.alignment == nil)
        try reader.close()
    }

    /// A review file of an earlier program has no table for them yet.
    @Test func aReviewOfAlignmentsAloneTakesThem() throws {
        try write()
        _ = try SessionAligner(path: path).run(reason: "a test")
        let review = SessionReview(path: path)
        let queue = try DatabaseQueue(path: review.reviewPath)
        let hasTable = try queue.read { try $0.tableExists("emotion_corrections") }
        try queue.close()
        #expect(!hasTable)
        #expect(try review.emotionCorrections() == [])
        #expect(try review.add(correction(turn: 1)) == 1)
        #expect(try review.emotionCorrections().count == 1)
        let reader = try SessionReader.open(at: path)
        #expect(reader.alignment?.id == 1)
        try reader.close()
    }

    @Test(arguments: [
        (EmotionCorrection.categories[0], 2.0), ("joy", 0), ("fear", -.infinity),
        ("fear", .nan),
    ])
    func impossibleCorrectionsAreRefused(category: String, valence: Double) throws {
        try write()
        let review = SessionReview(path: path)
        #expect(throws: SessionStoreError.self) {
            try review.add(correction(turn: 1, category: category, valence: valence))
        }
        #expect(!FileSystem.exists(review.reviewPath))
    }

    @Test func whatIsNotThereCannotBeCorrected() throws {
        try write()
        let review = SessionReview(path: path)
        #expect(throws: SessionStoreError.self) { try review.add(correction(turn: 5)) }
        #expect(throws: SessionStoreError.self) {
            try review.add(correction(turn: 1, category: nil))
        }
        #expect(!FileSystem.exists(review.reviewPath))
    }

    @Test func aSessionThatIsNotFinishedIsRefused() throws {
        try write(isFinished: false)
        let error = #expect(throws: SessionStoreError.self) {
            try SessionReview(path: path).add(correction(turn: 1))
        }
        #expect(error?.code == .wrongState)
    }
}
