import Link
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Console

@Suite struct ThinkAloudTests {
    private static let look = ThinkAloudLook(
        commentary: "c", session: "s", study: "pilot", participant: "P01",
        started: Instant(nanoseconds: 1_000_000_000), stopped: nil, range: 0...100,
        delay: 5_000_000_000, commentaryStarted: Instant(nanoseconds: 50_000_000_000))

    private static func event(
        _ number: Int64, _ kind: String, _ payload: JSONValue
    ) -> ThinkAloudEvent {
        ThinkAloudEvent(
            number: number, kind: kind, timeNs: 60_000_000_000 + number * 1_000_000_000,
            payload: payload)
    }

    @Test func theReplayStandsAndGoesOn() {
        let from = Instant(nanoseconds: 10_000_000_000)
        var replay = ReplayPosition(from: from, position: 20, rate: 0.5, isPlaying: true)
        #expect(replay.position(at: from + -1_000_000) == 20)
        #expect(replay.position(at: from + 4_000_000_000) == 22)
        #expect(replay.delay(until: 30, now: from + -1_000_000_000) == 21_000_000_000)
        replay.isPlaying = false
        #expect(replay.position(at: from + 4_000_000_000) == 20)
        #expect(replay.delay(until: 30, now: from) == nil)
    }

    @Test func theStateFollowsFromWhatHappened() {
        var state = ThinkAloudState(Self.look, shows: ["chat": true])
        state.take(
            Self.event(
                1, "position",
                ["session_ns": 21_000_000_000, "rate": 2, "playing": true, "by": "participant"]))
        state.take(Self.event(2, "cue", ["cue": "turn-3"]))
        state.take(Self.event(3, "show", ["shows": ["emotions": false]]))
        state.take(
            Self.event(4, "microphone", ["view": "v", "rate": 48_000, "stream": "microphone"]))
        let told = state.json(at: Instant(nanoseconds: 0))
        #expect(told["position_s"]?.number == 20 && told["rate"]?.number == 2)
        #expect(told["at_ns"]?.integer == 61_000_000_000 && told["by"]?.string == "participant")
        #expect(told["cue"]?.string == "turn-3")
        #expect(told["shows"] == ["chat": true, "emotions": false])
        #expect(state.stream(of: "v", rate: 48_000) == "microphone")
        #expect(state.stream(of: "v", rate: 44_100) == nil)
        #expect(Self.look.delayMs(at: Instant(nanoseconds: 51_000_000_000)) == 6_000)
    }

    @Test func aTornLineOfTheJournalIsCutOff() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("room.jsonl")
        let (journal, none) = try ThinkAloudJournal.open(path)
        #expect(none.isEmpty)
        let events = (1...3).map { Self.event($0, "note", ["text": .string("é \($0)")]) }
        for event in events { try journal.append(event) }
        let whole = try FileSystem.read(path)
        for length in [whole.count, whole.count - 1, whole.count - 20] {
            try FileSystem.write(Array(whole.prefix(length)), to: path, mode: 0o600)
            let (again, found) = try ThinkAloudJournal.open(path)
            #expect(found == Array(events.prefix(length == whole.count ? 3 : 2)))
            try again.append(Self.event(Int64(found.count) + 1, "note", [:]))
            #expect(try ThinkAloudJournal.open(path).1.count == found.count + 1)
        }
    }

    @Test func aLogOfNumbersKeepsWholeLines() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("a.trips")
        try ThinkAloudLog(path: path, columns: 4).append([1, -2, 3, .max])
        try ThinkAloudLog(path: path, columns: 4).append([7])
        try FileSystem.write(
            try FileSystem.read(path) + Array("12 3".utf8), to: path, mode: 0o600)
        let log = try ThinkAloudLog(path: path, columns: 4)
        #expect(log.rows == [[1, -2, 3, .max], [7]])
        try log.append([8])
        #expect(try ThinkAloudLog(path: path, columns: 4).rows.count == 3)
    }

    @Test func samplesThatCameBeforeAreLeftOut() {
        let piece = SoundPiece(
            first: 100, captured: Instant(nanoseconds: 1_000_000_000),
            data: Array(0..<40), missing: 0)
        #expect(piece.dropping(before: 90, rate: 1000) == piece)
        #expect(piece.dropping(before: 120, rate: 1000) == nil)
        let rest = piece.dropping(before: 105, rate: 1000)
        #expect(rest?.first == 105 && rest?.data == Array(10..<40) && rest?.count == 15)
        #expect(rest?.captured == Instant(nanoseconds: 1_005_000_000))
    }

    @Test(arguments: [
        ("bytes=0-0", SoundFile.Answer.part(0..<1)), ("bytes=10-", .part(10..<100)),
        ("bytes=-7", .part(93..<100)), ("bytes=90-4000", .part(90..<100)),
        ("bytes=-4000", .part(0..<100)), ("bytes=100-", .impossible), ("bytes=-0", .impossible),
        ("bytes=5-4", .whole), ("bytes=a-b", .whole), ("bytes=0-1,3-4", .whole),
        ("items=0-1", .whole), ("bytes", .whole), ("bytes=--5", .whole),
        ("bytes=99999999999999999999-", .whole),
    ]) func rangesOfBytes(field: String, answer: SoundFile.Answer) {
        #expect(SoundFile.range(field, of: 100) == answer)
    }

    @Test func itemsOfPages() throws {
        let item = try ThinkAloudItem(
            ["n": 3, "kind": "speech", "client_ms": 12.5, "speaker": "researcher"])
        #expect(item.number == 3 && item.time == Instant(nanoseconds: 12_500_000))
        #expect(item.payload == ["speaker": "researcher", "prompted": false])
        for wrong: JSONValue in [
            ["n": 0, "kind": "speech", "client_ms": 1],
            ["n": 1, "kind": "position", "client_ms": 1],
            ["n": 1, "kind": "speech", "client_ms": 1e300],
            ["n": 1, "kind": "speech", "client_ms": 1, "speaker": "everybody"],
            ["n": 1, "kind": "view_position", "client_ms": 1, "position_s": 2], "x",
        ] { #expect(throws: ConsoleRefusal.self) { try ThinkAloudItem(wrong) } }
        #expect(ThinkAloudLinkName.isView("a-B_9"))
        for wrong in ["", "a/b", "..", "a b", String(repeating: "a", count: 41), "é"] {
            #expect(!ThinkAloudLinkName.isView(wrong))
        }
    }
}
