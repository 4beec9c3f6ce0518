import Playback
import SessionStore
import Testing
import Timebase

@Suite struct TimelineTests {
    private func seconds(_ happening: Happening) -> Double {
        Double(happening.time - SessionMaker.start) / 1e9
    }

    @Test func everythingComesInTheOrderOfTime() throws {
        let maker = try SessionMaker.whole()
        let timeline = try SessionTimeline(path: maker.path)
        let all = try timeline.happenings(
            from: timeline.range.lowerBound, to: timeline.range.upperBound + 1)
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.time <= $1.time })
        let notes = all.filter { $0.kind != .key }.map {
            "\(seconds($0)) \($0.kind.name) \($0.line)"
        }
        let expected: [String] = [
            "0.0 phase baseline", "5.0 turn client: I do not know where to begin.",
            "13.0 turn participant: Take your time. What has been on your mind?",
            "20.0 phase conversation",
            "24.0 turn client: My sister moved out last month, and since then the house is so "
                + "quiet that I keep the radio on all night.",
            "35.0 mark looks away (hand left)",
            "39.0 turn participant: That sounds lonely. 你好 🙂",
            "39.996 gap bitalino: 4.0 s, 1000 lost, by the device's counter",
            "52.0 turn client: It is.", #"60.0 event suggestion.shown: {"id":3}"#,
            "79.0 turn participant: Who do you talk to when it gets like that?",
            "115.0 phase conversation: ended",
        ]
        #expect(notes == expected)
        #expect(all.filter { $0.kind == .key }.count == 160)
    }

    @Test(arguments: [Int64](arrayLiteral: 1_000_000_000, 7_777_777_777, 60_000_000_000))
    func windowsOfAnyLengthHoldTheSame(length: Int64) throws {
        let maker = try SessionMaker.whole()
        let timeline = try SessionTimeline(path: maker.path)
        let end = timeline.range.upperBound + 1
        let all = try timeline.happenings(from: timeline.range.lowerBound, to: end)
        var windowed: [Happening] = []
        try timeline.forEachHappening(from: timeline.range.lowerBound, to: end, window: length) {
            windowed.append($0)
            return true
        }
        #expect(windowed == all)
    }

    @Test func neighboursAreFound() throws {
        let maker = try SessionMaker.whole()
        let timeline = try SessionTimeline(path: maker.path)
        let at = SessionMaker.at
        #expect(timeline.turn(after: at(13))?.sent == at(24))
        #expect(timeline.turn(before: at(13))?.sent == at(5))
        #expect(timeline.turn(after: at(79)) == nil)
        #expect(try timeline.eventTime(after: at(20)) == at(35))
        #expect(try timeline.eventTime(after: at(35)) == at(60))
        #expect(try timeline.eventTime(after: at(60)) == at(115))
        #expect(try timeline.eventTime(after: at(115)) == nil)
        #expect(try timeline.eventTime(before: at(115)) == at(60))
        #expect(try timeline.eventTime(before: at(35)) == at(20))
        #expect(try timeline.eventTime(before: at(0)) == nil)
        #expect(timeline.phase(at: at(19.999))?.name == "baseline")
        #expect(timeline.phase(at: at(20))?.name == "conversation")
        #expect(timeline.phase(at: at(115)) == nil)
        #expect(timeline.bound(at: at(10)) == 12_000_000)
        #expect(timeline.bound(at: at(500)) == nil)
    }

    @Test func aRecordingThatGrowsIsFollowed() throws {
        let maker = try SessionMaker(streams: [SessionMaker.keys])
        let timeline = try SessionTimeline(path: maker.path)
        #expect(timeline.isLive)
        #expect(timeline.range.upperBound == SessionMaker.start)
        var batch = SessionBatch()
        batch.turns = [Turn(author: "client", text: "Hello", sent: SessionMaker.at(3))]
        batch.events = [
            SessionEvent(time: SessionMaker.at(4), kind: "mark", payload: #"{"label":"a"}"#)
        ]
        try maker.writer.commit(batch)
        try timeline.refresh()
        #expect(timeline.range.upperBound == SessionMaker.at(4))
        #expect(timeline.turns.count == 1)
        #expect(timeline.marks.map(\.text) == ["a"])
        batch = SessionBatch()
        batch.events = [
            SessionEvent(time: SessionMaker.at(200), kind: "mark", payload: #"{"label":"b"}"#)
        ]
        try maker.writer.commit(batch)
        try maker.stop(at: 201)
        try timeline.refresh()
        #expect(!timeline.isLive)
        #expect(timeline.marks.map(\.text) == ["a", "b"])
        // The finished file takes the recording's place.
        try maker.writer.close()
        _ = try SessionFinisher(path: maker.path, isAligning: false).run()
        try timeline.reopen()
        #expect(timeline.session.state == .finished)
        #expect(timeline.marks.count == 2)
    }

    @Test func whatSteersATerminalIsTakenOut() {
        #expect(
            PlainText.line("a\u{1B}[2Jb\nc\td\u{202E}e\u{7F}")
                == "a\u{FFFD}[2Jb c d\u{FFFD}e\u{FFFD}")
        #expect(PlainText.ascii("naïve – “x” 你") == "na?ve - \"x\" ?")
    }
}
