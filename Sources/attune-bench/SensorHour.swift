import Foundation
import SessionStore
import Timebase

/// One sensor of the study's hour: its samples, packets and clock.
struct SensorHour {
    private let sensor: StudyHour.Sensor
    private let stream: Int64
    private var clock: SampleClock
    private var next: Int64 = 0
    private var random: UInt64
    private let period: Int64

    init(_ sensor: StudyHour.Sensor, stream: Int64, seed: UInt64) {
        self.sensor = sensor
        self.stream = stream
        random = 88_172_645_463_325_252 &* (2 &* seed &+ 1)
        period = 1_000_000_000 / Int64(sensor.rate)
        clock = SampleClock(
            ClockModel(
                kind: .counter, period: 1e9 / Double(sensor.rate), tolerancePPM: 200,
                typicalDelay: 1_000_000, delayUncertainty: 1_000_000, gapTolerance: 500_000_000))
    }

    /// Adds the packets that arrive before a time, as one run.
    mutating func take(until end: Instant, into batch: inout SessionBatch) {
        let first = next
        var values: [Int64] = []
        var packets: [SamplePacket] = []
        let total = Int64(sensor.rate * StudyHour.seconds)
        while next < total {
            let count = min(Int64(sensor.packet), total - next)
            let due = StudyHour.start + (next + count - 1) * period
            guard due < end else { break }
            // Delay of 1 ms and jitter of up to 100 µs.
            let arrival = due + 1_000_000 + Int64(noise() % 100_000)
            for index in next..<next + count { values.append(value(index)) }
            packets.append(SamplePacket(count: Int(count), arrival: arrival))
            clock.observe(count: Int(count), arrival: arrival)
            next += count
        }
        guard !values.isEmpty else { return }
        batch.samples.append(
            SampleRun(
                stream: stream, firstIndex: first, count: values.count,
                columns: [.integers(values)], packets: packets))
    }

    /// Adds what the clock has to say.
    mutating func report(into batch: inout SessionBatch) { add(clock.update(), to: &batch) }

    mutating func close(into batch: inout SessionBatch) { add(clock.close(), to: &batch) }

    private func add(_ update: ClockUpdate, to batch: inout SessionBatch) {
        for segment in update.segments {
            batch.clockSegments.append(StreamClockSegment(stream: stream, segment: segment))
        }
        for gap in update.gaps { batch.gaps.append(StreamGap(stream: stream, gap: gap)) }
    }

    private mutating func value(_ index: Int64) -> Int64 {
        let time = Double(index) / Double(sensor.rate)
        let place = (time / sensor.period).truncatingRemainder(dividingBy: 1)
        // A wave with a spike in it, as a heartbeat has.
        let spike = place < 0.06 ? sensor.amplitude * sin(.pi * place / 0.06) : 0
        let wave = sensor.amplitude / 4 * sin(2 * .pi * place) + spike
        return 512 + Int64(wave) + Int64(noise() % (sensor.noise + 1))
    }

    /// xorshift64.
    private mutating func noise() -> UInt64 {
        random ^= random << 13
        random ^= random >> 7
        random ^= random << 17
        return random >> 11
    }
}
