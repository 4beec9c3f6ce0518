import Glibc
import SessionStore
import SystemCalls
import TestSupport
import Testing

@testable import Stations

/// Two stations and a folder that both of them see.
@Suite struct TwoStationsTests {
    private let directory: TemporaryDirectory
    private let first: MadeUpStation
    private let second: MadeUpStation
    private let share: String

    init() throws {
        directory = try TemporaryDirectory()
        first = try MadeUpStation("lab a", in: directory)
        second = try MadeUpStation("lab b", in: directory)
        share = directory.file("share")
        try FileSystem.makeDirectories(share)
    }

    private func place(
        _ station: MadeUpStation, forPush: Bool = true, verifies: Bool = false
    ) throws -> StationPlace {
        var options = StationPlace.Options(station: station.name)
        options.partSize = 1 << 20
        options.verifies = verifies
        return try StationPlace.open(directory: share, options, forPush: forPush)
    }

    private func push(
        _ station: MadeUpStation, only: Set<String>? = nil, verifies: Bool = false
    ) throws -> StudyOutcome {
        let done = try place(station, verifies: verifies).push(
            data: station.data, study: MadeUpStation.study, only: only)
        #expect(done.cutOff == nil)
        return done
    }

    private func pull(_ station: MadeUpStation) throws -> StudyOutcome {
        let done = try place(station, forPush: false).pull(
            data: station.data, study: MadeUpStation.study)
        #expect(done.cutOff == nil)
        return done
    }

    private func compare(
        _ station: MadeUpStation, verifies: Bool = false
    ) throws -> StudyComparison {
        try place(station, forPush: false, verifies: verifies).compare(
            data: station.data, study: MadeUpStation.study)
    }

    private func whereabouts(_ station: MadeUpStation) throws -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: try compare(station).sessions.map {
                ($0.session, $0.whereabouts.rawValue)
            })
    }

    /// All files of the place, and when they changed.
    private func everything() throws -> [String: Int64] {
        let store = DirectoryStore(share)
        return Dictionary(
            uniqueKeysWithValues: try store.list("pilot/").map { ($0.key, $0.changedRealtime) })
    }

    /// The path of a session's file at the place.
    private func object(_ participant: String = "P01", _ suffix: String = ".attune") throws
        -> String
    {
        let folder = "\(share)/pilot/files/\(participant)"
        let name = try #require(try FileSystem.list(folder).first { $0.hasSuffix(suffix) })
        return "\(folder)/\(name)"
    }

    @Test func whatOneHasTheOtherGets() throws {
        let path = try first.record("s-1")
        try first.record("s-2", second: 60, kind: .commentary, parent: "s-1")
        try first.record("s-3", "P02", second: 5, isFinished: false)
        try FileSystem.write(Array("<p>good</p>".utf8), to: StudyDirectory.qualityReport(of: path))
        #expect(try place(first).isNew)
        #expect(try whereabouts(first) == ["s-1": "here", "s-2": "here", "s-3": "recording"])

        let sent = try push(first)
        #expect(Set(sent.moved.map(\.session)) == ["s-1", "s-2"] && sent.problems.isEmpty)
        #expect(sent.moved.first { $0.session == "s-1" }?.parts == ["session", "report"])
        #expect(sent.open.map(\.session) == ["s-3"])
        #expect(try whereabouts(first) == ["s-1": "both", "s-2": "both", "s-3": "recording"])
        #expect(try compare(first, verifies: true).isSettled)

        #expect(try whereabouts(second) == ["s-1": "there", "s-2": "there"])
        let brought = try pull(second)
        #expect(brought.moved.count == 2 && brought.problems.isEmpty)
        #expect(
            second.files() == [
                "20261121T093000Z-chat.attune", "20261121T093000Z-chat.quality.html",
                "20261121T093100Z-commentary.attune",
            ])
        let copy = "\(second.data)/pilot/P01/20261121T093000Z-chat.attune"
        #expect(try FileHash.sha256(copy) == FileHash.sha256(path))
        var status = stat()
        unsafe stat(copy, &status)
        #expect(status.st_mode & 0o777 == 0o440)
        #expect(try compare(second).isSettled)

        // Once more, nothing goes over the line and nothing is written.
        let before = try everything()
        for station in [first, second] {
            #expect(try push(station).moved.isEmpty)
            #expect(try pull(station).moved.isEmpty)
        }
        #expect(try everything() == before)
    }

    @Test func oneFileIsSentWithItsThinkAlouds() throws {
        try first.record("s-1")
        try first.record("s-2", second: 60, kind: .commentary, parent: "s-1")
        try first.record("s-3", second: 120)
        #expect(Set(try push(first, only: ["s-1"]).moved.map(\.session)) == ["s-1", "s-2"])
    }

    @Test func aSessionIsThereWithItsManifestAlone() throws {
        try first.record("s-1")
        _ = try push(first)
        try FileSystem.remove("\(share)/pilot/sessions/s-1.json")
        #expect(try pull(second).moved.isEmpty && second.files().isEmpty)
        #expect(try whereabouts(first) == ["s-1": "partial"])
        // What is there already is not sent again.
        #expect(try push(first).moved.map(\.bytes) == [0])
        #expect(try pull(second).moved.count == 1)
    }

    @Test func aSendingThatWasKilledGoesOn() throws {
        let path = try first.record(
            "s-1", said: String(repeating: "Anna was there. ", count: 200_000))
        let hashes = try PartHashes(FileSource(path), partSize: 1 << 20)
        try #require(hashes.parts.count >= 3)
        let key = PlaceKey.file(
            study: "pilot", participant: "P01", stem: "20261121T093000Z-chat", part: .session,
            sha256: hashes.sha256)
        let half = AssembledFile.temporary(of: "\(share)/\(key)")
        try FileSystem.makeDirectories("\(share)/pilot/files/P01")
        let all = try FileSystem.read(path)
        // One piece, and a torn one.
        try FileSystem.write(Array(all[0..<(1 << 20) + 77]), to: half)
        let sent = try push(first)
        #expect(sent.moved.map(\.bytes) == [hashes.size - 1 << 20])
        #expect(try FileSystem.read("\(share)/\(key)") == all)
        #expect(!FileSystem.exists(half))
        // The same on the way back.
        let target = try MadeUpStation.path(second.data, "P01", second: 0, kind: .chat)
        try FileSystem.makeDirectories("\(second.data)/pilot/P01")
        var torn = Array(all[0..<(2 << 20) + 5])
        torn[5] ^= 1
        try FileSystem.write(torn, to: AssembledFile.temporary(of: target))
        let stale = AssembledFile.temporary(of: target + ".other.attune")
        try FileSystem.write([1], to: stale)
        #expect(try pull(second).moved.map(\.bytes) == [hashes.size])
        #expect(
            try FileSystem.read(target) == all && second.files() == ["20261121T093000Z-chat.attune"]
        )
    }

    @Test func whatTwoMakeAtOnceIsMadeByOne() throws {
        let path = try first.record("s-1")
        let hashes = try PartHashes(FileSource(path), partSize: 1 << 20)
        let target = directory.file("made/x")
        let held = try AssembledFile(target, hashes, rights: 0o640)
        #expect(throws: StationsError.self) { _ = try AssembledFile(target, hashes, rights: 0o640) }
        held.remove()
    }

    /// Many write one name at once: one of them has it, and all of it is that one's.
    @Test func ofManyWhoWriteOneNameOneDoes() async throws {
        let share = share
        for round in 0..<60 {
            let key = "pilot/sessions/s-\(round).json"
            let wrote = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        let bytes = [UInt8](
                            repeating: UInt8(writer), count: 3000 + 1000 * writer)
                        let isFirst = try DirectoryStore(share).write(
                            bytes, to: key, ifAbsent: true)
                        return isFirst ? bytes : nil
                    }
                }
                return try await group.reduce(into: [[UInt8]]()) {
                    if let one = $1 { $0.append(one) }
                }
            }
            #expect(wrote.count == 1)
            #expect(try FileSystem.read("\(share)/\(key)") == wrote.first)
        }
        #expect(try FileSystem.list("\(share)/pilot/sessions").allSatisfy { !$0.hasPrefix(".") })
    }

    /// What was killed while it wrote a manifest is written over by the next push.
    @Test func aHalfManifestStaysNot() throws {
        try first.record("s-1")
        try FileSystem.makeDirectories("\(share)/pilot/sessions")
        try FileSystem.write(
            [UInt8](repeating: 1, count: 50_000), to: "\(share)/pilot/sessions/.s-1.json.coming")
        #expect(try push(first).moved.map(\.session) == ["s-1"])
        #expect(try FileSystem.list("\(share)/pilot/sessions") == ["s-1.json"])
        #expect(try compare(first, verifies: true).isSettled)
    }

    @Test func whatIsDamagedAtThePlaceIsNotBrought() throws {
        try first.record("s-1")
        try first.record("s-2", "P02", second: 5)
        _ = try push(first)
        let object = try object()
        var bytes = try FileSystem.read(object)
        bytes[bytes.count / 2] ^= 1
        try FileSystem.write(bytes, to: object)
        let brought = try pull(second)
        #expect(brought.moved.map(\.session) == ["s-2"])
        #expect(brought.problems.map(\.session) == ["s-1"] && second.files().isEmpty)
        // Sizes say nothing of it, reading does; and whoever has it mends it.
        #expect(try compare(first).isSettled && !compare(first, verifies: true).isSettled)
        #expect(try push(first, verifies: true).moved.map(\.session) == ["s-1"])
        #expect(try pull(second).moved.map(\.session) == ["s-1"])
        // One that is cut off is seen without reading.
        try FileSystem.write(Array(bytes.dropLast()), to: object)
        #expect(try whereabouts(first)["s-1"] == "partial")
        #expect(try push(first).moved.map(\.session) == ["s-1"])
        #expect(try compare(first, verifies: true).isSettled)
    }

    @Test func anotherContentIsToldAndStays() throws {
        try first.record("s-1")
        let other = try second.record("s-1", said: "Bertha was there")
        _ = try push(first)
        let before = try everything()
        let content = try FileSystem.read(other)
        let sent = try push(second)
        #expect(sent.moved.isEmpty && sent.problems.map(\.session) == ["s-1"])
        let brought = try pull(second)
        #expect(brought.moved.isEmpty && brought.problems.map(\.session) == ["s-1"])
        #expect(try FileSystem.read(other) == content)
        #expect(try whereabouts(second) == ["s-1": "differs"])
        #expect(
            try everything().filter { !$0.key.contains("/stations/") }
                == before.filter { !$0.key.contains("/stations/") })
    }

    /// Two participants have one code: two sessions, and one name for both.
    @Test func anotherSessionOfTheSameNameIsToldAndStays() throws {
        try first.record("s-1")
        try second.record("s-9", said: "Bertha was there")
        _ = try push(first)
        #expect(try push(second).problems.map(\.session) == ["s-9"])
        #expect(try pull(second).problems.map(\.session) == ["s-1"])
        #expect(try whereabouts(second) == ["s-1": "differs", "s-9": "differs"])
        #expect(second.files() == ["20261121T093000Z-chat.attune"])
    }

    @Test func aFileThatIsNotTheFinishedOneIsNotSent() throws {
        let path = try first.record("s-1")
        var bytes = try FileSystem.read(path)
        let word = try #require(bytes.firstRange(of: Array("Anna".utf8)))
        bytes[word.lowerBound] ^= 1
        try FileSystem.remove(path)
        try FileSystem.write(bytes, to: path)
        let sent = try push(first)
        #expect(sent.moved.isEmpty && sent.problems.map(\.session) == ["s-1"])
        #expect(try whereabouts(first) == ["s-1": "here"])
    }

    @Test func aWithdrawalReachesAll() throws {
        let path = try first.record("s-1")
        try first.record("s-2", "P02", second: 5)
        _ = try push(first)
        _ = try pull(second)
        try first.withdraw(path, session: "s-1", participant: "P01")
        let told = try compare(first)
        #expect(told.removals.map(\.at).sorted() == ["lab b", "place"] && !told.isSettled)

        let sent = try push(first)
        #expect(sent.removed.map(\.session) == ["s-1"] && sent.moved.isEmpty)
        #expect(try everything().keys.allSatisfy { !$0.contains("P01") && !$0.contains("s-1") })
        // The other station is told, does not send it again, and tells on.
        #expect(try compare(second).removals.map(\.at) == ["here"])
        let refused = try push(second)
        #expect(refused.withdrawn.map(\.session) == ["s-1"] && refused.moved.isEmpty)
        #expect(try pull(second).problems.map(\.session) == ["s-1"])
        #expect(try everything().keys.allSatisfy { !$0.contains("/files/P01") })
        // What the first one said is repeated by the second.
        try FileSystem.remove("\(share)/pilot/stations/\(first.name.file).json")
        #expect(try compare(second).removals.map(\.at) == ["here"])
        let third = try MadeUpStation("lab c", in: directory)
        #expect(try pull(third).moved.map(\.session) == ["s-2"])
    }

    @Test func anOlderCopyIsReplacedWhereSomethingWasTakenOut() throws {
        let path = try first.record("s-1")
        _ = try push(first)
        _ = try pull(second)
        try first.redact(path, "Anna", session: "s-1", participant: "P01")
        let before = try object()
        let sent = try push(first)
        #expect(sent.moved.map(\.session) == ["s-1"] && sent.removed.map(\.session) == ["s-1"])
        #expect(!FileSystem.exists(before))
        let copy = try MadeUpStation.path(second.data, "P01", second: 0, kind: .chat)
        // The old copy is never sent again, and the new one does not write over it.
        #expect(try push(second).withdrawn.map(\.session) == ["s-1"])
        #expect(try pull(second).problems.map(\.session) == ["s-1"])
        #expect(try compare(second).removals.map(\.at) == ["here"])
        try FileSystem.remove(copy)
        #expect(try pull(second).moved.map(\.session) == ["s-1"])
        #expect(try FileHash.sha256(copy) == FileHash.sha256(path))
        #expect(try compare(second).isSettled)
    }

    /// Reviews grow at stations; the place keeps the one that has more, and nothing that somebody said is lost.
    @Test func aReviewThatGrewIsSentAndOneThatForkedIsNot() throws {
        func say(_ path: String, _ note: String) throws {
            _ = try SessionReview(path: path).add(
                EmotionCorrection(
                    turn: 1, category: "fear", valence: nil, arousal: nil, note: note,
                    actor: "r", madeRealtime: 1))
        }
        let path = try first.record("s-1")
        try say(path, "one")
        _ = try push(first)
        _ = try pull(second)
        let copy = try MadeUpStation.path(second.data, "P01", second: 0, kind: .chat)
        #expect(second.files().contains("20261121T093000Z-chat.review"))
        try say(copy, "two")
        #expect(try whereabouts(second) == ["s-1": "differs"])
        #expect(try push(second).moved.map(\.parts) == [["review"]])
        #expect(try compare(second).isSettled)
        #expect(
            try FileSystem.list("\(share)/pilot/files/P01").filter { $0.hasSuffix(".review") }.count
                == 1)
        // The first one has less now, and is told so.
        let told = try push(first)
        #expect(told.moved.isEmpty && told.problems.count == 1)
        try say(path, "three")
        #expect(try push(first).problems.count == 1)
        let fork = try #require(try pull(first).problems.first)
        #expect(try compare(second).isSettled)

        // Who is told so is told both ways out, and both are ones.
        let review = SessionPart.review.path(of: path)
        let object = try object("P01", ".review")
        #expect(fork.why.contains("not merged") && fork.why.contains(review))
        #expect(fork.why.contains(String(object.dropFirst(share.count + 1))))
        let kept = try FileSystem.read(review)
        try FileSystem.remove(review)
        #expect(try pull(first).moved.map(\.parts) == [["review"]])
        #expect(try compare(first).isSettled)
        try FileSystem.remove(review)
        try FileSystem.write(kept, to: review)
        #expect(try push(first).problems.count == 1)
        try FileSystem.remove(object)
        #expect(try push(first).moved.map(\.parts) == [["review"]])
        #expect(try compare(first).isSettled)
    }

    /// SQLite would write what a journal has into the review that comes.
    @Test func noReviewIsBroughtBesideAJournal() throws {
        let path = try first.record("s-1")
        _ = try SessionReview(path: path).add(
            EmotionCorrection(
                turn: 1, category: "fear", valence: nil, arousal: nil, note: "one", actor: "r",
                madeRealtime: 1))
        _ = try push(first)
        let copy = try MadeUpStation.path(second.data, "P01", second: 0, kind: .chat)
        let journal = SessionPart.review.path(of: copy) + "-journal"
        try FileSystem.makeDirectories("\(second.data)/pilot/P01")
        try FileSystem.write([1], to: journal)
        #expect(try pull(second).problems.first?.why.contains(journal) == true)
        #expect(second.files() == ["20261121T093000Z-chat.review-journal"])
        try FileSystem.remove(journal)
        #expect(try pull(second).moved.map(\.parts) == [["review", "session"]])
    }

    @Test func roomForRecordingsIsLeft() throws {
        try first.record("s-1")
        _ = try push(first)
        var options = StationPlace.Options(station: second.name)
        #expect(options.reserve >= 512 << 20)
        options.reserve = .max / 2
        let told = try StationPlace.open(directory: share, options, forPush: false).pull(
            data: second.data, study: MadeUpStation.study)
        #expect(told.moved.isEmpty && told.problems.first?.why.contains("no room") == true)
        #expect(second.files().isEmpty && told.cutOff == nil)
    }

    /// Sessions that this user may not see are not all of the study's.
    @Test func aFolderThatCannotBeReadIsTold() throws {
        try first.record("s-1")
        let folder = "\(first.data)/pilot/P05"
        // A link in a circle cannot be read by anybody, not even by root.
        try #require(unsafe symlink("P05", folder) == 0)
        try FileSystem.write([1], to: "\(first.data)/pilot/README")
        let sent = try push(first)
        #expect(sent.moved.map(\.session) == ["s-1"])
        #expect(sent.problems.count == 1 && sent.problems[0].why.contains(folder))
        #expect(try !compare(first).isSettled)
    }

    /// A manifest of a later version: what belongs to it is not known, and it may be whole.
    @Test func filesOfWhatIsNotUnderstoodStay() throws {
        try first.record("s-1")
        try second.record("s-2", "P02", second: 5)
        _ = try push(first)
        let manifest = "\(share)/pilot/sessions/s-1.json"
        let text = try FileSystem.readText(manifest)
        try FileSystem.write(
            Array(text.replacing("\"version\" : 1", with: "\"version\" : 2").utf8), to: manifest)
        let object = try object()
        try age(object)
        #expect(try push(second).moved.map(\.session) == ["s-2"])
        #expect(FileSystem.exists(object))
        #expect(try pull(second).problems.map(\.session) == ["s-1"])
        // Once the manifest is gone nothing says what it is.
        try FileSystem.remove(manifest)
        #expect(try push(second).removed.count == 1)
        #expect(!FileSystem.exists(object))
    }

    /// Makes a file one of 2001.
    private func age(_ path: String) throws {
        let past = timespec(tv_sec: 1_000_000_000, tv_nsec: 0)
        var times = [past, past]
        try #require(unsafe utimensat(AT_FDCWD, path, &times, 0) == 0)
    }

    @Test func noLinkLeadsOutOfThePlace() throws {
        try first.record("s-1")
        try FileSystem.makeDirectories(directory.file("elsewhere"))
        try FileSystem.makeDirectories("\(share)/pilot/files")
        try #require(unsafe symlink(directory.file("elsewhere"), "\(share)/pilot/files/P01") == 0)
        let sent = try push(first)
        #expect(sent.moved.isEmpty && sent.problems.map(\.session) == ["s-1"])
        #expect(try FileSystem.list(directory.file("elsewhere")).isEmpty)
    }

    @Test func aManifestThatLiesBringsNothing() throws {
        try first.record("s-1")
        try first.record("s-2", "P02", second: 5)
        _ = try push(first)
        let path = "\(share)/pilot/sessions/s-1.json"
        let text = try FileSystem.readText(path)
        for (what, other) in [
            ("\"P01\"", "\"../../P01\""), ("\"s-1\"", "\"s-2\""), ("\"pilot\"", "\"other\""),
        ] {
            try FileSystem.write(Array(text.replacing(what, with: other).utf8), to: path)
            let brought = try pull(second)
            #expect(!brought.problems.isEmpty && second.files().isEmpty, "\(other)")
        }
        // It says all that is right of a file that is another session's.
        let object = try object("P02")
        let hashes = try PartHashes(FileSource(object), partSize: 1 << 20)
        var manifest = try SessionManifest.read(
            Array(text.utf8), study: "pilot", session: "s-1")
        manifest.files = [
            SessionManifest.File(
                part: .session, size: hashes.size, sha256: hashes.sha256,
                partSize: hashes.partSize, parts: hashes.parts)
        ]
        try FileSystem.write(PlaceJSON.write(manifest), to: path)
        try FileSystem.write(
            FileSystem.read(object), to: "\(share)/\(manifest.key(manifest.files[0]))")
        #expect(try pull(second).problems.contains { $0.session == "s-1" })
        #expect(second.files().isEmpty)
        #expect(try FileSystem.list(second.data) == ["pilot"])
    }

    @Test func aPlaceIsNotMadeByLooking() throws {
        #expect(throws: StationsError.self) { _ = try place(first, forPush: false) }
        #expect(try FileSystem.list(share).isEmpty)
        try FileSystem.write(
            Array("{\"format\": \"attune-place\", \"version\": 2}".utf8),
            to: "\(share)/attune-place.json")
        #expect(throws: StationsError.self) { _ = try place(first) }
    }

    /// What nobody went on with for a week is removed; what is younger may be somebody's.
    @Test func whatWasLeftIsRemovedInTime() throws {
        try first.record("s-1")
        let folder = "\(share)/pilot/files/P09"
        try FileSystem.makeDirectories(folder)
        for name in ["old.attune", "young.attune", ".old.attune.coming", ".young.attune.coming"] {
            try FileSystem.write([1], to: "\(folder)/\(name)")
            if name.contains("old") { try age("\(folder)/\(name)") }
        }
        // Of a manifest that was just being written when its machine went down.
        let sessions = "\(share)/pilot/sessions"
        try FileSystem.makeDirectories(sessions)
        for name in [".old.json.coming", ".young.json.coming"] {
            try FileSystem.write([1], to: "\(sessions)/\(name)")
            if name.contains("old") { try age("\(sessions)/\(name)") }
        }
        _ = try push(first)
        #expect(try FileSystem.list(folder) == [".young.attune.coming", "young.attune"])
        #expect(try FileSystem.list(sessions) == [".young.json.coming", "s-1.json"])
    }
}
