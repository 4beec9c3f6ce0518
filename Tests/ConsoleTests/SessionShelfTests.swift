import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing

@testable import Console

@Suite struct SessionShelfTests {
    private let folder: TemporaryDirectory
    private let recorded: RecordedFolder
    private let shelf: SessionShelf

    init() throws {
        folder = try TemporaryDirectory()
        recorded = try RecordedFolder(at: folder.path)
        shelf = try SessionShelf(directory: folder.path)
    }

    private func refusal(_ id: String) async -> ConsoleRefusal? {
        do {
            _ = try await shelf.open(id)
            return nil
        } catch {
            return error as? ConsoleRefusal
        }
    }

    @Test func sessionsOfTheIndexAreListed() async throws {
        let listed = try await shelf.list()
        #expect(listed.map(\.id) == [RecordedFolder.identifier])
        let one = try #require(listed.first)
        #expect(one.study == "walk" && one.participant == "P01" && one.kind == "chat")
        #expect(one.state == .finished && one.durationS == 60 && !one.pilot && !one.hasReview)
        #expect(try await shelf.list(study: "walk").count == 1)
        #expect(try await shelf.list(study: "other").isEmpty)
        #expect(try await shelf.list(study: "../walk").isEmpty)
    }

    @Test func aFileThatNoIndexKnowsIsListedToo() async throws {
        try FileSystem.remove("\(folder.path)/walk/study.db")
        let listed = try await shelf.list()
        #expect(listed.map(\.id) == [RecordedFolder.identifier])
        #expect(listed.first?.durationS == 60)
        // What is no session file is passed over.
        try FileSystem.write(Array("nonsense".utf8), to: "\(folder.path)/walk/P01/x.attune")
        #expect(try await shelf.list().count == 1)
    }

    @Test func aSessionIsOpenedByItsIdOrTheBeginningOfIt() async throws {
        for id in [
            RecordedFolder.identifier, "5a3c9b", RecordedFolder.identifier.uppercased(), "5A3C9B1E",
        ] {
            #expect(try await shelf.open(id).listed.id == RecordedFolder.identifier)
        }
        for id in ["5a3c9", "", "5a3c9c", "..", "5a3c9b1e-0000-4000-8000-00000000abcdx", "%"] {
            #expect(await refusal(id)?.status == .notFound, "\(id)")
        }
    }

    @Test func aBeginningThatTwoHaveIsNone() async throws {
        let copy = recorded.path.replacing("093000Z", with: "103000Z")
        try FileManager.default.copyItem(atPath: recorded.path, toPath: copy)
        // The same id twice: whoever put it there meant the same session.
        #expect(
            try await shelf.open(RecordedFolder.identifier).listed.id == RecordedFolder.identifier)
        #expect(await refusal("5a3c9b")?.status == .notFound)
    }

    @Test func aFinishedSessionIsKeptOpenUntilItsReviewChanges() async throws {
        let first = try await shelf.open(RecordedFolder.identifier)
        #expect(try await shelf.open(RecordedFolder.identifier) === first)
        _ = try SessionReview(path: recorded.path).add(
            EmotionCorrection(
                turn: 1, category: "fear", valence: nil, arousal: nil, note: "", actor: "lab",
                madeRealtime: 5))
        let second = try await shelf.open(RecordedFolder.identifier)
        #expect(second !== first && second.listed.hasReview)
        // What was opened before goes on working.
        #expect(try await first.read { try $0.turns().count } == 3)
    }

    @Test func filesThatAreMissingOrDamagedAreRefusedInWords() async throws {
        let bytes = try FileSystem.read(recorded.path)
        for (content, status) in [
            (Array(bytes.prefix(50)), 422), ([], 422), (Array("no database".utf8), 422),
        ] {
            try FileSystem.write(content, to: recorded.path)
            let refusal = await refusal(RecordedFolder.identifier)
            #expect(refusal?.status.code == status)
            // The folder above the data is nobody's business.
            #expect(refusal?.message.contains(folder.path) == false)
        }
        try FileSystem.remove(recorded.path)
        #expect(await refusal(RecordedFolder.identifier)?.status == .notFound)
    }

    @Test func aFileThatIsTakenAwayWhileItIsOpenIsGone() async throws {
        _ = try await shelf.open(RecordedFolder.identifier)
        try FileSystem.remove(recorded.path)
        #expect(await refusal(RecordedFolder.identifier)?.status == .notFound)
    }

    /// Who cannot read what was deleted shows nothing.
    @Test func whatMayHaveBeenDeletedIsNotShown() async throws {
        #expect(try await shelf.list().count == 1)
        let path = "\(folder.path)/walk/study.db"
        try FileSystem.write([UInt8](repeating: 7, count: 4096), to: path)
        // It was listed before, and is so still.
        #expect(try await shelf.list().count == 1)
        #expect(await refusal(RecordedFolder.identifier)?.status == .unprocessableContent)
        let other = try SessionShelf(directory: folder.path)
        #expect(try await other.list().isEmpty)
        try FileSystem.remove(path)
        #expect(try await other.list().count == 1)
        #expect(await refusal(RecordedFolder.identifier) == nil)
    }

    @Test func aWithdrawnSessionIsNotShown() async throws {
        let database = try StudyDatabase.open(at: "\(folder.path)/walk/study.db")
        var entry = try #require(try database.session(RecordedFolder.identifier))
        _ = try await shelf.open(RecordedFolder.identifier)
        entry.state = .withdrawn
        try database.store(entry)
        try database.close()
        #expect(await refusal(RecordedFolder.identifier)?.status == .gone)
        #expect(try await shelf.list().first?.state == .withdrawn)
    }

    /// A copy of what was deleted, or of what it was before something was taken out of it, comes back: who has it
    /// in an older list gets nothing of it either.
    @Test(arguments: [nil, "no row of its trail"])
    func aCopyThatATombstoneRefusesIsNotOpened(auditRow: String?) async throws {
        let listed = try #require(try await shelf.list().first)
        _ = try await shelf.open(listed.id)
        let threads = try ReadingThreads(count: 1, name: "refusals")
        _ = try OpenedSession(listed, threads: threads)
        let database = try StudyDatabase.open(at: "\(folder.path)/walk/study.db")
        try database.add([
            Tombstone(
                session: listed.id.uppercased(), participant: "P01",
                scope: auditRow == nil ? Tombstone.everything : "audio", auditRow: auditRow,
                realtime: 1)
        ])
        try database.close()
        let refused = #expect(throws: ConsoleRefusal.self) {
            try OpenedSession(listed, threads: threads)
        }
        #expect(refused?.status == .gone)
        #expect(refused?.message.contains("delete") == true, "\(refused?.message ?? "")")
        #expect(refused?.message.contains(folder.path) == false)
        // What was open already is none that is current.
        #expect(await refusal(listed.id)?.status.code != nil)
    }

    @Test func aRecordingIsReadWithoutBeingHeldOpen() async throws {
        let other = try TemporaryDirectory()
        let recording = try RecordedFolder(at: other.path, isFinished: false)
        let shelf = try SessionShelf(directory: other.path)
        let session = try await shelf.open(RecordedFolder.identifier)
        #expect(session.version == nil)
        #expect(try await session.read { try $0.turns().count } == 3)
        // The file can be finished: nobody holds its log.
        let (writer, _) = try SessionWriter.open(at: recording.path)
        var stop = SessionBatch()
        stop.stateChange = SessionStateChange(
            state: .stopped, at: RecordedFolder.at(61), outcome: "completed")
        try writer.commit(stop)
        try writer.close()
        _ = try SessionFinisher(path: recording.path, isAligning: false).run()
        #expect(try await session.read { try $0.session().state } == .finished)
    }
}
