import SessionStoreTestSupport
import Timebase

@testable import SessionStore

/// What a session of `SessionModel` lacks: streams that can be aligned, with a counter that turns, losses of
/// many causes and the device's own times; sleeps of the machine; phases; codes of keys; a client's clock.
enum CountedStream {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)
    private static let period: Int64 = 20_000_000
    private static let packet: Int64 = 5

    static func batch() -> SessionBatch {
        var batch = SessionBatch()
        let causes: [Gap.Cause] = [.counter, .sleep, .inferred, .restart, .corrupt]
        for (id, modulus) in [(Int64(50), Int64?(256)), (51, nil)] {
            batch.streams.append(
                StreamDescription(
                    id: id, name: "counted-\(id)", kind: "signal", nominalRate: 50,
                    clock: modulus == nil ? .arrival : .counter, gapTolerance: 1_000_000_000,
                    typicalDelay: 2_000_000, delayUncertainty: 1_000_000, counterModulus: modulus,
                    channels: [ChannelDescription(name: "a")]))
            add(id, causes, to: &batch)
        }
        for step in Int64(0)..<4 {
            batch.timeTriples.append(
                RecordedTriple(
                    triple: TimeTriple(
                        monotonic: start + step * 1_500_000_000,
                        boottime: start.nanoseconds + step * 4_000_000_000, realtime: 1 << 60,
                        uncertainty: 1000), cause: "periodic"))
            batch.clockObservations.append(
                ClockObservation(
                    client: "chat", deviceTime: step * 1_500, sent: start + step * 1_500_000_000,
                    arrival: start + step * 1_500_000_000 + 3_000_000))
        }
        for (place, name) in ["baseline", "chat", nil].enumerated() {
            batch.phases.append(
                PhaseChange(name: name, time: start + Int64(place) * 2_000_000_000))
        }
        batch.streams.append(
            StreamDescription(id: 60, name: "codes", kind: "keys", clock: .stamped))
        batch.keyPresses = [
            KeyPress(
                stream: 60, ordinal: 0, pressed: start, keyClass: "letter", code: 30, bound: 9)
        ]
        return batch
    }

    private static func add(_ id: Int64, _ causes: [Gap.Cause], to batch: inout SessionBatch) {
        var packets: [SamplePacket] = []
        var lost: Int64 = 0
        var segment: Int64 = 0
        func time(_ index: Int64) -> Instant { start + (index + lost) * period }
        for number in Int64(0)..<60 {
            let first = number * packet
            if number > 0, number % 10 == 0 {
                close(id, segment, first - 1, time(segment), &batch)
                let before = time(first - 1)
                lost += number
                let cause = causes[Int(number / 10 - 1) % causes.count]
                batch.gaps.append(
                    StreamGap(
                        stream: id,
                        gap: Gap(
                            cause: cause, afterIndex: first - 1, start: before, end: time(first),
                            lost: number, lostBound: cause == .counter ? 0 : 256)))
                segment = first
            }
            let arrival = time(first + packet - 1) + 3_000_000 + number % 7 * 300_000
            packets.append(SamplePacket(count: Int(packet), arrival: arrival))
            if number % 4 == 0 {
                batch.clockObservations.append(
                    ClockObservation(
                        stream: id, index: first + packet - 1,
                        deviceTime: (first + packet - 1 + lost) * period, arrival: arrival))
            }
        }
        let count = 60 * packet
        close(id, segment, count - 1, time(segment), &batch)
        batch.samples.append(
            SampleRun(
                stream: id, firstIndex: 0, count: Int(count),
                columns: [.integers((0..<count).map { $0 * 7 % 100 })], packets: packets))
    }

    private static func close(
        _ id: Int64, _ first: Int64, _ last: Int64, _ origin: Instant, _ batch: inout SessionBatch
    ) {
        batch.clockSegments.append(
            StreamClockSegment(
                stream: id,
                segment: ClockSegment(
                    firstIndex: first, lastIndex: last, origin: origin, period: Double(period),
                    bound: 1_000_000, method: "least-delay/1", jitter: 5)))
    }
}
