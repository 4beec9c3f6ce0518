import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Reports

/// What the quality report of a session says.
@Suite struct QualityTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)
    private static let protocolText = """
        name: made
        version: 1
        title: Made
        language: en
        phases:
          - {name: rest, title: Rest, kind: baseline, durationSeconds: 60}
          - {name: copy, title: Copy, kind: baseline, task: typing, text: abc}
          - {name: talk, title: Talk, kind: chat, questionnaires: [mood, after]}
        questionnaires:
          - name: mood
            title: Mood
            items:
              - {name: calm, text: "Calm?", kind: likert, points: 5, code: calm}
              - {name: sad, text: "Sad?", kind: likert, points: 5, code: sad}
          - name: after
            title: After
            items: [{name: tired, text: "Tired?", kind: likert, points: 5, code: tired}]
        consent: [{name: conversation, title: Talk, covers: [turns, draft-edits]}]
        chat:
          persona: distressed-client
          clientLabel: Client
          safety: {participant: {resources: [{title: Somebody, text: Ask them.}]}}

        """

    private static func at(_ seconds: Double) -> Instant { start + Int64(seconds * 1e9) }

    private func write(
        _ directory: TemporaryDirectory, seconds: Double = 100,
        _ change: (inout SessionBatch) -> Void = { _ in }
    ) throws -> String {
        let path = directory.file("20261121T093000Z-chat.attune")
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "0b9b8f3e-0000-4000-8000-000000000001", kind: .chat,
                study: "<b>made</b>",
                participant: "P01", protocolName: "made", protocolVersion: "1",
                protocolText: Self.protocolText, station: "lab & co", softwareVersion: "1",
                bootIdentifier: "boot", started: Self.start,
                startedRealtime: 1_795_253_400_000_000_000),
            streams: [
                StreamDescription(
                    id: 1, name: "motion", kind: "signal", nominalRate: 10,
                    channels: [ChannelDescription(name: "x")])
            ])
        var batch = SessionBatch()
        batch.samples = [
            SampleRun(
                stream: 1, firstIndex: 0, count: Int(seconds * 10),
                columns: [.integers((0..<Int64(seconds * 10)).map { $0 })],
                packets: (0..<Int(seconds * 10)).map {
                    SamplePacket(count: 1, arrival: Self.at(Double($0) / 10))
                })
        ]
        batch.phases = [
            PhaseChange(name: "rest", time: Self.at(0)),
            PhaseChange(name: "copy", time: Self.at(60)),
            PhaseChange(name: "talk", time: Self.at(80)),
        ]
        for name in ["mood", "after"] {
            let answers = name == "mood" ? #""calm":3,"sad":1"# : #""tired":2"#
            batch.events.append(
                SessionEvent(
                    time: Self.at(90), kind: "answers",
                    payload: """
                        {"questionnaire":"\(name)","answers":{\(answers)},"final":true,"phase":"talk"}
                        """))
        }
        batch.stateChange = SessionStateChange(
            state: .stopped, at: Self.at(seconds), outcome: "completed")
        change(&batch)
        try writer.commit(batch)
        try writer.close()
        _ = try SessionFinisher(path: path, isAligning: false).run()
        return path
    }

    private func findings(_ path: String) throws -> [String] {
        try QualityReader.read(path).findings.map { "\($0.level.rawValue): \($0.text)" }
    }

    @Test func aGoodSessionIsToldSo() throws {
        let directory = try TemporaryDirectory("quality")
        let report = try QualityReader.read(try write(directory))
        #expect(report.level == .good)
        #expect(
            report.findings.map(\.text) == [
                "The resting baseline (rest) can be used.",
                "The typing baseline (copy) can be used.",
            ])
        #expect(report.sections.map(\.title).prefix(2) == ["Streams", "Phases"])
        let stream = try #require(report.sections.first?.rows.first)
        #expect(stream.map(\.text).prefix(2) == ["motion", "1,000"])
        #expect(
            stream[4].text.hasPrefix("99.9") || stream[4].text == "100.0 %", "\(stream[4].text)")
    }

    @Test func whatIsWrongStandsFirst() throws {
        let directory = try TemporaryDirectory("quality")
        let path = try write(directory) { batch in
            // Half of the stream is missing, the rest phase too short, one answer, and one questionnaire.
            batch.samples[0].count = 500
            batch.samples[0].columns = [.integers((0..<500).map { Int64($0) })]
            batch.samples[0].packets.removeLast(500)
            batch.phases[1].time = Self.at(20)
            batch.events = [
                SessionEvent(
                    time: Self.at(90), kind: "answers",
                    payload:
                        #"{"questionnaire":"mood","answers":{"calm":3},"final":true,"phase":"talk"}"#
                ),
                SessionEvent(
                    time: Self.at(85), kind: "reply",
                    payload: #"{"turn":1,"source":"scripted/x/1","fallback":true}"#),
                SessionEvent(
                    time: Self.at(85), kind: "model_call",
                    payload: #"{"failure":{"code":"timeout"}}"#),
                SessionEvent(
                    time: Self.at(70), kind: "deviation",
                    payload: #"{"deviation":"skipped","phases":["copy"],"reason":"no <time>"}"#),
            ]
            batch.faults = [FaultCount(stream: 1, cause: "checksum", count: 4)]
        }
        let found = try findings(path)
        #expect(
            found == [
                "bad: motion has 49.9 % of the session: 0 gaps, the longest 0.0 s.",
                "bad: The resting baseline (rest) may be of no use: it lasted 20.0 s instead of 1:00 min.",
                "bad: The questionnaire after of the phase talk was not answered.",
                "look: motion had 4 faults in what its device sent.",
                "look: The questionnaire mood lacks an answer (sad).",
                "look: One reply of the client came from the script since the model failed.",
                "look: One request to a model failed (timeout 1).",
                "look: The session departed from its protocol: copy was passed over: no <time>.",
                "good: The typing baseline (copy) can be used.",
            ])
        let page = try QualityPage.html(of: path)
        #expect(page.contains("Parts may be of no use: 3 things"))
        #expect(page.contains("no &lt;time&gt;") && page.contains("&lt;b&gt;made&lt;/b&gt;"))
        #expect(!page.contains("<b>made") && !page.contains("http://") && !page.contains("<script"))
    }

    @Test func aPhaseThatDidNotTakePlaceIsTold() throws {
        let directory = try TemporaryDirectory("quality")
        let found = try findings(
            try write(directory) { batch in batch.phases.remove(at: 0) })
        #expect(
            found.contains("bad: The phase rest of the protocol did not take place."), "\(found)")
    }

    @Test func thePageStandsBesideItsSession() {
        #expect(
            StudyDirectory.qualityReport(of: "/d/P01/x-chat.attune") == "/d/P01/x-chat.quality.html"
        )
    }
}
