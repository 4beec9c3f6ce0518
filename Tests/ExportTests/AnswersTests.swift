import SessionStore
import SystemCalls
import TestSupport
import Testing
import Timebase

@testable import Export

private let study = """
    name: s
    version: 1
    title: S
    phases: [{name: before, title: B, kind: other, questionnaires: [q]}, {name: after, title: A, kind: other, questionnaires: [q]}]
    questionnaires:
      - name: q
        items:
          - {name: mood, kind: likert, text: "How, now?", points: 5, labels: {1: bad, 5: good}, code: MOOD}
          - {name: which, kind: choice, multiple: true, options: [{value: 1, label: A}, {value: 2, label: Other, text: true}]}
          - {name: why, kind: text}
        scales: [{name: sc, items: [mood]}]
    consent: []
    """

@Suite struct AnswersTests {
    private static func at(_ milliseconds: Int64) -> Instant {
        Instant(nanoseconds: 1_000 + milliseconds * 1_000_000)
    }

    /// Exports a session with these events; what the two tables hold.
    private func exported(
        _ events: [(Int64, String)], text: String = study
    ) throws -> (answers: [String], scales: [String]) {
        let directory = try TemporaryDirectory("answers")
        let path = directory.file("s.attune")
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "x", kind: .chat, study: "s", participant: "p", protocolText: text,
                station: "st", softwareVersion: "0", bootIdentifier: "b", started: Self.at(0),
                startedRealtime: 0))
        var batch = SessionBatch()
        batch.phases = [
            PhaseChange(name: "before", time: Self.at(10)),
            PhaseChange(name: "after", time: Self.at(100)),
            PhaseChange(name: "before", time: Self.at(200)),
        ]
        batch.events = events.enumerated().map { index, event in
            SessionEvent(
                time: Self.at(event.0), bound: 2_000_000, kind: "answers", payload: event.1,
                client: "page", clientSequence: Int64(index + 1))
        }
        batch.events.append(SessionEvent(time: Self.at(1), kind: "mark", payload: "{}"))
        try writer.commit(batch)
        try writer.close()
        try exportOne(path, to: directory.file("out"))
        func lines(_ name: String) throws -> [String] {
            try FileSystem.readText(directory.file("out/\(name).csv")).split(separator: "\n")
                .dropFirst().map {
                    // Without the keys of participant and session.
                    $0.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
                        .dropFirst(2).joined()
                }
        }
        return (try lines("answers"), try lines("scales"))
    }

    @Test func answersHaveCodesAndLabels() throws {
        let (answers, scales) = try exported([
            (20, #"{"questionnaire":"q","answers":{"mood":2},"final":false,"phase":"before"}"#),
            (
                30,
                #"{"questionnaire":"q","answers":{"mood":5,"which":{"choices":[2],"texts":{"2":"a, b"}}},"final":true,"phase":"before","scales":[{"scale":"sc","title":"Sc","value":5,"answered":1,"of":1}]}"#
            ),
            // By its clock it came before the phase that it names.
            (99, #"{"questionnaire":"q","answers":{"why":"x"},"final":false,"phase":"after"}"#),
            (210, #"{"questionnaire":"q","answers":{"why":"y"},"final":false}"#),
            (211, #"{"questionnaire":"q","answers":"none"}"#), (212, "no JSON"),
        ])
        #expect(
            answers.map { $0.replacing(",1970-01-01T00:00:00.", with: ",") } == [
                "before,q,1,mood,MOOD,\"How, now?\",5,good,,30000000,30,030Z,2",
                "before,q,1,which,which_1,Which: A,0,not chosen,,30000000,30,030Z,2",
                "before,q,1,which,which_2,Which: Other,1,chosen,,30000000,30,030Z,2",
                "before,q,1,which,which_2_text,Which: Other,,,\"a, b\",30000000,30,030Z,2",
                "before,q,1,why,why,Why,,,,,,,",
                "after,q,0,mood,MOOD,\"How, now?\",,,,,,,",
                "after,q,0,which,which_1,Which: A,,,,,,,",
                "after,q,0,which,which_2,Which: Other,,,,,,,",
                "after,q,0,which,which_2_text,Which: Other,,,,,,,",
                "after,q,0,why,why,Why,,,x,99000000,99,099Z,2",
                "before,q,0,mood,MOOD,\"How, now?\",,,,,,,",
                "before,q,0,which,which_1,Which: A,,,,,,,",
                "before,q,0,which,which_2,Which: Other,,,,,,,",
                "before,q,0,which,which_2_text,Which: Other,,,,,,,",
                "before,q,0,why,why,Why,,,y,210000000,210,210Z,2",
            ])
        #expect(
            scales.map { $0.replacing(",1970-01-01T00:00:00.", with: ",") } == [
                "before,q,1,sc,Sc,5,1,1,30000000,30,030Z,2"
            ])
    }

    @Test func withoutAProtocolNamesStandForCodes() throws {
        for text in ["", "name: broken"] {
            let (answers, scales) = try exported(
                [
                    (
                        20,
                        #"{"questionnaire":"q","answers":{"b":[3,4],"a":1.5,"c":"t","d":null},"final":true}"#
                    )
                ], text: text)
            #expect(
                answers.map { $0.split(separator: ",20000000")[0] } == [
                    "before,q,1,a,a,a,1.5,,", "before,q,1,b,b_3,b: 3,1,chosen,",
                    "before,q,1,b,b_4,b: 4,1,chosen,", "before,q,1,c,c,c,,,t",
                    "before,q,1,d,d,d,,,",
                ])
            #expect(scales.isEmpty)
        }
    }
}
