import Foundation
import SessionStore
import SystemCalls
import Timebase

/// A session of hours with six channels at 1 kHz, a chat and its events: made up, the same each time, and
/// put into a data directory as a daemon leaves it.
struct LongSession {
    static let rate = 1000
    static let identifier = "00000000-4444-4000-8000-0000000000be"
    static let start = Instant(nanoseconds: 5_000_000_000_000)
    static let startedRealtime: Int64 = 1_795_253_400_000_000_000
    static let study = "bench"
    static let participant = "P01"

    let hours: Double
    /// Events, key presses and turns in all.
    static let events = 6000
    static let keys = 30_000
    static let turns = 240

    var seconds: Int { Int(hours * 3600) }

    private static func at(_ seconds: Double) -> Instant { start + Int64(seconds * 1e9) }

    private static let channels = [
        ChannelDescription(name: "ecg", label: "ECG", unit: "mV", scale: 0.003, offset: -1.5),
        ChannelDescription(name: "eda", label: "EDA", unit: "uS", scale: 0.001),
        ChannelDescription(name: "breathing", label: "Breathing", unit: "1"),
        ChannelDescription(name: "pulse", label: "Pulse", unit: "1"),
        ChannelDescription(name: "light", label: "Light", unit: "1"),
        ChannelDescription(name: "movement", label: "Movement", unit: "1"),
    ]

    /// Writes the session, finishes it, and enters it into its study's database.
    /// - Parameter data: a data directory; made where it is missing.
    func write(to data: String) throws {
        try FileSystem.makeDirectories("\(data)/\(Self.study)/\(Self.participant)")
        let file = try StudyDirectory.relativePath(
            participant: Self.participant, kind: .chat, started: Self.startedRealtime)
        let path = "\(data)/\(Self.study)/\(file)"
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: Self.identifier, kind: .chat, study: Self.study,
                participant: Self.participant, station: "bench", softwareVersion: "bench",
                bootIdentifier: "bench", started: Self.start,
                startedRealtime: Self.startedRealtime),
            streams: [
                StreamDescription(
                    id: 1, name: "body", kind: "signal", source: "bench",
                    nominalRate: Double(Self.rate), clock: .counter, channels: Self.channels),
                StreamDescription(id: 2, name: "keyboard", kind: "keys", clock: .stamped),
            ])
        var signal = LongSignal()
        var stored: Int64 = 0
        for second in stride(from: 0, to: seconds, by: 10) {
            try writer.commit(piece(second, &signal, &stored))
        }
        var last = SessionBatch()
        last.stateChange = SessionStateChange(
            state: .stopped, at: Self.at(Double(seconds)), outcome: "completed")
        try writer.commit(last)
        try writer.close()
        let finished = try SessionFinisher(path: path, isAligning: false).run()
        try enter(file, finished, data)
    }

    private func enter(_ file: String, _ finished: FinishedFile, _ data: String) throws {
        let database = try StudyDatabase.open(at: "\(data)/\(Self.study)/study.db")
        try database.register(
            Participant(code: Self.participant, createdRealtime: Self.startedRealtime))
        try database.store(
            IndexedSession(
                identifier: Self.identifier, participant: Self.participant, kind: .chat,
                file: file, state: .finished, startedRealtime: Self.startedRealtime,
                stoppedRealtime: Self.startedRealtime + Int64(seconds) * 1_000_000_000,
                finishedRealtime: Self.startedRealtime, sha256: finished.sha256,
                size: finished.size))
        try database.close()
    }

    /// Ten seconds of everything. Each hour three seconds of samples are missing.
    private func piece(
        _ second: Int, _ signal: inout LongSignal, _ stored: inout Int64
    ) -> SessionBatch {
        var batch = SessionBatch()
        let isHole = second % 3600 == 1800
        let missing = isHole ? 3 * Self.rate : 0
        let columns = signal.take(10 * Self.rate - missing)
        let count = columns[0].count
        batch.samples = [
            SampleRun(
                stream: 1, firstIndex: stored, count: count, columns: columns,
                packets: [SamplePacket(count: count, arrival: Self.at(Double(second + 10)))])
        ]
        let from = Double(second) + Double(missing) / Double(Self.rate)
        batch.clockSegments = [
            StreamClockSegment(
                stream: 1,
                segment: ClockSegment(
                    firstIndex: stored, lastIndex: stored + Int64(count) - 1,
                    origin: Self.at(from), period: 1e9 / Double(Self.rate), bound: 3_000_000,
                    method: "least-delay/1"))
        ]
        if isHole {
            batch.gaps = [
                StreamGap(
                    stream: 1,
                    gap: Gap(
                        cause: .counter, afterIndex: stored - 1, start: Self.at(Double(second)),
                        end: Self.at(from), lost: Int64(missing), lostBound: 0))
            ]
        }
        stored += Int64(count)
        addHappenings(second, to: &batch)
        return batch
    }

    /// The numbers of those of `all` evenly spread things that fall into ten seconds.
    private func numbers(_ all: Int, _ second: Int) -> Range<Int> {
        all * second / seconds..<all * min(second + 10, seconds) / seconds
    }

    private func addHappenings(_ second: Int, to batch: inout SessionBatch) {
        func time(_ number: Int, of all: Int) -> Instant {
            Self.at((Double(number) + 0.5) * Double(seconds) / Double(all))
        }
        for number in numbers(Self.keys, second) {
            batch.keyPresses.append(
                KeyPress(
                    stream: 2, ordinal: Int64(number), pressed: time(number, of: Self.keys),
                    keyClass: number % 9 == 0 ? "space" : "letter", bound: 1_000_000))
            let turn = number * Self.turns / Self.keys
            batch.draftEdits.append(
                DraftEdit(
                    turn: Int64(turn / 2 + 1), time: time(number, of: Self.keys),
                    position: Int64(number % 120), deleted: 0, inserted: 1, editClass: "letter",
                    text: "e"))
        }
        for number in numbers(Self.turns, second) {
            let sent = time(number, of: Self.turns)
            batch.turns.append(
                Turn(
                    author: number % 2 == 0 ? "client" : "participant",
                    text: String(repeating: "What was said in turn \(number + 1). ", count: 4),
                    composedFrom: sent + -8_000_000_000, sent: sent, shown: sent + 30_000_000))
        }
        for number in numbers(Self.events, second) {
            let (kind, payload) = Self.event(number)
            batch.events.append(
                SessionEvent(time: time(number, of: Self.events), kind: kind, payload: payload))
        }
        if second == 0 {
            batch.phases = [PhaseChange(name: "chat", time: Self.start)]
        }
    }

    private static func event(_ number: Int) -> (String, String) {
        switch number % 12 {
        case 0: ("mark", #"{"label": "mark \#(number)", "actor": "bench"}"#)
        case 1:
            (
                "emotion",
                #"{"which": "scored", "turn": \#(number / 25 + 1), "label": "sad", "category": "sadness", "valence": -0.4, "arousal": 0.2}"#
            )
        case 2:
            (
                "suggestions",
                #"{"set": "s\#(number)", "turn": \#(number / 25 + 1), "shown": true, "groups": [{"name": "g", "title": "G", "items": [{"id": "s\#(number).1", "text": "What would help you to rest?"}]}]}"#
            )
        case 3, 4: ("window_focus", #"{"focused": true}"#)
        default: ("scroll", #"{"top": \#(number), "height": 900}"#)
        }
    }
}
