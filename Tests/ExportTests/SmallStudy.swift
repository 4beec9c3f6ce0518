import SessionStore
import SystemCalls
import TestSupport
import Timebase

@testable import Export

/// A study's folder whose sessions have what formats stumble over: participants whose codes are alike
/// once only letters and digits are left, two sessions of one, a commentary, one without anything in it, rates
/// that drift, gaps, clocks that were set anew, streams without a rate, answers that were given twice, and
/// texts of every kind.
struct SmallStudy {
    static let started = Instant(nanoseconds: 5_000_000_000_123)
    static let realtime: Int64 = 1_795_253_400_250_000_000
    static let texts = [
        "hello", "", "n/a", "NA", "null", "a\tb\nc\r\nd", "say \"hi\", \\n", "\"quoted\"",
        " spaced ",
        "👩‍👩‍👧‍👦 🫠", "שלום עולם", "\u{FEFF}mark\u{2028}\u{85}\u{1}", "0012", "=1+1",
        "'; DROP TABLE x; --",
        String(repeating: "漢🫠\n\"", count: 1000),
    ]
    private static let plan = """
        name: talk
        version: 1
        title: Talk
        phases: [{name: rest, title: R, kind: other, questionnaires: [mood]}, {name: talk, title: T, kind: other, questionnaires: [mood]}]
        questionnaires:
          - name: mood
            items:
              - {name: calm, kind: likert, text: "How calm?", points: 3, labels: {1: not, 2: a little, 3: very}, code: CALM}
              - {name: why, kind: text, text: "Why?"}
            scales: [{name: sc, items: [calm]}]
        consent: []
        """

    /// The study's folder.
    let path: String

    init(in directory: TemporaryDirectory) throws {
        path = directory.file("study")
        for participant in ["P-01", "P01", "ü"] {
            try FileSystem.makeDirectories("\(path)/\(participant)")
        }
        try write("P-01/1-chat.attune", "aaaa0001", "P-01", day: 0) { try Self.fill(&$0, seed: 1) }
        try write("P01/1-chat.attune", "bbbb0001", "P01", day: 0) { try Self.fill(&$0, seed: 2) }
        try write("P01/2-chat.attune", "bbbb0002", "P01", day: 7) { try Self.fill(&$0, seed: 3) }
        try write("P01/3-commentary.attune", "bbbb0003", "P01", day: 7, parent: "bbbb0002") {
            $0.events = [
                SessionEvent(
                    time: Self.started + 2_000_000_000, kind: "position",
                    payload: "{\"t\":1}", client: "page", clientSequence: 1)
            ]
        }
        try write("ü/1-chat.attune", "cccc0001", "ü", day: 1) { _ in }
    }

    private func write(
        _ file: String, _ identifier: String, _ participant: String, day: Int64,
        parent: String? = nil, _ fill: (inout SessionBatch) throws -> Void
    ) throws {
        let realtime = Self.realtime + day * 86_400_000_000_000
        let writer = try SessionWriter.create(
            at: "\(path)/\(file)",
            description: SessionDescription(
                identifier: identifier, kind: parent == nil ? .chat : .commentary, study: "talk",
                participant: participant, protocolName: "talk", protocolVersion: "1",
                protocolText: Self.plan, station: "lab, \"A\"", softwareVersion: "0.1",
                bootIdentifier: "boot", parent: parent, started: Self.started,
                startedRealtime: realtime))
        var batch = SessionBatch()
        batch.timeTriples = [
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: Self.started, boottime: 7, realtime: realtime, uncertainty: 900),
                cause: "start")
        ]
        try fill(&batch)
        batch.stateChange = SessionStateChange(
            state: .stopped, at: Self.started + 90_000_000_000, outcome: "completed")
        try writer.commit(batch)
        try writer.close()
    }

    private static func fill(_ batch: inout SessionBatch, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        addEcg(&batch, &random)
        addEda(&batch, &random)
        addIntervals(&batch, &random)
        batch.streams.append(
            StreamDescription(
                id: 4, name: "silent", kind: "signal", nominalRate: 10,
                channels: [ChannelDescription(name: "nothing")]))
        batch.streams.append(StreamDescription(id: 5, name: "keys", kind: "keys"))
        for ordinal in 0..<Int64(40) {
            let pressed = started + 1_000_000_000 + ordinal * 91_000_000
            batch.keyPresses.append(
                KeyPress(
                    stream: 5, ordinal: ordinal, pressed: pressed, keyClass: "letter",
                    bound: 1_000_500))
            batch.keyReleases.append(
                KeyRelease(
                    stream: 5, ordinal: ordinal, released: pressed + 60_000_000, pairing: .exact))
        }
        for (number, text) in texts.enumerated() {
            batch.turns.append(
                Turn(
                    author: number % 2 == 0 ? "participant" : "client", text: text,
                    composedFrom: number % 3 == 0 ? nil : started + Int64(number) * 1_000_000_000,
                    sent: started + Int64(number) * 1_500_000_001, client: "chat",
                    clientSequence: Int64(number + 1)))
        }
        batch.phases = [
            PhaseChange(name: "rest", time: started + 500_000_000),
            PhaseChange(name: "talk", time: started + 40_000_000_000),
        ]
        let answers: [(Int64, String)] = [
            (
                20,
                #"{"questionnaire":"mood","answers":{"calm":2,"why":"n/a"},"final":true,"phase":"rest","scales":[{"scale":"sc","title":"Sc","value":2,"answered":1,"of":1}]}"#
            ),
            (
                60,
                #"{"questionnaire":"mood","answers":{"calm":3},"final":true,"phase":"talk","scales":[{"scale":"sc","title":"Sc","value":3,"answered":1,"of":1}]}"#
            ),
        ]
        for (number, (second, payload)) in answers.enumerated() {
            batch.events.append(
                SessionEvent(
                    time: started + second * 1_000_000_000, bound: 2_000_000, kind: "answers",
                    payload: payload, client: "page", clientSequence: Int64(number + 1)))
        }
        // Before the session's start, by a clock's uncertainty.
        batch.events.append(
            SessionEvent(time: started + -5_000_000, bound: 1, kind: "mark", payload: "{}"))
    }

    /// 130 Hz that drift, a gap of 20 s, and a clock that goes back by 30 ms.
    private static func addEcg(_ batch: inout SessionBatch, _ random: inout SeededGenerator) {
        batch.streams.append(
            StreamDescription(
                id: 1, name: "ecg", kind: "signal", nominalRate: 130, clock: .counter,
                channels: [
                    ChannelDescription(
                        name: "ecg", label: "Chest\tlead", unit: "mV", scale: 0.001),
                    ChannelDescription(
                        name: "odd", unit: "", conversion: "grove-gsr"),
                ]))
        let period = 1e9 / 130.02
        var origin = started + 100_000_000
        for (first, count, after) in [
            (Int64(0), Int64(1300), Int64(20_000_000_000)), (1300, 1000, -30_000_000),
            (2300, 1200, 0),
        ] {
            let segment = ClockSegment(
                firstIndex: first, lastIndex: first + count - 1, origin: origin, period: period,
                bound: 1_500_000, method: "least-delay/1", driftPPM: 154)
            addRun(
                &batch, 1, segment,
                [
                    .integers(
                        (0..<count).map { _ in Int64.random(in: -2000...2000, using: &random) }),
                    .integers((0..<count).map { _ in Int64.random(in: 0...1023, using: &random) }),
                ])
            let last = segment.time(of: segment.lastIndex)
            origin = last + Int64(period) + after
            if after > 0 {
                batch.gaps.append(
                    StreamGap(
                        stream: 1,
                        gap: Gap(
                            cause: .counter, afterIndex: segment.lastIndex, start: last,
                            end: origin,
                            lost: 2600, lostBound: 0)))
            }
        }
    }

    /// 4 Hz with a gap of 30 s, stored as numbers.
    private static func addEda(_ batch: inout SessionBatch, _ random: inout SeededGenerator) {
        batch.streams.append(
            StreamDescription(
                id: 2, name: "EDA", kind: "signal", nominalRate: 4, clock: .arrival,
                channels: [
                    ChannelDescription(name: "eda", unit: "µS", storage: .real)
                ]))
        var origin = started + 1_000_000
        for first in [Int64(0), 100] {
            let segment = ClockSegment(
                firstIndex: first, lastIndex: first + 99, origin: origin, period: 250_000_000,
                bound: 20_000_000, method: "least-delay/1")
            var values = (0..<100).map { _ in Double.random(in: 0...20, using: &random) }
            values[7] = .nan
            values[8] = -0.0
            values[9] = 1e-300
            addRun(&batch, 2, segment, [.reals(values)])
            let last = segment.time(of: segment.lastIndex)
            origin = last + 30_000_000_000
            if first == 0 {
                batch.gaps.append(
                    StreamGap(
                        stream: 2,
                        gap: Gap(
                            cause: .dropped, afterIndex: 99, start: last, end: origin, lost: 119,
                            lostBound: 1)))
            }
        }
    }

    /// Heartbeats, each with a time of its own.
    private static func addIntervals(_ batch: inout SessionBatch, _ random: inout SeededGenerator) {
        batch.streams.append(
            StreamDescription(
                id: 3, name: "rr", kind: "signal", clock: .stamped,
                channels: [ChannelDescription(name: "rr", unit: "ms")]))
        let values = (0..<80).map { _ in Int64.random(in: 600...1100, using: &random) }
        var packets: [SamplePacket] = []
        var time = started + 300_000_000
        for value in values {
            time = time + value * 1_000_000
            packets.append(SamplePacket(count: 1, arrival: time))
        }
        batch.clockSegments.append(
            StreamClockSegment(
                stream: 3,
                segment: ClockSegment(
                    firstIndex: 0, lastIndex: 79, origin: started + 300_000_000, period: 0,
                    bound: 5_000_000, method: "stamped")))
        batch.samples.append(
            SampleRun(
                stream: 3, firstIndex: 0, count: 80, columns: [.integers(values)], packets: packets)
        )
    }

    private static func addRun(
        _ batch: inout SessionBatch, _ stream: Int64, _ segment: ClockSegment,
        _ columns: [SampleColumn]
    ) {
        let count = Int(segment.lastIndex - segment.firstIndex) + 1
        batch.clockSegments.append(StreamClockSegment(stream: stream, segment: segment))
        batch.samples.append(
            SampleRun(
                stream: stream, firstIndex: segment.firstIndex, count: count, columns: columns,
                packets: [
                    SamplePacket(
                        count: count, arrival: segment.time(of: segment.lastIndex) + 9_000_000)
                ]))
    }
}
