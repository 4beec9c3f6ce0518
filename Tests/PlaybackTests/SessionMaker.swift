import Foundation
import SessionStore
import TestSupport
import Timebase

/// Writes session files with known content. Times are in seconds since the session's start.
struct SessionMaker {
    /// When sessions begin on the monotonic clock.
    static let start = Instant(nanoseconds: 5_000_000_000_123)

    let directory: TemporaryDirectory
    let writer: SessionWriter
    var path: String { writer.path }

    init(streams: [StreamDescription] = []) throws {
        directory = try TemporaryDirectory("attune-playback")
        writer = try SessionWriter.create(
            at: directory.file("test.attune"), description: Self.description, streams: streams)
    }

    static var description: SessionDescription {
        SessionDescription(
            identifier: "0C7A7F5E-8A1C-4E0B-9B4A-1C5B1F6E2D11", kind: .chat, study: "pilot",
            participant: "P07", station: "lab-1", softwareVersion: "0.1", bootIdentifier: "boot",
            started: start, startedRealtime: 1_790_000_000_000_000_000)
    }

    static func at(_ seconds: Double) -> Instant { start + Int64((seconds * 1e9).rounded()) }

    static func signal(
        _ id: Int64, _ name: String, rate: Double, channels: [ChannelDescription]
    ) -> StreamDescription {
        StreamDescription(
            id: id, name: name, kind: "signal", nominalRate: rate, clock: .counter,
            gapTolerance: 100_000_000, channels: channels)
    }

    static let keys = StreamDescription(id: 9, name: "keyboard", kind: "keys", clock: .stamped)

    /// A piece of a stream without gaps: `count` samples from a time on, one column a channel.
    static func piece(
        _ stream: Int64, from seconds: Double, rate: Double, firstIndex: Int64 = 0,
        bound: Int64 = 3_000_000, columns: [[Int64]], into batch: inout SessionBatch
    ) {
        let count = columns[0].count
        let first = at(seconds)
        batch.samples.append(
            SampleRun(
                stream: stream, firstIndex: firstIndex, count: count,
                columns: columns.map { .integers($0) },
                packets: [SamplePacket(count: count, arrival: at(seconds + Double(count) / rate))]))
        batch.clockSegments.append(
            StreamClockSegment(
                stream: stream,
                segment: ClockSegment(
                    firstIndex: firstIndex, lastIndex: firstIndex + Int64(count) - 1, origin: first,
                    period: 1e9 / rate, bound: bound, method: "least-delay/1")))
    }

    /// An ECG in hundredths of a millivolt: a sharp R, a small P and a slow T each beat.
    static func electrocardiogram(seconds: Double, rate: Double, bpm: Double) -> [Int64] {
        (0..<Int(seconds * rate)).map { index in
            let phase = (Double(index) / rate * bpm / 60).truncatingRemainder(dividingBy: 1)
            func bump(_ centre: Double, _ width: Double, _ height: Double) -> Double {
                height * exp(-pow((phase - centre) / width, 2) / 2)
            }
            let wander = sin(Double(index) / rate) * 10
            let waves: [Double] = [
                bump(0.3, 0.03, 8), bump(0.47, 0.009, 100), bump(0.5, 0.01, -20),
                bump(0.75, 0.06, 22),
            ]
            let value = waves.reduce(wander, +)
            return Int64(value.rounded())
        }
    }

    func stop(at seconds: Double) throws {
        var batch = SessionBatch()
        batch.stateChange = SessionStateChange(state: .stopped, at: Self.at(seconds))
        try writer.commit(batch)
    }

    /// Two minutes with everything that a session can hold: ECG at 250 Hz and EDA at 20 Hz with a gap
    /// from 40 to 44 s, typing, turns, phases, marks.
    static func whole() throws -> SessionMaker {
        let ecg = ChannelDescription(
            name: "ecg", label: "Electrocardiogram", unit: "mV", scale: 0.01)
        let eda = ChannelDescription(
            name: "eda", label: "Electrodermal activity", unit: "µS", scale: 0.01)
        let maker = try SessionMaker(streams: [
            signal(1, "bitalino", rate: 250, channels: [ecg]),
            signal(2, "skin", rate: 20, channels: [eda]), keys,
        ])
        var batch = SessionBatch()
        let heart = electrocardiogram(seconds: 120, rate: 250, bpm: 72)
        piece(1, from: 0, rate: 250, columns: [Array(heart[0..<10_000])], into: &batch)
        piece(
            1, from: 44, rate: 250, firstIndex: 10_000, columns: [Array(heart[11_000..<30_000])],
            into: &batch)
        batch.gaps.append(
            StreamGap(
                stream: 1,
                gap: Gap(
                    cause: .counter, afterIndex: 9999, start: at(39.996), end: at(44), lost: 1000,
                    lostBound: 0)))
        let skin = (0..<2400).map { (index: Int) -> Int64 in
            let slow = 150 * sin(Double(index) / 200)
            return 400 + Int64(slow) + Int64(index % 7)
        }
        piece(2, from: 0, rate: 20, bound: 12_000_000, columns: [skin], into: &batch)
        var ordinal: Int64 = 0
        for burst in [(8.0, 30), (31.0, 50), (70.0, 60), (100.0, 20)] {
            for key in 0..<burst.1 {
                batch.keyPresses.append(
                    KeyPress(
                        stream: 9, ordinal: ordinal,
                        pressed: at(burst.0 + Double(key) * 0.13 + Double(key % 3) * 0.02),
                        keyClass: key % 6 == 5 ? "space" : "letter", bound: 1_000_000))
                ordinal += 1
            }
        }
        batch.turns = [
            Turn(author: "client", text: "I do not know where to begin.", sent: at(5)),
            Turn(
                author: "participant", text: "Take your time. What has been on your mind?",
                composedFrom: at(8), sent: at(13)),
            Turn(
                author: "client",
                text: "My sister moved out last month, and since then the house is so quiet that I "
                    + "keep the radio on all night.", sent: at(24)),
            Turn(
                author: "participant", text: "That sounds lonely. 你好 🙂", composedFrom: at(31),
                sent: at(39)),
            Turn(author: "client", text: "It is.", sent: at(52)),
            Turn(
                author: "participant", text: "Who do you talk to when it gets like that?",
                composedFrom: at(70), sent: at(79)),
        ]
        batch.phases = [
            PhaseChange(name: "baseline", time: at(0)),
            PhaseChange(name: "conversation", time: at(20)),
            PhaseChange(name: nil, time: at(115)),
        ]
        batch.events = [
            SessionEvent(
                time: at(35), kind: "mark",
                payload: #"{"label":"looks away","actor":"operator","detail":{"hand":"left"}}"#),
            SessionEvent(time: at(60), kind: "suggestion.shown", payload: #"{"id":3}"#),
        ]
        try maker.writer.commit(batch)
        try maker.stop(at: 120)
        return maker
    }
}
