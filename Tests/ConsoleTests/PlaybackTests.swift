import Foundation
import Link
import Measures
import SessionStore
import StudyProtocol
import TestSupport
import Testing
import Timebase

@testable import Console

@Suite struct PlaybackTests {
    private let folder: TemporaryDirectory
    private let shelf: SessionShelf

    init() throws {
        folder = try TemporaryDirectory()
        _ = try RecordedFolder(at: folder.path)
        shelf = try SessionShelf(directory: folder.path)
    }

    private func session() async throws -> PlaybackSession {
        try await PlaybackSessions(shelf: shelf).session("5a3c9b")
    }

    private func manifest(_ session: PlaybackSession) async throws -> JSONValue {
        try await session.opened.read {
            try Manifest(
                session: session, reader: $0, commentaries: [], peaks: []
            ).json()
        }
    }

    private func tile(
        _ session: PlaybackSession, _ id: String, _ from: Double, _ to: Double, _ pixels: Int
    ) async throws -> [Float] {
        let track = try session.track(id)
        let derivation = SessionDerivation(corrections: session.corrections)
        let (from, to) = (
            Instant.at(from, since: session.start), Instant.at(to, since: session.start)
        )
        return try await session.opened.read { reader in
            guard track.derived == nil else {
                return try DerivedTile(
                    session: session, track: track, derivation: derivation, reader: reader
                ).pairs(from: from, to: to, pixels: pixels)
            }
            return try SignalTiles(reader: reader, start: session.start).tile(
                stream: track.stream ?? 0, channel: track.channel ?? 0, from: from, to: to,
                pixels: pixels)
        }
    }

    @Test func theManifestTellsWhatThereIs() async throws {
        let manifest = try await manifest(session())
        #expect(manifest["id"]?.string == RecordedFolder.identifier)
        #expect(manifest["duration_s"]?.number == 60)
        #expect(manifest["first_s"]?.number == 0 && manifest["last_s"]?.number == 60)
        #expect(manifest["started_utc"]?.string == "2026-11-21T09:30:00.000Z")
        let turns = try #require(manifest["turns"]?.array)
        #expect(turns.count == 3)
        #expect(
            turns[0]["text"]?.string == "Hello <b>there</b>" && turns[0]["shown_s"]?.number == 10.1)
        #expect(turns[2]["shown_s"] == .null && turns[1]["composed_from_s"]?.number == 12)
        let phase = try #require(manifest["phases"]?.array?.first)
        #expect(phase["name"]?.string == "chat" && phase["from_s"]?.number == 2)
        let gap = try #require(manifest["gaps"]?.array?.first)
        #expect(gap["from_s"]?.number == 19.9 && gap["to_s"]?.number == 25)
        #expect(gap["lost"]?.integer == 50 && gap["cause"]?.string == "disconnect")
        #expect(manifest["marks"]?.array?.first?["label"]?.string == "breath")
        #expect(manifest["pauses"]?.array?.first?["to_s"]?.number == 22)
        #expect(manifest["suggestions"]?.array?.first?["set"]?.string == "s1")
        #expect(manifest["insertions"]?.array?.first?["turn"]?.integer == 2)
        #expect(manifest["emotions"]?.array?.first?["category"]?.string == "sadness")
        #expect(manifest["views"]?.array?.first?["width"]?.integer == 800)
        #expect(
            manifest["events"]?.array?.compactMap { $0["kind"]?.string } == [
                "window_focus", "strange", "answers", "answers",
            ])
        #expect(manifest["key_classes"]?.array == ["letter", "delete"])
        #expect(manifest["consent"]?["draft_text"] == true)
        #expect(manifest["alignment"]?["method"]?.string == "recorded")
        #expect(manifest["bounds"]?.array?.count == 3)
        #expect(
            manifest["tracks"]?.array?.compactMap { $0["id"]?.string } == [
                "keys", "signal-1-0", "signal-2-0", "signal-2-1", "heart-rate-2-0", "rr-2-0",
                "tonic-1-0", "phasic-1-0",
            ])
    }

    @Test func anEmotionIsToldWithItsCorrection() async throws {
        let path = try await shelf.list()[0].file
        _ = try SessionReview(path: path).add(
            EmotionCorrection(
                turn: 1, category: "fear", valence: -0.9, arousal: nil, note: "voice",
                actor: "lab", madeRealtime: 5))
        let emotion = try await manifest(session())["emotions"]?.array?.first
        #expect(emotion?["category"]?.string == "sadness")
        #expect(emotion?["corrected"]?["category"]?.string == "fear")
        #expect(emotion?["corrected"]?["arousal"] == .null)
    }

    @Test func aTileHasNothingInAGapAndTheRightWayUp() async throws {
        let session = try await session()
        let skin = try await tile(session, "signal-1-0", 0, 60, 60)
        for pixel in 0..<60 {
            let isGap = (20..<25).contains(pixel)
            #expect(skin[2 * pixel].isNaN == isGap && skin[2 * pixel + 1].isNaN == isGap)
            if !isGap { #expect(skin[2 * pixel] >= 5 && skin[2 * pixel + 1] <= 5.0391) }
        }
        // The ECG has a negative scale: the smaller value comes first all the same.
        let heart = try await tile(session, "signal-2-0", 0, 0.8, 1)
        #expect(heart == [-1, 0.3])
        // Before and behind the session there is nothing.
        let beyond = try await tile(session, "signal-2-0", 100, 200, 10)
        #expect(beyond.allSatisfy { $0.isNaN })
        // Pixels narrower than a sample: each sample is in one of them.
        let near = try await tile(session, "signal-2-0", 0.4, 0.42, 100)
        #expect(near.filter { !$0.isNaN }.count == 10)
    }

    @Test func samplesComeWithTheirTimes() async throws {
        let session = try await session()
        let found = try await session.opened.read {
            try SignalTiles(reader: $0, start: session.start).samples(
                stream: 2, channel: 0, from: RecordedFolder.at(0.39), to: RecordedFolder.at(0.41))
        }
        #expect(found.times.count == 5 && abs(found.times[2] - 0.4) < 1e-9)
        #expect(found.values == [0.3, -0.5, -1, -0.5, 0.3])
    }

    @Test func heartRateIsThatOfTheBeats() async throws {
        let session = try await session()
        let rate = try await tile(session, "heart-rate-2-0", 5, 55, 50)
        #expect(rate.allSatisfy { abs($0 - 75) < 0.5 })
        let intervals = try await tile(session, "rr-2-0", 5, 55, 10)
        #expect(intervals.allSatisfy { abs($0 - 800) < 6 })
    }

    @Test func theConsoleAndTheMeasuresHaveTheSameBeats() async throws {
        let session = try await session()
        let track = try session.track("heart-rate-2-0")
        let derivation = SessionDerivation(corrections: SignalCorrections())
        let (shown, measured) = try await session.opened.read { reader in
            let start = session.start
            let shown = try derivation.heart(track, of: session).peaks(
                reader, from: start, to: start + 3_600_000_000_000, isFinal: true)
            let measures = try SessionMeasures(
                reader: reader, plan: MeasurePlan(), corrections: SignalCorrections(),
                shows: { _ in true })
            return (shown.corrected, try measures.heartbeats().flatMap { $0 })
        }
        #expect(shown.count > 60 && shown.count == measured.count)
        #expect(
            zip(shown, measured).allSatisfy { abs($0.seconds(since: session.start) - $1) < 1e-9 })
    }

    @Test func whatIsDerivedHasNothingInAGapEither() async throws {
        let session = try await session()
        for id in ["tonic-1-0", "phasic-1-0"] {
            // As near view and as blocks: both leave out the gap and its edges.
            for (to, pixels) in [(60.0, 60), (180, 180)] {
                let tile = try await tile(session, id, 0, to, pixels)
                for second in 0..<60 {
                    let isKnown = (4..<16).contains(second) || (29..<56).contains(second)
                    let isEdge = [3, 16, 28, 56].contains(second)
                    if !isEdge { #expect(tile[2 * second].isNaN == !isKnown, "\(id) \(second)") }
                }
            }
        }
    }

    @Test func draftsBelongToTheTurnsThatTheyBecame() async throws {
        let session = try await session()
        let answer = try await session.opened.read {
            DraftEditsAnswer(
                turns: try $0.turns(), edits: try $0.draftEdits(), start: session.start,
                showsText: true)
        }
        #expect(answer.turnNumbers() == [2, 2, 2, 2, 3, nil])
        let edits = answer.json(from: RecordedFolder.at(12), to: RecordedFolder.at(12.5))["edits"]
        #expect(edits?.array?.count == 2 && edits?.array?.first?["text"]?.string == "H")
    }

    @Test func whatWasRefusedLaterIsNotShown() async throws {
        func answers(_ granted: Bool, session: String?) -> [Consent] {
            ["draft-text", "sensors"].map {
                Consent(
                    participant: "P01", tier: $0, isGranted: granted, realtime: 5, session: session)
            }
        }
        let own = RecordedFolder.identifier
        // Taken back outside of a session, and in this one; another session's answer is about that one.
        for (consent, isShown) in [
            (answers(true, session: own) + answers(false, session: nil), false),
            (answers(true, session: nil) + answers(false, session: own.uppercased()), false),
            (answers(true, session: own) + answers(false, session: "another"), true),
            (answers(false, session: own) + answers(true, session: own), true),
        ] {
            let other = try TemporaryDirectory()
            _ = try RecordedFolder(at: other.path, consent: consent)
            let shelf = try SessionShelf(directory: other.path)
            let session = try await PlaybackSessions(shelf: shelf).session("5a3c9b")
            #expect(session.consent.shows(.draftText) == isShown)
            #expect(session.consent.shows(.signals) == isShown)
            #expect(session.consent.shows(.turns))
            #expect(((try? session.track("signal-2-0")) != nil) == isShown)
            let manifest = try await manifest(session)
            #expect(manifest["consent"]?["draft_text"]?.kind == "a truth value")
            #expect(manifest["consent"]?["draft_text"] == .bool(isShown))
            // Nor is it when the screen is drawn again.
            let replay = try await replay(shelf)
            let texts = (replay["edits"]?.array ?? []).map { $0.array?.last?.string }
            #expect(texts.contains("More") == isShown && texts.count == 6)
            #expect(replay["turns"]?.array?[1]["text"]?.string == "Hi")
        }
        // Whoever does not agree to the conversation is shown with none of it.
        let other = try TemporaryDirectory()
        let no = Consent(
            participant: "P01", tier: "conversation", isGranted: false, realtime: 5, session: nil)
        _ = try RecordedFolder(at: other.path, consent: [no])
        let replay = try await replay(SessionShelf(directory: other.path))
        #expect(replay["edits"]?.array?.isEmpty == true)
        #expect(replay["turns"]?.array?.allSatisfy { $0["text"]?.string == "" } == true)
    }

    private func replay(_ shelf: SessionShelf) async throws -> JSONValue {
        let opened = try await shelf.open("5a3c9b")
        return try await opened.read { try ReplaySource($0, file: opened.path).json }
    }

    @Test func aVersionChangesWithWhatIsShown() async throws {
        let sessions = PlaybackSessions(shelf: shelf)
        let before = try #require(try await sessions.session("5a3c9b").tag)
        #expect(try await sessions.session("5a3c9b").tag == before)
        let database = try StudyDatabase.open(at: "\(folder.path)/walk/study.db")
        try database.add(
            Consent(participant: "P01", tier: "draft-text", isGranted: false, realtime: 7))
        try database.close()
        #expect(try await sessions.session("5a3c9b").tag != before)
    }

    @Test func keysAreColumns() async throws {
        let session = try await session()
        let table = try await session.opened.read {
            KeyTable(try $0.keystrokes(), start: session.start)
        }
        #expect(table.times == [12, 12.2, 12.5, 30])
        #expect(abs(table.held[0] - 0.1) < 1e-6 && table.held[1].isNaN)
        #expect(table.classes == [0, 0, 1, 0] && table.classNames == ["letter", "delete"])
        #expect(table.bytes.count == 8 + 13 * 4)
        #expect(table.density(from: 12, to: 13, pixels: 2) == [4, 2])
        #expect(KeyTable([], start: session.start).bytes == [UInt8](repeating: 0, count: 8))
    }

    @Test func pausesArePeaks() async throws {
        let session = try await session()
        let peaks = try await session.opened.read {
            try PeakFinder(session: session, reader: $0).all(
                SessionDerivation(corrections: session.corrections))
        }
        #expect(peaks.filter { $0.kind == .writingPause }.map(\.time) == [12.5])
        #expect(peaks.filter { $0.kind == .answerPause }.isEmpty)
        #expect(peaks.first?.label == "Pause in writing, 2.4 s")
    }
}
