import TestSupport
import Testing

@testable import Timebase

/// What came of a clock that was fed with packets.
private struct Outcome {
    var segments: [Int64: ClockSegment] = [:]
    var gaps: [Int64: Gap] = [:]
    let reader: StalledReader
    let positions: [Int]

    init(_ reader: inout StalledReader, until end: Int, isCounted: Bool = true) {
        let made = reader.packets(until: end)
        positions = made.positions
        self.reader = reader
        var clock = SampleClock(
            isCounted
                ? ClockModel(kind: .counter, period: 1e6, modulus: 16, delayUncertainty: 1_500_000)
                : ClockModel(
                    kind: .arrival, period: 1e6, delayUncertainty: 1_500_000,
                    gapTolerance: 100_000_000))
        var last = Instant(nanoseconds: 0)
        for packet in made.packets {
            clock.observe(
                count: packet.count, arrival: packet.arrival,
                breaks: !isCounted
                    ? [] : packet.missing.map { [CounterBreak(beforeOffset: 0, missing: $0)] } ?? []
            )
            if packet.arrival - last > 200_000_000 {
                last = packet.arrival
                take(clock.update())
            }
        }
        take(clock.close())
    }

    mutating func take(_ update: ClockUpdate) {
        for segment in update.segments { segments[segment.firstIndex] = segment }
        for gap in update.gaps { gaps[gap.afterIndex] = gap }
    }

    /// Share of the samples whose time is within its bound.
    var share: Double {
        let ordered = segments.values.sorted { $0.firstIndex < $1.firstIndex }
        var within = 0
        var place = 0
        for index in positions.indices {
            while place + 1 < ordered.count, ordered[place + 1].firstIndex <= Int64(index) {
                place += 1
            }
            let error =
                Double(ordered[place].time(of: Int64(index)).nanoseconds)
                - reader.truth(positions[index])
            if abs(error) <= Double(ordered[place].bound) { within += 1 }
        }
        return Double(within) / Double(positions.count)
    }

    /// Samples that gaps speak of, and by how many they may be wrong together.
    var lost: (count: Int64, bound: Int64) {
        (gaps.values.reduce(0) { $0 + $1.lost }, gaps.values.reduce(0) { $0 + $1.lostBound })
    }
}

/// A busy machine reads late, and late is not lost.
@Suite struct StallTests {
    /// Three busy stretches of 1–8 s in 40 s.
    private func busy(_ load: StalledReader.Load, seed: UInt64) -> StalledReader {
        var reader = StalledReader(seed: seed)
        for begin in [5.0, 16, 27] {
            let length = Double.random(in: 1...8, using: &reader.generator)
            reader.loads.append((begin...begin + length, load))
        }
        return reader
    }

    @Test(arguments: StalledReader.Load.allCases)
    func aReaderThatComesLateHasLostNothing(load: StalledReader.Load) {
        for seed in 1...8 as ClosedRange<UInt64> {
            var reader = busy(load, seed: seed)
            let outcome = Outcome(&reader, until: 40_000)
            #expect(outcome.gaps.isEmpty, "seed \(seed): \(outcome.gaps.values)")
            #expect(outcome.share > 0.95, "seed \(seed): \(outcome.share)")
        }
    }

    /// The same without a counter, at a tolerance of 100 ms.
    @Test(arguments: StalledReader.Load.allCases)
    func withoutACounterLateIsNotLostEither(load: StalledReader.Load) {
        for seed in 1...4 as ClosedRange<UInt64> {
            var reader = busy(load, seed: seed)
            let outcome = Outcome(&reader, until: 40_000, isCounted: false)
            #expect(outcome.gaps.isEmpty, "seed \(seed): \(outcome.gaps.values)")
            reader = busy(load, seed: seed)
            reader.lost = [14_700..<15_400]
            let lossy = Outcome(&reader, until: 40_000, isCounted: false)
            #expect(lossy.gaps.count == 1, "seed \(seed): \(lossy.gaps.values)")
            let (lost, bound) = lossy.lost
            #expect(abs(lost - 700) <= bound && bound < 700, "seed \(seed): \(lost), \(bound)")
        }
    }

    /// Where a recording ends while the reader is late, nobody knows whether anything was lost.
    @Test(arguments: StalledReader.Load.allCases)
    func aRecordingThatEndsInAStallClaimsNoLoss(load: StalledReader.Load) {
        for seed in 1...8 as ClosedRange<UInt64> {
            var reader = StalledReader(seed: seed)
            let length = Int.random(in: 300...6_000, using: &reader.generator)
            reader.loads = [(8...60, load)]
            let outcome = Outcome(&reader, until: 8_000 + length)
            #expect(
                outcome.gaps.values.allSatisfy { $0.lost <= $0.lostBound },
                "seed \(seed): \(outcome.gaps.values)")
            #expect(outcome.share > 0.95, "seed \(seed): \(outcome.share)")
        }
    }

    /// The same busy machine, and samples that are really lost: by whole turns of the counter or not,
    /// at rest or in the middle of a stall.
    @Test(arguments: StalledReader.Load.allCases, [16, 37, 160, 325])
    func aLossBesideStallsIsFound(load: StalledReader.Load, count: Int) {
        for seed in 1...2 as ClosedRange<UInt64> {
            for place in [12_500, 17_000] {
                var reader = busy(load, seed: seed)
                reader.lost = [place..<place + count]
                let outcome = Outcome(&reader, until: 40_000)
                let (lost, bound) = outcome.lost
                #expect(
                    abs(lost - Int64(count)) <= bound && lost > 0,
                    "seed \(seed), \(place): \(outcome.gaps.values)")
                #expect(lost <= Int64(count), "seed \(seed), \(place): \(outcome.gaps.values)")
                #expect(outcome.share > 0.95, "seed \(seed), \(place): \(outcome.share)")
            }
        }
    }
}
