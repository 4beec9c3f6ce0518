import Foundation
import SessionStore
import SystemCalls
import TestSupport
import Timebase

/// A study's folder with its database: four participants, one of them withdrawn, one only on the roster; a
/// trial run; and a session with a commentary, ratings, annotations and a correction.
struct ExampleStudy {
    static let started = Instant(nanoseconds: 7_000_000_000_000)
    static let startedRealtime: Int64 = 1_795_253_400_250_000_000
    static let schemeText = """
        name: review
        version: "1"
        title: Review
        ratings:
          - {name: empathy, title: Empathy, of: turn, scale: {minimum: 1, maximum: 5, anchors: {"1": none, "5": full}}}
          - {name: overall, title: Overall, of: session, scale: {minimum: 1, maximum: 5}}
        flags:
          - {name: missed, title: Missed cue}

        """
    static let protocolText = """
        name: example
        version: 1
        title: Example
        language: en
        phases:
          - {name: rest, title: Rest, kind: baseline, durationSeconds: 10, questionnaires: [mood]}
          - {name: talk, title: Talk, kind: chat, durationSeconds: 20, questionnaires: [mood]}
        questionnaires:
          - name: mood
            title: Mood
            scales: [{name: calm_score, title: Calm, items: [calm]}]
            items:
              - {name: calm, text: "Calm?", kind: likert, points: 5, code: calm, label: Calm}
        consent: [{name: conversation, title: Talk, covers: [turns, draft-edits]}]
        chat:
          persona: distressed-client
          clientLabel: Client
          safety: {participant: {resources: [{title: Somebody, text: Ask them.}]}}

        """

    let directory: TemporaryDirectory
    /// The study's folder.
    let path: String

    /// A session's identifier by its number, 1 to 5.
    static func identifier(_ number: Int) -> String {
        "\(number)a9b8f3e-0000-4000-8000-00000000000\(number)"
    }

    static func second(_ seconds: Double) -> Instant { started + Int64((seconds * 1e9).rounded()) }

    func file(_ number: Int) -> String {
        [
            "", "P01/20261121T093000Z-chat", "P01/20261121T100000Z-commentary",
            "P02/20261122T093000Z-chat", "P03/20261123T093000Z-chat", "P09/20261124T093000Z-chat",
        ][number]
    }

    func session(_ number: Int) -> String { "\(path)/\(file(number)).attune" }

    init() throws {
        directory = try TemporaryDirectory("study")
        path = directory.file("example")
        try FileSystem.makeDirectories(path)
        let database = try StudyDatabase.open(at: "\(path)/study.db")
        for code in ["P01", "P02", "P03", "P04", "P09"] {
            try database.enrol(
                RosterEntry(
                    participant: Participant(code: code, createdRealtime: Self.startedRealtime),
                    visits: [StudyVisit(number: 1, condition: ["suggestions": "on"])]))
        }
        try database.add(
            StatusChange(
                participant: "P03", status: .withdrawn, reason: "asked to", actor: "lab",
                realtime: Self.startedRealtime))
        try write(1, "P01", "on", database)
        try write(2, "P01", "on", database, parent: 1)
        try write(3, "P02", "off", database)
        try write(4, "P03", "off", database)
        try write(5, "P09", "on", database, isPilot: true)
        try review(database)
        try database.close()
        try correct()
    }

    private func write(
        _ number: Int, _ participant: String, _ level: String, _ database: StudyDatabase,
        parent: Int? = nil, isPilot: Bool = false
    ) throws {
        try FileSystem.makeDirectories("\(path)/\(participant)")
        let kind: SessionKind = parent == nil ? .chat : .commentary
        let writer = try SessionWriter.create(
            at: session(number),
            description: SessionDescription(
                identifier: Self.identifier(number), kind: kind, study: "example",
                participant: participant, protocolName: "example", protocolVersion: "1",
                protocolText: Self.protocolText, isPilot: isPilot, station: "lab-7",
                softwareVersion: "0.1", bootIdentifier: "boot", parent: parent.map(Self.identifier),
                started: Self.started,
                startedRealtime: Self.startedRealtime + Int64(number) * 86_400_000_000_000),
            streams: [
                StreamDescription(
                    id: 1, name: "eda", kind: "signal", source: "serial:AA:BB:CC", nominalRate: 10,
                    channels: [ChannelDescription(name: "eda", unit: "uS", scale: 0.01)]),
                StreamDescription(
                    id: 2, name: "pulse", kind: "signal", nominalRate: 10,
                    channels: [ChannelDescription(name: "pulse")]),
            ])
        var batch = SessionBatch()
        for stream in Int64(1)...2 {
            batch.samples.append(
                SampleRun(
                    stream: stream, firstIndex: 0, count: 300,
                    columns: [.integers((0..<300).map { Int64(number) * 1000 + $0 })],
                    packets: (0..<300).map {
                        SamplePacket(count: 1, arrival: Self.second(0.05 + Double($0) / 10))
                    }))
        }
        batch.phases = [
            PhaseChange(name: "rest", time: Self.second(0)),
            PhaseChange(name: "talk", time: Self.second(10)),
        ]
        if parent == nil { chat(&batch, number) } else { commentary(&batch) }
        batch.stateChange = SessionStateChange(
            state: .stopped, at: Self.second(30), outcome: "completed")
        try writer.commit(batch)
        try writer.close()
        _ = try SessionFinisher(path: session(number), isAligning: false).run()
        try database.store(
            IndexedSession(
                identifier: Self.identifier(number), participant: participant, kind: kind,
                file: "\(file(number)).attune", state: .finished,
                startedRealtime: Self.startedRealtime, parent: parent.map(Self.identifier),
                isPilot: isPilot, visit: 1, condition: ["suggestions": level],
                outcome: "completed"))
    }

    private func chat(_ batch: inout SessionBatch, _ number: Int) {
        batch.turns = [
            Turn(number: 1, author: "client", text: "I am so tired 😞", sent: Self.second(12)),
            Turn(
                number: 2, author: "participant", text: "Tell me more, P0\(number).",
                composedFrom: Self.second(14), sent: Self.second(16)),
        ]
        let payloads: [(Double, String, String)] = [
            (12, "reply", #"{"turn":1,"source":"scripted/distressed-client/1","fallback":true}"#),
            (
                12, "emotion",
                #"{"which":"scored","turn":1,"category":"sadness","valence":-0.5,"arousal":0.25}"#
            ),
            (12.5, "safety", #"{"turn":1,"category":"self-harm"}"#),
            (
                9, "answers",
                #"{"questionnaire":"mood","answers":{"calm":4},"final":true,"phase":"rest","scales":[{"scale":"calm_score","title":"Calm","value":4,"answered":1,"of":1}]}"#
            ),
            (
                29, "answers",
                #"{"questionnaire":"mood","answers":{"calm":2},"final":true,"phase":"talk","scales":[{"scale":"calm_score","title":"Calm","value":2,"answered":1,"of":1}]}"#
            ),
            (
                13, "mark",
                #"{"label":"door","actor":"uid 1000","detail":"P01 coughed, XP01 did not"}"#
            ),
        ]
        batch.events = payloads.map { second, kind, payload in
            SessionEvent(time: Self.second(second), kind: kind, payload: payload)
        }
    }

    private func commentary(_ batch: inout SessionBatch) {
        let parent = Self.started.nanoseconds
        batch.events = [
            SessionEvent(
                time: Self.second(0), kind: "recall",
                payload: #"{"delay_ms":250,"task_ended_utc_ns":1795339800000000000}"#),
            SessionEvent(
                time: Self.second(1), kind: "position",
                payload: """
                    {"session_ns":\(parent + 12_000_000_000),"rate":2,"playing":true,"cause":"cue","by":"researcher"}
                    """),
            SessionEvent(
                time: Self.second(1), kind: "cue",
                payload: """
                    {"cue":"turn-1","label":"Client's turn 1","origin":"turns","by":"researcher","session_ns":\(parent + 12_000_000_000)}
                    """),
            SessionEvent(
                time: Self.second(1), kind: "speech",
                payload: #"{"speaker":"participant","prompted":true}"#),
        ]
    }

    private func review(_ database: StudyDatabase) throws {
        let plan = ReviewPlan(
            id: "11111111-0000-4000-8000-000000000001", actor: "lab", name: "first",
            scheme: "review",
            schemeVersion: "1", schemeText: Self.schemeText, seed: 1)
        func assignment(
            _ number: Int, _ rater: String, _ role: RatingRole, _ purpose: ReviewAssignment.Purpose
        ) -> ReviewAssignment {
            ReviewAssignment(
                id: "22222222-0000-4000-8000-00000000000\(number)", plan: plan.id, rater: rater,
                role: role, session: Self.identifier(1), position: number, purpose: purpose,
                label: "Session \(number)")
        }
        let assignments = [
            assignment(1, "anna", .expert, .main), assignment(2, "ben", .expert, .main),
            assignment(3, "P01", .participant, .own), assignment(4, "anna", .expert, .repeat),
        ]
        try database.make(plan, assignments)
        let values: [(Int, Int64?, String, String, Bool)] = [
            (1, 2, "empathy", "2", false), (2, 2, "empathy", "3", true),
            (2, 2, "empathy", "5", false),
            (3, 2, "empathy", "4", false), (4, 2, "empathy", "1", false),
            (1, nil, "overall", "3", false),
        ]
        _ = try SessionReview(path: session(1)).put(
            values.enumerated().map { place, value in
                Rating(
                    change: "33333333-0000-4000-8000-00000000000\(place)",
                    rater: assignments[value.0 - 1].rater, role: assignments[value.0 - 1].role,
                    assignment: assignments[value.0 - 1].id, stage: "transcript", turn: value.1,
                    item: value.2, value: value.3, rationale: value.4 ? "" : "since \(value.3)",
                    isDraft: value.4)
            })
    }

    /// What people said of session 1 and 2 beside ratings.
    private func correct() throws {
        _ = try SessionReview(path: session(1)).add(
            EmotionCorrection(
                turn: 1, category: "fear", valence: -0.75, arousal: nil, note: "", actor: "anna",
                madeRealtime: 1))
        _ = try SessionReview(path: session(1)).put(
            [
                AnnotationChange(
                    change: "44444444-0000-4000-8000-000000000001",
                    annotation: "55555555-0000-4000-8000-000000000001", action: .add, layer: "anna",
                    kind: .span, code: "tired", turn: 1, spanStart: 8, spanEnd: 13),
                AnnotationChange(
                    change: "44444444-0000-4000-8000-000000000002",
                    annotation: "55555555-0000-4000-8000-000000000002", action: .add,
                    layer: "signals", kind: .artefact, code: "movement", start: Self.second(2),
                    end: Self.second(3), stream: 1),
            ], actor: "anna")
        _ = try SessionReview(path: session(2)).add(
            Transcript(
                change: "66666666-0000-4000-8000-000000000001", actor: "lab", source: .typed,
                language: "en"),
            [
                TranscriptSegment(
                    start: Self.second(1.5), end: Self.second(2.5), text: "Here I was unsure.")
            ])
    }

    /// Later than all of it: another rating, and another annotation.
    func goOn() throws {
        _ = try SessionReview(path: session(1)).put([
            Rating(
                change: "33333333-0000-4000-8000-00000000000f", rater: "anna", role: .expert,
                assignment: "22222222-0000-4000-8000-000000000001", stage: "transcript", turn: 2,
                item: "empathy", value: "4")
        ])
        _ = try SessionReview(path: session(1)).put(
            [
                AnnotationChange(
                    change: "44444444-0000-4000-8000-000000000003",
                    annotation: "55555555-0000-4000-8000-000000000003", action: .add, layer: "ben",
                    kind: .point, code: "late", start: Self.second(20))
            ], actor: "ben")
    }
}

/// A CSV table as text.
struct PlainTable {
    let header: [String]
    let rows: [[String]]

    init(_ path: String) throws {
        var records: [[String]] = [[]]
        var field = ""
        var isQuoted = false
        for character in try FileSystem.readText(path) {
            switch character {
            // Quotes within a field get lost; no test looks at one.
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                records[records.count - 1].append(field)
                field = ""
            case "\n" where !isQuoted:
                records[records.count - 1].append(field)
                field = ""
                records.append([])
            default: field.append(character)
            }
        }
        records.removeLast()
        header = records[0]
        rows = Array(records.dropFirst())
    }

    /// The values of some columns, a row at a time.
    func values(_ names: String...) -> [[String]] {
        rows.map { row in
            names.map { name in header.firstIndex(of: name).map { row[$0] } ?? "no \(name)" }
        }
    }
}
