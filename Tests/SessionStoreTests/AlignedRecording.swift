import Foundation
import SessionStore
import TestSupport
import Timebase

/// A made-up recording whose true times are known: a sensor with a counter of 8 bits that loses
/// samples, one without a counter that goes away and comes back, one with a clock of its own, and a
/// pointer whose samples have times of their own.
struct AlignedRecording {
    static let start = Instant(nanoseconds: 7_000_000_000_000)
    static let identifier = "3f0e8d52-aligned"
    static let ecg: Int64 = 1
    static let eda: Int64 = 2
    static let pulse: Int64 = 3
    static let pointer: Int64 = 4
    static let keys: Int64 = 5

    /// True time of each stored sample, by stream.
    private(set) var truth: [Int64: [Double]] = [:]
    /// Losses that happened: ordinal before each, and how many samples. The last is of a whole turn
    /// of the counter and more, of which the counter shows the rest alone.
    static let ecgLosses: [(after: Int64, lost: Int64)] = [
        (999, 5), (2004, 130), (7499, 1), (9999, 263),
    ]
    /// The last sample before the second sensor goes away for a while.
    static let edaPause: Int64 = 149

    private var random = SeededGenerator(seed: 20)
    private var clocks: [Int64: SampleClock] = [:]
    private var batch = SessionBatch()
    private var next: [Int64: Int64] = [:]

    static let streams: [StreamDescription] = [
        StreamDescription(
            id: ecg, name: "ecg", kind: "signal", nominalRate: 250, clock: .counter,
            gapTolerance: 1_000_000_000, typicalDelay: 2_000_000, delayUncertainty: 1_000_000,
            counterModulus: 256, channels: [ChannelDescription(name: "mv")]),
        StreamDescription(
            id: eda, name: "eda", kind: "signal", nominalRate: 10, clock: .arrival,
            gapTolerance: 2_000_000_000, delayUncertainty: 2_000_000,
            channels: [ChannelDescription(name: "us")]),
        StreamDescription(
            id: pulse, name: "pulse", kind: "signal", nominalRate: 50, clock: .counter,
            gapTolerance: 1_000_000_000, delayUncertainty: 2_000_000, rateTolerancePPM: 300,
            channels: [ChannelDescription(name: "a")]),
        StreamDescription(
            id: pointer, name: "pointer", kind: "pointer", clock: .stamped,
            channels: [ChannelDescription(name: "dx")]),
        StreamDescription(id: keys, name: "keys", kind: "keys", clock: .stamped),
    ]

    /// Nanoseconds that the machine slept while the EDA was away, and after half of the pulse.
    private var slept: Int64 = 0

    /// Writes a minute and more of it, as a station would, and stops.
    static func write(
        to path: String, identifier: String = identifier, isStopped: Bool = true, slept: Int64 = 0
    ) throws -> AlignedRecording {
        var recording = AlignedRecording()
        recording.slept = slept
        let writer = try SessionWriter.create(
            at: path,
            description: SessionDescription(
                identifier: identifier, kind: .chat, study: "pilot", participant: "P01",
                station: "lab", softwareVersion: "0.1", bootIdentifier: "boot", started: start,
                startedRealtime: 1_795_253_400_000_000_000), streams: streams)
        recording.addECG()
        recording.addEDA()
        recording.addPulse()
        recording.addPointer()
        recording.batch.timeTriples = [
            RecordedTriple(
                triple: TimeTriple(
                    monotonic: start, boottime: 0, realtime: 1_795_253_400_000_000_000,
                    uncertainty: 1_000), cause: "start")
        ]
        if slept > 0 { recording.addSleeps() }
        if isStopped {
            recording.batch.stateChange = SessionStateChange(
                state: .stopped, at: start + 70_000_000_000)
        }
        try writer.commit(recording.batch)
        try writer.close()
        return recording
    }

    /// Largest difference between a stream's times and the truth, in nanoseconds.
    func worstError(_ reader: SessionReader, _ stream: Int64) throws -> Double {
        var worst = 0.0
        try reader.forEachChunk(of: stream) { window in
            for (place, time) in window.times.enumerated() {
                let index = Int(window.firstIndex) + place
                worst = max(worst, abs(Double(time.nanoseconds) - (truth[stream]?[index] ?? 0)))
            }
            return true
        }
        return worst
    }

    /// Transport that is at least `least` and now and then much more.
    private mutating func delay(_ least: Double, mean: Double) -> Double {
        least - mean * log(Double.random(in: 1e-9...1, using: &random))
    }

    private mutating func take(
        _ stream: Int64, times: [Double], arrival: Double, breaks: [CounterBreak] = []
    ) {
        let description = Self.streams[Int(stream) - 1]
        let first = next[stream, default: 0]
        let stamp = Instant(nanoseconds: Int64(arrival))
        batch.samples.append(
            SampleRun(
                stream: stream, firstIndex: first, count: times.count,
                columns: [.integers(times.indices.map { first + Int64($0) })],
                packets: [SamplePacket(count: times.count, arrival: stamp)]))
        clocks[stream, default: SampleClock(description.clockModel)].observe(
            count: times.count, arrival: stamp, breaks: breaks)
        next[stream] = first + Int64(times.count)
        truth[stream, default: []] += times
    }

    private mutating func close(_ stream: Int64) {
        guard let update = clocks[stream]?.close() else { return }
        for segment in update.segments {
            batch.clockSegments.append(StreamClockSegment(stream: stream, segment: segment))
        }
        for gap in update.gaps { batch.gaps.append(StreamGap(stream: stream, gap: gap)) }
    }

    /// 60 s at 250 Hz and 50 ppm, ten samples a packet, some lost even within a packet.
    private mutating func addECG() {
        let period = 4_000_000 * (1 + 50e-6)
        var position: Int64 = 0
        while position < 15_000 {
            var times: [Double] = []
            var breaks: [CounterBreak] = []
            for _ in 0..<10 {
                let ordinal = next[Self.ecg, default: 0] + Int64(times.count)
                if let loss = Self.ecgLosses.first(where: { $0.after == ordinal - 1 }) {
                    position += loss.lost
                    breaks.append(CounterBreak(beforeOffset: times.count, missing: loss.lost % 256))
                }
                times.append(Double(Self.start.nanoseconds) + Double(position) * period)
                position += 1
            }
            take(
                Self.ecg, times: times, arrival: times[9] + delay(2e6, mean: 3e6), breaks: breaks)
        }
        close(Self.ecg)
    }

    /// 60 s at 10 Hz without a counter; away for 5.55 s after 15 s.
    private mutating func addEDA() {
        let period = 100_000_000.0
        for position in 0..<600 {
            var time = Double(Self.start.nanoseconds) + Double(position) * period
            if Int64(position) > Self.edaPause { time += 5_550_000_000 }
            if Int64(position) == Self.edaPause + 1 {
                clocks[Self.eda]?.interrupt(.disconnect, keepsPosition: false)
                clocks[Self.eda]?.sleep(slept)
            }
            take(Self.eda, times: [time], arrival: time + delay(1e5, mean: 1e6))
        }
        close(Self.eda)
    }

    /// 60 s at 50 Hz in packets of 25 with the device's own time of the last but one sample.
    private mutating func addPulse() {
        let period = 20_000_000 * (1 - 30e-6)
        for packet in 0..<120 {
            let times = (0..<25).map {
                Double(Self.start.nanoseconds) + Double(packet * 25 + $0) * period
            }
            let arrival = times[24] + delay(5e5, mean: 2e6)
            let index = next[Self.pulse, default: 0] + 23
            if packet == Self.sleptPacket { clocks[Self.pulse]?.sleep(slept) }
            take(Self.pulse, times: times, arrival: arrival)
            batch.clockObservations.append(
                ClockObservation(
                    stream: Self.pulse, index: index, deviceTime: 555 + index * 20_000_000,
                    arrival: Instant(nanoseconds: Int64(arrival))))
        }
        close(Self.pulse)
    }

    /// The packet of the pulse before which the machine slept.
    static let sleptPacket = 60

    /// The readings of the clocks around both sleeps, as a station takes them.
    private mutating func addSleeps() {
        var boottime: Int64 = 0
        for (seconds, cause) in [(14, "periodic"), (20, "sleep"), (30, "periodic"), (31, "sleep")] {
            let elapsed = Int64(seconds) * 1_000_000_000
            if cause == "sleep" { boottime += slept }
            batch.timeTriples.append(
                RecordedTriple(
                    triple: TimeTriple(
                        monotonic: Self.start + elapsed, boottime: boottime + elapsed,
                        realtime: 1_795_253_400_000_000_000 + boottime + elapsed,
                        uncertainty: 1_000), cause: cause))
        }
    }

    private mutating func addPointer() {
        for step in 0..<100 {
            let time = Double(Self.start.nanoseconds) + Double(step * step) * 1e6
            take(Self.pointer, times: [time], arrival: time)
        }
        close(Self.pointer)
    }
}
