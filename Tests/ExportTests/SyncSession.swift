import Foundation
import SessionStore
import TestSupport
import Timebase

/// Writes a session whose clocks are known: two minutes at 100 Hz with packets of 10, jitter, a gap, a
/// device clock that is set once, keys, and a client with a clock of its own.
struct SyncSession {
    static let started = Instant(nanoseconds: 5_000_000_000_000)
    static func at(_ seconds: Double) -> Instant { started + Int64((seconds * 1e9).rounded()) }

    /// The device's clock before and after it is set, at `resetAt`.
    static let deviceOffset: Int64 = 4_000_000_000_000
    static let resetAt = 70.0
    static let clientOffset: Int64 = 77_000_000_000
    static let clientPPM = 30.0

    static func write(_ path: String, hasTrouble: Bool = true) throws {
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "sync", kind: .chat, study: "s & <t>", participant: "p", station: "st",
                softwareVersion: "0", bootIdentifier: "b", started: started,
                startedRealtime: 1_795_253_400_250_000_000),
            streams: [
                StreamDescription(
                    id: 1, name: "strap", kind: "signal", profileName: "strap", nominalRate: 100,
                    clock: .counter, typicalDelay: 20_000_000, delayUncertainty: 2_000_000,
                    channels: [ChannelDescription(name: "ecg")]),
                StreamDescription(
                    id: 2, name: "keyboard", kind: "keys", profileName: "keyboard", clock: .stamped,
                    typicalDelay: 5_000_000, delayUncertainty: 10_000_000),
                StreamDescription(
                    id: 3, name: "room", kind: "signal", clock: .stamped,
                    delayUncertainty: 900_000_000, channels: [ChannelDescription(name: "celsius")]),
                StreamDescription(
                    id: 4, name: "empty", kind: "signal",
                    channels: [
                        ChannelDescription(name: "nothing")
                    ]),
            ])
        var batch = SessionBatch()
        var random = SeededGenerator(seed: 11)
        addStrap(&batch, &random, hasTrouble: hasTrouble)
        for key in 0..<40 {
            let pressed = at(10 + Double(key) * 2)
            batch.keyPresses.append(
                KeyPress(
                    stream: 2, ordinal: Int64(key), pressed: pressed, keyClass: "letter",
                    bound: 10_000_000))
            batch.draftEdits.append(
                DraftEdit(
                    turn: 1, time: pressed + 4_000_000 + Int64(key % 5) * 500_000,
                    position: Int64(key),
                    deleted: 0, inserted: 1, editClass: "letter", bound: 2_000_000, client: "chat",
                    clientSequence: Int64(key + 1)))
        }
        for second in 0..<60 {
            batch.samples.append(
                SampleRun(
                    stream: 3, firstIndex: Int64(second), count: 1, columns: [.integers([20])],
                    packets: [SamplePacket(count: 1, arrival: at(Double(second * 2)))]))
        }
        addTrips(&batch, &random)
        batch.stateChange = SessionStateChange(state: .stopped, at: at(120))
        try writer.commit(batch)
        try writer.close()
    }

    /// Taps on the strap: half a second after every tenth second its value jumps.
    static func value(_ index: Int64, seconds: Double, noise: Int64) -> Int64 {
        let since = (seconds - 5.5).truncatingRemainder(dividingBy: 10)
        return (since >= 0 && since < 0.08 ? 900 : 100) + noise
    }

    private static func addStrap(
        _ batch: inout SessionBatch, _ random: inout SeededGenerator, hasTrouble: Bool
    ) {
        var index: Int64 = 0
        // From 40 to 43 s nothing came.
        for (from, to) in hasTrouble ? [(0, 400), (430, 1200)] : [(0, 1200)] {
            let first = index
            for packet in from..<to {
                let begin = Double(packet) / 10
                let last = at(begin + 0.09)
                let late = -log(Double.random(in: 1e-9..<1, using: &random)) * 1e6
                let arrival = last + 20_000_000 + Int64(late)
                let values = (0..<10).map { sample in
                    value(
                        index, seconds: begin + Double(sample) / 100,
                        noise: Int64.random(in: -2...2, using: &random))
                }
                batch.samples.append(
                    SampleRun(
                        stream: 1, firstIndex: index, count: 10, columns: [.integers(values)],
                        packets: [SamplePacket(count: 10, arrival: arrival)]))
                if packet % 2 == 0 {
                    let isReset = hasTrouble && begin >= resetAt
                    batch.clockObservations.append(
                        ClockObservation(
                            stream: 1, index: index + 9,
                            deviceTime: last.nanoseconds - (isReset ? 0 : deviceOffset),
                            arrival: arrival))
                }
                index += 10
            }
            batch.clockSegments.append(
                StreamClockSegment(
                    stream: 1,
                    segment: ClockSegment(
                        firstIndex: first, lastIndex: index - 1, origin: at(Double(from) / 10),
                        period: 10_000_000, bound: from == 0 ? 2_100_000 : 3_100_000,
                        method: "envelope/3", driftPPM: 10, jitter: 1_000_000)))
            if from > 0 {
                batch.gaps.append(
                    StreamGap(
                        stream: 1,
                        gap: Gap(
                            cause: .counter, afterIndex: first - 1, start: at(39.99), end: at(43),
                            lost: 300, lostBound: 0)))
            }
        }
    }

    private static func addTrips(_ batch: inout SessionBatch, _ random: inout SeededGenerator) {
        for trip in 0..<60 {
            let there = 400_000 + Int64(-log(Double.random(in: 1e-9..<1, using: &random)) * 1e6)
            let back = 400_000 + Int64(-log(Double.random(in: 1e-9..<1, using: &random)) * 1e6)
            let received = at(Double(trip) * 2)
            func client(_ time: Instant) -> Int64 {
                time.nanoseconds - clientOffset
                    + Int64((Double(time - at(60)) * clientPPM / 1e6).rounded())
            }
            batch.clockObservations.append(
                ClockObservation(
                    client: "chat", deviceTime: client(received + -there), arrival: received))
            batch.clockObservations.append(
                ClockObservation(
                    client: "chat", deviceTime: client(received + 50_000 + back),
                    sent: received + 50_000, arrival: received + 50_000))
        }
    }
}
