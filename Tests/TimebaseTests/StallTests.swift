import TestSupport
import Testing

@testable import Timebase

/// What came of a clock that was fed with packets.
private struct Outcome {
    var segments: [Int64: ClockSegment] = [:]
    var gaps: [Int64: Gap] = [:]
    /// Those that stood in the rows before the stream ended.
    private(set) var live: [Int64: Gap] = [:]
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
        live = gaps
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

    @Test(arguments: StalledReader.Load.busy)
    func aReaderThatComesLateHasLostNothing(load: StalledReader.Load) {
        for seed in 1...8 as ClosedRange<UInt64> {
            var reader = busy(load, seed: seed)
            let outcome = Outcome(&reader, until: 40_000)
            #expect(outcome.gaps.isEmpty, "seed \(seed): \(outcome.gaps.values)")
            #expect(outcome.share > 0.95, "seed \(seed): \(outcome.share)")
        }
    }

    /// The same without a counter, at a tolerance of 100 ms.
    @Test(arguments: StalledReader.Load.busy)
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

    /// What a thousand packets a second leave no doubt about is told while it records, not at the end alone.
    @Test(arguments: [(true, 16, 2_500), (true, 48, 2_500), (false, 700, 3_500)])
    func aLossIsToldSoon(isCounted: Bool, count: Int, within packets: Int) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            var reader = StalledReader(seed: seed)
            reader.lost = [12_500..<12_500 + count]
            let outcome = Outcome(&reader, until: 12_500 + count + packets, isCounted: isCounted)
            #expect(outcome.live.count == 1, "seed \(seed): \(outcome.live.values)")
            let gap = try #require(outcome.live[12_499], "seed \(seed): \(outcome.live.values)")
            #expect(abs(gap.lost - Int64(count)) <= gap.lostBound, "seed \(seed): \(gap)")
        }
    }

    /// Where a recording ends while the reader is late, nobody knows whether anything was lost.
    @Test(arguments: StalledReader.Load.busy)
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
    @Test(arguments: StalledReader.Load.busy, [16, 37, 160, 325])
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

    // MARK: - When all is there

    /// What an aligner makes of what came: losses by the position of the first sample behind each.
    private func aligned(_ reader: inout StalledReader, until end: Int) -> [Int: Alignment.Loss] {
        let (packets, positions) = reader.packets(until: end)
        var readings = ClockReadings(index: [], arrival: [])
        var firsts: [Int] = []
        var index: Int64 = -1
        var sample = 0
        for packet in packets {
            if let missing = packet.missing {
                index += missing
                readings.breaks.append(readings.index.count)
            }
            firsts.append(positions[sample])
            sample += packet.count
            index += Int64(packet.count)
            readings.index.append(index)
            readings.arrival.append(packet.arrival.nanoseconds)
        }
        let model = ClockModel(
            kind: .counter, period: 1e6, modulus: 16, delayUncertainty: 1_500_000)
        let alignment = Aligner(model).align(readings)
        return Dictionary(uniqueKeysWithValues: alignment.losses.map { (firsts[$0.reading], $0) })
    }

    /// A buffer ran full while nobody read: what waited in it came before what is missing, all at once.
    @Test(arguments: [50, 424, 1_000], [300, 2_500])
    func turnsAreMissingWhereTheCounterSkips(count: Int, buffered: Int) {
        for seed in 1...24 as ClosedRange<UInt64> {
            var reader = StalledReader(seed: seed)
            // Nobody reads from 12 s on, until the loss is over, or some of what came behind it waits too.
            let first = 12_000 + buffered
            reader.lost = [first..<first + count]
            let behind = [0, 0.003, 0.1][Int(seed % 3)]
            reader.loads = [(12...(Double(first + count) / 1000 + behind), .stops)]
            let losses = aligned(&reader, until: 40_000)
            let turns = Int64(count / 16 * 16)
            #expect(losses.keys.sorted() == [first + count], "seed \(seed): \(losses)")
            #expect(losses[first + count]?.lost == turns, "seed \(seed): \(losses)")
            #expect(losses[first + count]?.lostBound == 0, "seed \(seed): \(losses)")
        }
    }

    /// The same, and what is missing are whole turns, so that no number skips: nobody can tell at which end.
    @Test(arguments: [48, 416, 1_008], [300, 2_500])
    func turnsThatNoNumberShowsMayBeMissingAtEitherEnd(count: Int, buffered: Int) {
        for seed in 1...24 as ClosedRange<UInt64> {
            var reader = StalledReader(seed: seed)
            let first = 12_000 + buffered
            // In every second run it is what came first that is missing.
            let lost = seed % 2 == 0 ? first..<first + count : 12_000..<12_000 + count
            reader.lost = [lost]
            reader.loads = [(12...(Double(first + count) / 1000), .stops)]
            let losses = aligned(&reader, until: 40_000)
            #expect(
                losses.values.reduce(0) { $0 + $1.lost } == Int64(count), "seed \(seed): \(losses)")
            guard losses.count == 2, let begin = losses.keys.min(), let end = losses.keys.max()
            else {
                Issue.record("seed \(seed): \(losses)")
                continue
            }
            #expect(begin <= lost.upperBound && end >= lost.upperBound, "seed \(seed): \(losses)")
            for loss in losses.values {
                #expect(loss.lostBound == count, "seed \(seed): \(losses)")
            }
        }
    }

    /// Two losses in one stall: what is missing together is known, and which of them has how much of it is not.
    @Test func twoBreaksInOneStallShareTheirDoubt() {
        for seed in 1...8 as ClosedRange<UInt64> {
            var reader = StalledReader(seed: seed)
            reader.lost = [13_000..<13_045, 13_400..<13_507]
            reader.loads = [(12...13.7, .stops)]
            let losses = aligned(&reader, until: 40_000)
            #expect(losses.keys.sorted() == [13_045, 13_507], "seed \(seed): \(losses)")
            // 45 is two turns and 13, 107 is six turns and 11.
            #expect(losses.values.reduce(0) { $0 + $1.lost } == 128, "seed \(seed): \(losses)")
            for (position, turns) in [(13_045, Int64(32)), (13_507, 96)] {
                guard let loss = losses[position] else { continue }
                #expect(abs(loss.lost - turns) <= loss.lostBound, "seed \(seed): \(loss)")
            }
        }
    }
}
