import Foundation
import SessionStore
import SystemCalls
import Timebase

/// One of a study's many small sessions: ninety seconds of rest, chat and questions with skin conductance,
/// heartbeats, keys, drafts, Suggestions and answers. Made up, and the same for the same number and seed.
struct ManySession {
    let number: Int
    let seed: UInt64

    static let study = "many"
    static let visits = 4
    static let seconds = 90
    private static let start = Instant(nanoseconds: 2_000_000_000_000)
    private static let skinRate = 8
    private static let words = [
        "well", "today", "I", "did", "not", "sleep", "much", "because", "of", "the", "work", "and",
        "that", "helped", "a", "little",
    ]
    static let plan = """
        name: many
        version: 1
        title: Many small sessions
        phases:
          - {name: rest, title: Rest, kind: baseline, task: rest}
          - {name: chat, title: Chat, kind: chat}
          - {name: debrief, title: Debrief, kind: debrief, questionnaires: [after]}
        questionnaires:
          - name: after
            title: After
            items:
              - {name: real, kind: likert, text: "Was it real?", points: 7, code: REAL}
              - {name: effort, kind: likert, text: "Was it work?", points: 5, code: EFFORT}
              - {name: what, kind: text, text: "What was it like?"}
        consent: []
        """

    /// Some codes look like numbers, which readers of partitioned files are fond of.
    var participant: String {
        let person = number / Self.visits
        return person % 2 == 0
            ? String(format: "P%04d", person + 1) : String(format: "%04d", person + 1)
    }

    private var identifier: String {
        String(format: "%08x-6d61-4e79-8000-%012x", UInt32(truncatingIfNeeded: number), seed)
    }

    private var realtime: Int64 {
        1_795_253_400_000_000_000 + Int64(number) * 5_400_000_000_000
    }

    private static func at(_ seconds: Double) -> Instant { start + Int64(seconds * 1e9) }

    /// Writes and finishes the session.
    /// - Parameter folder: the study's.
    /// - Returns: what the study's index has of it.
    func write(below folder: String) throws -> IndexedSession {
        try FileSystem.makeDirectories("\(folder)/\(participant)")
        let file = try StudyDirectory.relativePath(
            participant: participant, kind: .chat, started: realtime)
        let path = "\(folder)/\(file)"
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: identifier, kind: .chat, study: Self.study, participant: participant,
                protocolName: Self.study, protocolVersion: "1", protocolText: Self.plan,
                station: "bench", softwareVersion: "bench", bootIdentifier: "bench",
                started: Self.start, startedRealtime: realtime),
            streams: [
                StreamDescription(
                    id: 1, name: "skin", kind: "signal", source: "bench",
                    nominalRate: Double(Self.skinRate), clock: .counter,
                    channels: [ChannelDescription(name: "eda", unit: "uS", scale: 0.001)]),
                StreamDescription(
                    id: 2, name: "beats", kind: "signal", source: "bench", clock: .stamped,
                    channels: [ChannelDescription(name: "rr", unit: "ms", minimum: 0)]),
                StreamDescription(id: 3, name: "keyboard", kind: "keys", clock: .stamped),
            ])
        var random = AlignRandom(seed: seed, purpose: UInt64(number + 1))
        var batch = SessionBatch()
        batch.phases = [
            PhaseChange(name: "rest", time: Self.start),
            PhaseChange(name: "chat", time: Self.at(30)),
            PhaseChange(name: "debrief", time: Self.at(80)),
        ]
        addSkin(&batch, &random)
        addBeats(&batch, &random)
        addChat(&batch, &random)
        addAnswers(&batch, &random)
        batch.stateChange = SessionStateChange(
            state: .stopped, at: Self.at(Double(Self.seconds)), outcome: "completed")
        try writer.commit(batch)
        try writer.close()
        let finished = try SessionFinisher(path: path, isAligning: false).run()
        return IndexedSession(
            identifier: identifier, participant: participant, kind: .chat, file: file,
            state: .finished, startedRealtime: realtime,
            stoppedRealtime: realtime + Int64(Self.seconds) * 1_000_000_000,
            finishedRealtime: realtime, sha256: finished.sha256, size: finished.size)
    }

    // MARK: - Signals

    /// A level with a response now and then; two seconds are missing.
    private func addSkin(_ batch: inout SessionBatch, _ random: inout AlignRandom) {
        let level = 2000 + 6000 * random.fraction()
        var response = 0.0
        var stored: Int64 = 0
        for (from, to) in [(0, 50), (52, Self.seconds)] {
            let values = (from * Self.skinRate..<to * Self.skinRate).map { place -> Int64 in
                if place % (Self.skinRate * 9) == 40 { response = 300 + 400 * random.fraction() }
                response *= 0.96
                return Int64(level + response + 4 * random.normal())
            }
            let period = 1_000_000_000 / Int64(Self.skinRate)
            let last = stored + Int64(values.count) - 1
            batch.clockSegments.append(
                StreamClockSegment(
                    stream: 1,
                    segment: ClockSegment(
                        firstIndex: stored, lastIndex: last, origin: Self.at(Double(from)),
                        period: Double(period), bound: 2_000_000, method: "least-delay/1")))
            batch.samples.append(
                SampleRun(
                    stream: 1, firstIndex: stored, count: values.count,
                    columns: [.integers(values)],
                    packets: [
                        SamplePacket(count: values.count, arrival: Self.at(Double(to) + 0.01))
                    ]))
            if from == 0 {
                batch.gaps.append(
                    StreamGap(
                        stream: 1,
                        gap: Gap(
                            cause: .counter, afterIndex: last,
                            start: Self.at(Double(to)) + -period, end: Self.at(52),
                            lost: Int64(2 * Self.skinRate), lostBound: 0)))
            }
            stored = last + 1
        }
    }

    /// A heart that breathes, told beat by beat.
    private func addBeats(_ batch: inout SessionBatch, _ random: inout AlignRandom) {
        let mean = 0.7 + 0.3 * random.fraction()
        var time = 0.2
        var values: [Int64] = []
        var packets: [SamplePacket] = []
        while true {
            let interval = mean + 0.03 * sin(time * 1.6) + 0.004 * random.normal()
            time += interval
            guard time < Double(Self.seconds) else { break }
            values.append(Int64((interval * 1000).rounded()))
            packets.append(SamplePacket(count: 1, arrival: Self.at(time)))
        }
        batch.clockSegments.append(
            StreamClockSegment(
                stream: 2,
                segment: ClockSegment(
                    firstIndex: 0, lastIndex: Int64(values.count) - 1, origin: Self.at(0),
                    period: 0,
                    bound: 5_000_000, method: "stamped")))
        batch.samples.append(
            SampleRun(
                stream: 2, firstIndex: 0, count: values.count, columns: [.integers(values)],
                packets: packets))
    }

    // MARK: - Words

    /// The other side begins; then they take turns until the phase ends.
    private func addChat(_ batch: inout SessionBatch, _ random: inout AlignRandom) {
        var time = 31.0
        var turn: Int64 = 0
        var presses: Int64 = 0
        while time < 70 {
            turn += 1
            batch.turns.append(
                Turn(
                    number: turn, author: "client", text: Self.sentence(&random),
                    sent: Self.at(time), shown: Self.at(time + 0.05), client: "chat",
                    clientSequence: turn * 1000))
            let shows = random.fraction() < 0.6
            if shows {
                batch.events.append(
                    SessionEvent(
                        time: Self.at(time + 0.4), kind: "suggestions_shown",
                        payload: #"{"set": "s\#(turn)", "ids": ["s\#(turn).1", "s\#(turn).2"]}"#))
            }
            time += 1 + 2 * random.fraction()
            turn += 1
            let text = Self.sentence(&random)
            let began = time
            for (place, letter) in text.utf16.enumerated() {
                addKey(letter, place, of: turn, at: time, &presses, &batch, &random)
                time += random.fraction() < 0.03 ? 2.2 : 0.08 + 0.1 * random.fraction()
                guard time < 78 else { break }
            }
            batch.turns.append(
                Turn(
                    number: turn, author: "participant", text: text, composedFrom: Self.at(began),
                    sent: Self.at(time), shown: Self.at(time + 0.02), client: "chat",
                    clientSequence: turn * 1000))
            if shows { addUse(of: turn, text, at: time, &batch, &random) }
            time += 0.8 + 2 * random.fraction()
        }
    }

    /// A key that is pressed, and what it changes of the draft: now and then it takes a letter back, or text is
    /// pasted.
    private func addKey(
        _ letter: UInt16, _ place: Int, of turn: Int64, at time: Double, _ presses: inout Int64,
        _ batch: inout SessionBatch, _ random: inout AlignRandom
    ) {
        let isSpace = letter == 0x20
        batch.keyPresses.append(
            KeyPress(
                stream: 3, ordinal: presses, pressed: Self.at(time),
                keyClass: isSpace ? "space" : "letter", bound: 1_000_000))
        presses += 1
        let kind = random.fraction()
        batch.draftEdits.append(
            DraftEdit(
                turn: (turn + 1) / 2, time: Self.at(time + 0.005), position: Int64(place),
                deleted: kind < 0.04 ? 1 : 0, inserted: kind < 0.04 ? 0 : kind < 0.05 ? 12 : 1,
                editClass: kind < 0.04
                    ? "delete" : kind < 0.05 ? "paste" : isSpace ? "space" : "letter",
                client: "chat", clientSequence: turn * 1000 + Int64(place) + 1))
    }

    private func addUse(
        of turn: Int64, _ text: String, at time: Double, _ batch: inout SessionBatch,
        _ random: inout AlignRandom
    ) {
        let uses = [
            "direct-adoption", "slight-modification", "combination", "rewritten",
            "no-detected-overlap",
        ]
        batch.events.append(
            SessionEvent(
                time: Self.at(time + 0.01), kind: "provenance",
                payload:
                    #"{"turn": \#(turn), "shown": true, "class": "\#(uses[random.below(uses.count)])", "length": \#(text.utf16.count), "suggestions": []}"#
            ))
    }

    private func addAnswers(_ batch: inout SessionBatch, _ random: inout AlignRandom) {
        let answers =
            #"{"real": \#(1 + random.below(7)), "effort": \#(1 + random.below(5)), "what": "\#(Self.sentence(&random))"}"#
        batch.events.append(
            SessionEvent(
                time: Self.at(85), kind: "answers",
                payload:
                    #"{"questionnaire": "after", "phase": "debrief", "answers": \#(answers), "final": true}"#,
                client: "page", clientSequence: 1))
    }

    private static func sentence(_ random: inout AlignRandom) -> String {
        (0..<3 + random.below(6)).map { _ in words[random.below(words.count)] }
            .joined(separator: " ") + "."
    }
}
