import Foundation
import SessionStore
import TestSupport
import Timebase

@testable import Measures

/// Five minutes with a heart whose beats are known, skin conductance that steps across a gap, respiration,
/// and a short chat; seconds are since the session's start.
struct MeasuredSession {
    static let start = Instant(nanoseconds: 7_000_000_000_321)
    static let seconds = 300.0
    /// ECG is missing here; skin conductance in `skinGap`.
    static let gap = 200.0..<201.5
    static let skinGap = 150.0..<180.0
    static let rate = 250.0

    let directory: TemporaryDirectory
    let path: String
    /// All that the heart did, recorded or not.
    let beats: [Double]
    let reader: SessionReader

    static func at(_ seconds: Double) -> Instant { start + Int64((seconds * 1e9).rounded()) }

    init() throws {
        directory = try TemporaryDirectory("attune-measures")
        path = directory.file("test.attune")
        beats = Self.madeBeats()
        let writer = try SessionWriter.create(
            at: path, description: Self.description, streams: Self.streams)
        var batch = SessionBatch()
        let heart = Self.electrocardiogram(beats)
        Self.pieces(1, heart, rate: Self.rate, without: Self.gap, into: &batch)
        Self.pieces(2, Self.skin, rate: 10, without: Self.skinGap, into: &batch)
        let breath = (0..<Int(Self.seconds * 25)).map {
            Int64((1000 * sin(2 * .pi * 0.25 * Double($0) / 25)).rounded())
        }
        Self.pieces(3, breath, rate: 25, without: 400..<400, into: &batch)
        Self.pieces(4, Self.pulse(beats), rate: 50, without: 400..<400, into: &batch)
        let lengths = zip(beats, beats.dropFirst()).map { (($1 - $0) * 1000).rounded() }
        batch.samples.append(
            SampleRun(
                stream: 5, firstIndex: 0, count: lengths.count,
                columns: [.integers(lengths.map { Int64($0) })],
                // A strap tells of a beat somewhat later than it was.
                packets: beats.dropFirst().enumerated().map { number, beat in
                    SamplePacket(
                        count: 1, arrival: Self.at(beat + 0.1 + 0.05 * sin(Double(number))))
                }))
        Self.addChat(to: &batch)
        batch.stateChange = SessionStateChange(state: .stopped, at: Self.at(Self.seconds))
        try writer.commit(batch)
        try writer.close()
        reader = try SessionReader.open(at: path)
    }

    func plan(_ shows: (MeasureData) -> Bool = { _ in true }) throws -> MeasurePlan {
        try MeasurePlan(
            reader, baseline: { ["rest": .rest, "copying": .typing][$0] }, shows: shows)
    }

    func measures(
        _ corrections: SignalCorrections = SignalCorrections(),
        _ settings: MeasureSettings = MeasureSettings(),
        shows: (MeasureData) -> Bool = { _ in true }
    ) throws -> SessionMeasures {
        try SessionMeasures(
            reader: reader, plan: plan(shows), corrections: corrections, settings: settings,
            shows: shows)
    }

    // MARK: - What is in it

    private static var description: SessionDescription {
        SessionDescription(
            identifier: "0C7A7F5E-8A1C-4E0B-9B4A-1C5B1F6E2D12", kind: .chat, study: "pilot",
            participant: "P07", station: "lab-1", softwareVersion: "0.1", bootIdentifier: "boot",
            started: start, startedRealtime: 1_790_000_000_000_000_000)
    }

    static let streams = [
        signal(1, "belt", rate, ChannelDescription(name: "ecg", unit: "mV", scale: 0.001)),
        signal(2, "skin", 10, ChannelDescription(name: "eda", unit: "uS", scale: 0.001)),
        signal(3, "chest", 25, ChannelDescription(name: "respiration", unit: "1")),
        signal(4, "finger", 50, ChannelDescription(name: "ppg", unit: "1")),
        StreamDescription(
            id: 5, name: "strap", kind: "signal", clock: .stamped,
            channels: [ChannelDescription(name: "rr", unit: "ms")]),
        StreamDescription(id: 9, name: "keyboard", kind: "keys", clock: .stamped),
    ]

    private static func signal(
        _ id: Int64, _ name: String, _ rate: Double, _ channel: ChannelDescription
    ) -> StreamDescription {
        StreamDescription(
            id: id, name: name, kind: "signal", nominalRate: rate, clock: .counter,
            gapTolerance: 100_000_000, channels: [channel])
    }

    private static func madeBeats() -> [Double] {
        var beats: [Double] = []
        var time = 0.4
        while time < seconds {
            beats.append(time)
            let number = Double(beats.count)
            time += 0.8 + 0.04 * sin(number * 1.2) + 0.03 * sin(number * 0.35)
        }
        return beats
    }

    private static func electrocardiogram(_ beats: [Double]) -> [Int64] {
        var values = (0..<Int(seconds * rate)).map { 200 * sin(Double($0) / rate) }
        for beat in beats {
            let waves = [
                (-0.16, 0.02, 120.0), (0, 0.008, 1000), (0.022, 0.009, -220), (0.27, 0.05, 250),
            ]
            for (place, width, height) in waves {
                let centre = beat + place
                let reach = Int(5 * width * rate)
                let middle = Int(centre * rate)
                for index in max(0, middle - reach)..<min(values.count, max(0, middle + reach)) {
                    let away = (Double(index) / rate - centre) / width
                    values[index] += height * exp(-away * away / 2)
                }
            }
        }
        return values.map { Int64($0.rounded()) }
    }

    private static func pulse(_ beats: [Double]) -> [Int64] {
        var values = [Double](repeating: 0, count: Int(seconds * 50))
        for beat in beats {
            let centre = beat + 0.25
            for index in max(
                0, Int((centre - 0.5) * 50))..<min(values.count, Int((centre + 0.5) * 50))
            {
                let away = (Double(index) / 50 - centre) / 0.1
                values[index] += 2000 * exp(-away * away / 2)
            }
        }
        return values.map { Int64($0.rounded()) }
    }

    /// 5 µS with responses of 0.3 µS at 20, 50, 80 and 134 s; behind the gap 6 µS.
    private static let skin = (0..<Int(seconds * 10)).map { place -> Int64 in
        let time = Double(place) / 10
        var value = time < skinGap.upperBound ? 5.0 : 6
        for onset in [20.0, 50, 80, 134] where time > onset {
            let since = time - onset
            value += 0.3 * (since / 1.5) * exp(1 - since / 1.5)
        }
        return Int64((value * 1000).rounded())
    }

    private static func pieces(
        _ stream: Int64, _ values: [Int64], rate: Double, without gap: Range<Double>,
        into batch: inout SessionBatch
    ) {
        let first = min(values.count, Int(gap.lowerBound * rate))
        let second = min(values.count, Int(gap.upperBound * rate))
        var index: Int64 = 0
        for range in [0..<first, second..<values.count] where !range.isEmpty {
            let part = Array(values[range])
            let end = index + Int64(part.count)
            batch.samples.append(
                SampleRun(
                    stream: stream, firstIndex: index, count: part.count,
                    columns: [.integers(part)],
                    packets: [
                        SamplePacket(
                            count: part.count, arrival: at(Double(range.upperBound) / rate))
                    ]))
            batch.clockSegments.append(
                StreamClockSegment(
                    stream: stream,
                    segment: ClockSegment(
                        firstIndex: index, lastIndex: end - 1,
                        origin: at(Double(range.lowerBound) / rate), period: 1e9 / rate,
                        bound: 1_000_000, method: "least-delay/1")))
            index = end
        }
        guard second < values.count else { return }
        batch.gaps.append(
            StreamGap(
                stream: stream,
                gap: Gap(
                    cause: .counter, afterIndex: Int64(first) - 1,
                    start: at(Double(first - 1) / rate), end: at(Double(second) / rate),
                    lost: Int64(second - first), lostBound: 0)))
    }

    private static func addChat(to batch: inout SessionBatch) {
        batch.phases = [
            PhaseChange(name: "rest", time: at(0)), PhaseChange(name: "copying", time: at(70)),
            PhaseChange(name: "chat", time: at(130)), PhaseChange(name: nil, time: at(290)),
        ]
        batch.turns = [
            Turn(author: "client", text: "I cannot sleep.", sent: at(131), shown: at(132)),
            Turn(
                author: "participant", text: "How long? Tell me 🙂", composedFrom: at(136),
                sent: at(142)),
            Turn(author: "client", text: "For weeks.", sent: at(150), shown: at(151)),
        ]
        for letter in 0..<10 {
            let time = 136 + Double(letter) * 0.2 + (letter >= 5 ? 3 : 0)
            batch.draftEdits.append(
                DraftEdit(
                    turn: 1, time: at(time), position: Int64(letter), deleted: 0, inserted: 1,
                    editClass: "letter", client: "page"))
            batch.keyPresses.append(
                KeyPress(
                    stream: 9, ordinal: Int64(letter), pressed: at(time), keyClass: "letter",
                    bound: 1_000_000))
        }
        let report = """
            {"turn": 2, "shown": true, "class": "slight-modification", "length": 20, "suggestions":
              [{"insertions": 1, "spans": [{"message_position": 0, "message_length": 10}]}]}
            """
        batch.events = [
            SessionEvent(
                time: at(133), kind: "suggestions_shown",
                payload: #"{"set": "s1", "ids": ["1-mi-1", "1-er-1", "1-es-1"]}"#),
            SessionEvent(
                time: at(135), kind: "suggestion_inserted",
                payload:
                    #"{"id": "1-mi-1", "draft": 1, "position": 0, "deleted": 0, "inserted": 9}"#,
                client: "page"),
            SessionEvent(time: at(142.1), kind: "provenance", payload: report),
        ]
    }
}
