import Glibc
import SessionStoreTestSupport
import SystemCalls
import TestSupport
import Testing

@testable import SessionStore

/// What is copied to a backup place, what is not, and what becomes of copies.
@Suite struct BackupTests {
    private let directory: TemporaryDirectory
    private let folder: String
    private let place: BackupPlace

    init() throws {
        directory = try TemporaryDirectory()
        folder = directory.file("data/study")
        try FileSystem.makeDirectories(folder + "/P01")
        try FileSystem.makeDirectories(directory.file("place"))
        place = try BackupPlace.open(directory.file("place"), isInUse: false)
    }

    private func write(_ text: String, _ name: String) throws {
        try FileSystem.write(Array(text.utf8), to: "\(folder)/\(name)")
    }

    /// Writes a file so that its time is another one: the kernel's tick may be the same as a moment ago. (The
    /// daemon copies only what has rested for longer.)
    private func change(_ name: String, to text: String) throws {
        let before = FileSystem.changed("\(folder)/\(name)")
        repeat { try write(text, name) } while FileSystem.changed("\(folder)/\(name)") == before
    }

    private func session(_ content: String) throws -> IndexedSession {
        try write(content, "P01/a.attune")
        return IndexedSession(
            identifier: "s1", participant: "P01", kind: .chat, file: "P01/a.attune",
            state: .finished, startedRealtime: 1, sha256: FileHash.sha256(of: content),
            size: Int64(content.utf8.count))
    }

    private func survey(
        _ session: IndexedSession, _ entries: [BackupEntry] = [],
        tombstoned: [String: String] = [:],
        isReachable: Bool = true
    ) -> BackupSurvey {
        BackupSurvey(
            study: "study", folder: folder, place: place, isReachable: isReachable,
            sessions: [session], entries: entries, tombstoned: tombstoned)
    }

    /// Copies all that a survey asks for.
    private func copy(_ survey: BackupSurvey) throws -> [BackupEntry] {
        try survey.items.map { item in
            let path = "\(folder)/\(item.file)"
            var sha256: String?
            if case .session(let known) = item.content { sha256 = known }
            let copied = try copying(item.file).run(.file(path, sha256: sha256))
            return BackupEntry(
                place: place.identifier, file: item.file, session: item.session,
                sha256: copied.sha256, size: copied.size, changedRealtime: item.changedRealtime,
                verifiedRealtime: 5)
        }
    }

    private func copying(
        _ file: String, isCancelled: @escaping () -> Bool = { false }
    ) -> BackupCopying {
        BackupCopying(
            to: place.path(study: "study", file: file), mode: 0o440, isCancelled: isCancelled)
    }

    @Test func aSessionIsCopiedOnceAndWhatIsBesideItEachTimeItChanges() throws {
        let session = try session("samples")
        try write("said", "P01/a.review")
        try write("worth", "P01/a.quality.html")
        let first = survey(session)
        #expect(first.items.map(\.file) == ["P01/a.attune", "P01/a.review", "P01/a.quality.html"])
        #expect(first.states["s1"]?.missing == "session, review, quality report")
        #expect(first.states["s1"]?.verifiedRealtime == nil)
        let entries = try copy(first)
        let second = survey(session, entries)
        #expect(second.items == [])
        #expect(second.states["s1"] == BackupSurvey.State(verifiedRealtime: 5, missing: nil))

        try change("P01/a.review", to: "said more")
        let third = survey(session, entries)
        #expect(third.items.map(\.file) == ["P01/a.review"])
        #expect(third.states["s1"]?.verifiedRealtime == 5)
        #expect(third.states["s1"]?.missing == "review")
    }

    @Test func aCopyThatIsGoneIsMadeAgainUnlessThePlaceIsAway() throws {
        let session = try session("samples")
        let entries = try copy(survey(session))
        try place.remove(study: "study", file: "P01/a.attune")
        #expect(survey(session, entries).items.map(\.file) == ["P01/a.attune"])
        #expect(survey(session, entries, isReachable: false).items == [])
        // What another place has does not count here.
        let other = entries.map { entry in
            var other = entry
            other.place = "another"
            return other
        }
        #expect(survey(session, other, isReachable: false).items.count == 1)
    }

    @Test func aWithdrawnSessionIsNotCopiedAndItsCopiesGo() throws {
        let session = try session("samples")
        try write("worth", "P01/a.quality.html")
        let entries = try copy(survey(session))
        #expect(survey(session, tombstoned: ["s1": "P01"]).items == [])
        let found = survey(session, entries, tombstoned: ["s1": "P01"])
        #expect(found.items == [])
        #expect(found.states == [:])
        #expect(found.removals.map(\.file) == ["P01/a.attune", "P01/a.quality.html"])
        for removal in found.removals { try place.remove(study: "study", file: removal.file) }
        #expect(try FileSystem.list(place.root + "/study") == [], "not even their code")
    }

    /// A daemon may end between a copy and the note of it.
    @Test func aCopyOfAWithdrawnSessionThatNobodyNotedGoes() throws {
        var model = SessionModel(seed: 3)
        let file = directory.file("s.attune")
        try model.write(to: file, batches: 3)
        let identifier = try SessionReader.open(at: file).session().description.identifier
        for name in ["P01/b.attune", "P02/b.attune"] {
            _ = try copying(name).run(.bytes(try FileSystem.read(file)))
        }
        let session = try session("samples")
        let found = survey(session, tombstoned: [identifier: "P01"])
        #expect(
            found.removals.map(\.file) == ["P01/b.attune", "P01/b.review", "P01/b.quality.html"])
        #expect(survey(session, tombstoned: ["another": "P01"]).removals.map(\.file) == [])
    }

    @Test func whatIsNotTheFinishedFileIsNotCopiedOverItsCopy() throws {
        let session = try session("samples")
        _ = try copy(survey(session))
        try write("damaged", "P01/a.attune")
        let failure = #expect(throws: BackupFailure.self) {
            try copying("P01/a.attune").run(.file("\(folder)/P01/a.attune", sha256: session.sha256))
        }
        #expect(failure?.side == .source)
        #expect(try FileSystem.readText(place.root + "/study/P01/a.attune") == "samples")
        #expect(try FileSystem.list(place.root + "/study/P01") == ["a.attune"])
    }

    @Test func aCopyingThatIsEndedLeavesNothing() throws {
        let bytes = [UInt8](repeating: 7, count: 5 << 20)
        var pieces = 0
        let failure = #expect(throws: BackupFailure.self) {
            try copying("P01/a.attune") {
                pieces += 1
                return pieces > 3
            }.run(.bytes(bytes))
        }
        #expect(failure?.side == .cancelled)
        #expect(try FileSystem.list(place.root + "/study/P01") == [])
    }

    @Test func aPlaceIsKnownByItsMark() throws {
        #expect(try BackupPlace.open(place.root, isInUse: true) == place)
        #expect(BackupPlace.marked(place.root) == place)
        let unmounted = directory.file("unmounted")
        #expect(throws: SessionStoreError.self) {
            try BackupPlace.open(unmounted, isInUse: false)
        }
        try FileSystem.makeDirectories(unmounted)
        let failure = #expect(throws: SessionStoreError.self) {
            try BackupPlace.open(unmounted, isInUse: true)
        }
        #expect(failure?.message.contains("touch \(unmounted)/.attune-backup") == true)
        #expect(try FileSystem.list(unmounted) == [])
        // A new disk, that somebody marked.
        try FileSystem.write([], to: "\(unmounted)/.attune-backup")
        let new = try BackupPlace.open(unmounted, isInUse: true)
        #expect(new.identifier != place.identifier)
        #expect(try BackupPlace.open(unmounted, isInUse: true) == new)
    }

    @Test func theIndexKnowsItsCopiesAndIsReadAsOnePiece() throws {
        let database = try StudyDatabase.open(at: folder + "/study.db")
        let entry = BackupEntry(
            place: "p", file: "P01/a.attune", session: "s1", sha256: "ab", size: 3,
            changedRealtime: 4, verifiedRealtime: 5)
        var again = entry
        again.verifiedRealtime = 6
        try database.store(entry)
        try database.store(again)
        #expect(try database.backups() == [again])
        let image = try database.image()
        #expect(image == (try FileSystem.read(folder + "/study.db")))
        let copy = directory.file("copy.db")
        try FileSystem.write(image, to: copy)
        #expect(try StudyDatabase.openForReading(at: copy).backups() == [again])
        try database.removeBackup(of: entry.file, at: "p")
        #expect(try database.backups() == [])
        #expect(try database.tombstonedSessions() == [:])
    }

    @Test func aRottenCopyIsFound() throws {
        let session = try session("samples")
        let entries = try copy(survey(session))
        var check = BackupCheck()
        check.run(study: "study", entries: entries, place: place)
        #expect((check.checked, check.findings.count) == (1, 0))
        let copy = place.path(study: "study", file: "P01/a.attune")
        try FileSystem.remove(copy)
        try FileSystem.write(Array("sampled".utf8), to: copy)
        check.run(study: "study", entries: entries, place: place)
        #expect(check.findings.map(\.copy) == [copy])
    }
}
