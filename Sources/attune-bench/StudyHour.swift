import Foundation
import SessionStore
import SystemCalls
import Timebase
import VirtualDevices

/// An hour of the study's sensors and keys, 1,343,233 samples, made up and repeatable: 10-bit values
/// with noise, arrivals with jitter, written in the pieces in which a station commits them.
struct StudyHour {
    struct Sensor {
        var name: String
        var rate: Int
        /// Samples that arrive together.
        var packet: Int
        /// Amplitude and period of a slow wave, and bits of noise.
        var amplitude: Double
        var period: Double
        var noise: UInt64
    }

    static let seconds = 3600
    static let keys = 433
    static let samples = 373 * seconds + keys
    /// Bytes a sample that XDF takes for the like.
    static let formatOfTheFieldBytes = 17.8

    /// Whether each sample is a packet of its own, which makes the most of arrival times.
    let isScattered: Bool

    var sensors: [Sensor] {
        // The electrocardiogram comes over Bluetooth in packets, the rest line by line.
        [
            Sensor(
                name: "ecg", rate: 250, packet: isScattered ? 1 : 10, amplitude: 200, period: 0.85,
                noise: 3),
            Sensor(name: "pulse", rate: 100, packet: 1, amplitude: 150, period: 0.85, noise: 3),
            Sensor(name: "eda", rate: 15, packet: 1, amplitude: 120, period: 40, noise: 1),
            Sensor(name: "breathing", rate: 8, packet: 1, amplitude: 190, period: 4, noise: 1),
        ]
    }

    static let start = Instant(nanoseconds: 1_000_000_000_000)
    static var end: Instant { start + Int64(seconds) * 1_000_000_000 }

    /// Writes the hour as a recording that was stopped.
    /// - Returns: seconds that it took.
    func write(to path: String) throws -> Double {
        let streams =
            sensors.enumerated().map { index, sensor in
                StreamDescription(
                    id: Int64(index + 1), name: sensor.name, kind: "signal",
                    nominalRate: Double(sensor.rate), clock: .counter, gapTolerance: 500_000_000,
                    typicalDelay: 1_000_000, delayUncertainty: 1_000_000,
                    channels: [ChannelDescription(name: sensor.name, label: sensor.name, unit: "1")]
                )
            } + [StreamDescription(id: 9, name: "keys", kind: "keys", clock: .stamped)]
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: "hour", kind: .chat, study: "bench", participant: "none",
                station: "bench", softwareVersion: "bench", bootIdentifier: "bench",
                started: Self.start, startedRealtime: 1_700_000_000_000_000_000),
            streams: streams)
        var sources = sensors.enumerated().map { index, sensor in
            SensorHour(sensor, stream: Int64(index + 1), seed: UInt64(index + 1))
        }
        let began = Clocks.now()
        var keys = 0
        // Pieces of 200 ms as at a station; ten seconds of them to a transaction, since what the
        // disk takes to flush 18,000 times is measured elsewhere.
        for second in stride(from: 0, to: Self.seconds, by: 10) {
            var batch = SessionBatch()
            for piece in 0..<50 {
                let until = Self.start + Int64(second * 5 + piece + 1) * 200_000_000
                for index in sources.indices { sources[index].take(until: until, into: &batch) }
            }
            for index in sources.indices { sources[index].report(into: &batch) }
            while keys < Self.keys, keys * Self.seconds < (second + 10) * Self.keys {
                batch.keyPresses.append(
                    KeyPress(
                        stream: 9, ordinal: Int64(keys),
                        pressed: Self.start
                            + Int64(keys) * Int64(Self.seconds) * 1_000_000_000 / Int64(Self.keys),
                        keyClass: "letter", bound: 1_000_000))
                keys += 1
            }
            try writer.commit(batch)
        }
        var last = SessionBatch()
        for index in sources.indices { sources[index].close(into: &last) }
        last.stateChange = SessionStateChange(state: .stopped, at: Self.end)
        try writer.commit(last)
        let took = Double(Clocks.now() - began) / 1e9
        try writer.close()
        return took
    }
}
