import SessionStore
import SystemCalls
import TestSupport
import Timebase

/// A data directory with one finished session that has some of everything, at known places.
struct RecordedFolder {
    static let study = "walk"
    static let participant = "P01"
    static let identifier = "5a3c9b1e-0000-4000-8000-00000000abcd"
    /// The session's start.
    static let start = Instant(nanoseconds: 7_000_000_000_000)
    static let startedRealtime: Int64 = 1_795_253_400_000_000_000
    /// Samples a second of the streams 1 (skin conductance in raw integers) and 2 (ECG).
    static let skinRate = 10.0
    static let ecgRate = 250.0
    /// Samples a second; the beat comes each 0.8 s, at 0.4 + 0.8 n.
    static let seconds = 60

    let root: String
    var path: String { "\(root)/\(Self.study)/\(Self.participant)/20261121T093000Z-chat.attune" }

    static func at(_ seconds: Double) -> Instant { start + Int64(seconds * 1e9) }

    static let protocolText = #"""
        name: walk
        version: 1
        title: A walk
        language: en
        phases:
          - {name: consent, title: Consent, kind: consent, instructions: Choose.}
          - {name: chat, title: Chat, kind: chat}
          - {name: ratings, title: Ratings, kind: ratings, questionnaires: [client]}
        questionnaires:
          - name: client
            title: The client
            items:
              - {name: human, kind: likert, text: "How <human> & \"real\"?", required: true, points: 7, labels: {1: Not at all, 7: Extremely}}
              - {name: liked, kind: likert, text: Did you like it?, points: 4}
        consent:
          - {name: conversation, title: Conversation, covers: [turns, draft-edits], required: true}
          - {name: sensors, title: Sensors, covers: [signals]}
          - {name: draft-text, title: Text of drafts, covers: [draft-text]}
        chat: {persona: distressed-client}
        """#

    /// - Parameters:
    ///   - consent: answers in the study's database.
    ///   - isFinished: else the file stays as a recording leaves it.
    ///   - code: what the file says that the participant is called.
    init(
        at root: String, consent: [Consent] = [], isFinished: Bool = true,
        identifier: String = identifier, isPilot: Bool = false, code: String = participant
    ) throws {
        self.root = root
        try FileSystem.makeDirectories("\(root)/\(Self.study)/\(Self.participant)")
        let database = try StudyDatabase.open(at: "\(root)/\(Self.study)/study.db")
        try database.register(
            Participant(code: Self.participant, createdRealtime: Self.startedRealtime))
        let description = SessionDescription(
            identifier: identifier, kind: .chat, study: Self.study,
            participant: code, protocolName: "walk", protocolVersion: "1",
            protocolText: Self.protocolText, isPilot: isPilot, station: "lab",
            softwareVersion: "0.1",
            bootIdentifier: "boot", started: Self.start, startedRealtime: Self.startedRealtime)
        let writer = try SessionWriter.create(
            at: path, description: description, streams: Self.streams)
        try writer.commit(Self.batch())
        if isFinished {
            var stop = SessionBatch()
            stop.stateChange = SessionStateChange(
                state: .stopped, at: Self.at(Double(Self.seconds)), outcome: "completed")
            try writer.commit(stop)
        }
        try writer.close()
        if isFinished { _ = try SessionFinisher(path: path, isAligning: false).run() }
        var entry = IndexedSession(
            identifier: identifier, participant: Self.participant, kind: .chat,
            file: "\(Self.participant)/20261121T093000Z-chat.attune",
            state: isFinished ? .finished : .recording, startedRealtime: Self.startedRealtime)
        if isFinished {
            entry.stoppedRealtime = Self.startedRealtime + Int64(Self.seconds) * 1_000_000_000
        }
        entry.isPilot = isPilot
        try database.store(entry)
        try database.add(consent)
        try database.close()
    }

    private static let streams = [
        StreamDescription(
            id: 1, name: "skin", kind: "signal", source: "edaband", nominalRate: skinRate,
            channels: [
                ChannelDescription(name: "eda", label: "EDA", unit: "uS", scale: 0.001)
            ]),
        StreamDescription(
            id: 2, name: "heart", kind: "signal", source: "belt", nominalRate: ecgRate,
            channels: [
                ChannelDescription(name: "ecg", label: "ECG", unit: "mV", scale: -0.01),
                ChannelDescription(name: "load", storage: .real),
            ]),
        StreamDescription(id: 3, name: "keyboard", kind: "keys", clock: .stamped),
    ]

    private static func batch() -> SessionBatch {
        var batch = SessionBatch()
        // Skin conductance: five seconds are missing from 20 s on.
        let skin = (0..<Int(skinRate) * seconds).map { 5000 + Int64($0 % 40) }
        let before = Int(skinRate) * 20
        let after = Int(skinRate) * 25
        let stored = skin.indices.filter { $0 < before || $0 >= after }
        batch.samples = [
            run(1, [.integers(stored.map { skin[$0] })], end: Double(seconds))
        ]
        batch.clockSegments = [
            segment(1, 0..<before, from: 0, rate: skinRate),
            segment(1, before..<stored.count, from: 25, rate: skinRate),
        ]
        batch.gaps = [
            StreamGap(
                stream: 1,
                gap: Gap(
                    cause: .disconnect, afterIndex: Int64(before) - 1, start: at(19.9),
                    end: at(25), lost: 50, lostBound: 1))
        ]
        // An ECG as a spike of one sample up and one down, each 0.8 s.
        let count = Int(ecgRate) * seconds
        let ecg = (0..<count).map { index -> Int64 in
            switch index % Int(0.8 * ecgRate) {
            case 98, 102: -30
            case 99, 101: 50
            case 100: 100
            default: Int64(index % 3)
            }
        }
        let load = (0..<count).map { $0 % 1000 == 0 ? Double.nan : Double($0) }
        batch.samples.append(run(2, [.integers(ecg), .reals(load)], end: Double(seconds)))
        batch.clockSegments.append(segment(2, 0..<count, from: 0, rate: ecgRate))
        addHappenings(to: &batch)
        return batch
    }

    private static func run(
        _ stream: Int64, _ columns: [SampleColumn], end: Double
    ) -> SampleRun {
        SampleRun(
            stream: stream, firstIndex: 0, count: columns[0].count, columns: columns,
            packets: [SamplePacket(count: columns[0].count, arrival: at(end))])
    }

    private static func segment(
        _ stream: Int64, _ indices: Range<Int>, from: Double, rate: Double
    ) -> StreamClockSegment {
        StreamClockSegment(
            stream: stream,
            segment: ClockSegment(
                firstIndex: Int64(indices.lowerBound), lastIndex: Int64(indices.upperBound - 1),
                origin: at(from), period: 1e9 / rate, bound: 2_000_000, method: "least-delay/1"))
    }

    private static func addHappenings(to batch: inout SessionBatch) {
        for (number, time) in [12.0, 12.2, 12.5, 30.0].enumerated() {
            batch.keyPresses.append(
                KeyPress(
                    stream: 3, ordinal: Int64(number), pressed: at(time),
                    keyClass: number == 2 ? "delete" : "letter", bound: 1000))
        }
        batch.keyReleases = [
            KeyRelease(stream: 3, ordinal: 0, released: at(12.1), pairing: .exact)
        ]
        batch.turns = [
            Turn(author: "client", text: "Hello <b>there</b>", sent: at(10), shown: at(10.1)),
            Turn(
                author: "participant", text: "Hi", composedFrom: at(12), sent: at(15), bound: 5),
            Turn(author: "participant", text: "More", composedFrom: at(30), sent: at(31)),
        ]
        batch.draftEdits = [
            edit(1, 12, 0, 0, 1, "H"), edit(1, 12.2, 1, 0, 1, "a"), edit(1, 12.5, 1, 1, 0, ""),
            edit(1, 14.9, 1, 0, 1, "i"), edit(2, 30, 0, 0, 4, "More"),
            edit(3, 40, 0, 0, 1, "x"),
        ]
        func add(_ time: Double, _ kind: String, _ payload: String) {
            batch.events.append(SessionEvent(time: at(time), kind: kind, payload: payload))
        }
        add(1, "view", #"{"page_version": "1", "width": 800, "height": 600}"#)
        add(5, "mark", #"{"label": "breath", "actor": "uid 0", "detail": {"n": 3}}"#)
        add(
            10.2, "emotion",
            #"{"which": "scored", "turn": 1, "label": "sad", "category": "sadness", "valence": -0.5, "arousal": 0.25}"#
        )
        add(
            10.3, "suggestions",
            #"{"set": "s1", "turn": 1, "shown": true, "groups": [{"name": "MI", "title": "MI", "items": [{"id": "s1.1", "text": "Ask"}]}]}"#
        )
        add(14, "suggestion_inserted", #"{"id": "s1.1", "draft": 1, "position": 1}"#)
        add(20, "paused", #"{"reason": "a break"}"#)
        add(22, "resumed", "{}")
        add(
            15.1, "provenance",
            #"{"turn": 2, "shown": true, "class": "slight-modification", "own": 0.2}"#)
        add(31.1, "provenance", #"{"turn": 3, "shown": false, "class": "direct-adoption"}"#)
        add(
            50, "answers",
            #"{"questionnaire": "client", "answers": {"human": 3, "liked": 2}, "final": false}"#)
        add(
            52, "answers",
            #"{"questionnaire": "client", "answers": {"human": 6, "liked": null}, "final": true}"#)
        add(33, "window_focus", #"{"focused": false}"#)
        add(34, "strange", "no JSON at all")
        batch.phases = [
            PhaseChange(name: "chat", time: at(2))
        ]
    }

    private static func edit(
        _ draft: Int64, _ time: Double, _ position: Int64, _ deleted: Int64, _ inserted: Int64,
        _ text: String
    ) -> DraftEdit {
        DraftEdit(
            turn: draft, time: at(time), position: position, deleted: deleted, inserted: inserted,
            editClass: deleted > 0 ? "delete" : "letter", text: text.isEmpty ? nil : text)
    }
}
