import TestSupport
import Testing

@testable import Timebase

/// A device whose true sampling times are known.
private struct Simulation {
    var generator: SeededGenerator
    let period: Double
    let drift: Double
    let jitter: Double
    let delay: Double

    init(seed: UInt64, rate: Double, driftPPM: Double, jitterMS: Double, delayMS: Double = 0) {
        generator = SeededGenerator(seed: seed)
        period = 1e9 / rate
        drift = 1 + driftPPM / 1e6
        jitter = jitterMS * 1e6
        delay = delayMS * 1e6
    }

    func truth(_ position: Int) -> Double { 5e9 + Double(position) * period * drift }

    mutating func arrival(_ position: Int) -> Instant {
        let uniform = Double.random(in: 1e-12..<1, using: &generator)
        return Instant(
            nanoseconds: Int64(truth(position) + delay - jitter * Double.log(uniform)))
    }
}

extension Double {
    fileprivate static func log(_ value: Double) -> Double {
        // Natural logarithm by its series, so that the test needs no C library.
        var exponent = 0.0
        var rest = value
        while rest < 0.5 {
            rest *= 2
            exponent -= 1
        }
        let z = (rest - 1) / (rest + 1)
        var sum = 0.0
        var power = z
        for odd in stride(from: 1, through: 41, by: 2) {
            sum += power / Double(odd)
            power *= z * z
        }
        return 2 * sum + exponent * 0.693147180559945
    }
}

private func segment(_ update: [ClockSegment], of index: Int64) -> ClockSegment? {
    update.last { $0.firstIndex <= index && index <= $0.lastIndex }
}

/// Rows as the file would hold them: the newest with the same key counts.
private struct Rows {
    var segments: [Int64: ClockSegment] = [:]
    var gaps: [Int64: Gap] = [:]
    mutating func take(_ update: ClockUpdate) {
        for segment in update.segments { segments[segment.firstIndex] = segment }
        for gap in update.gaps { gaps[gap.afterIndex] = gap }
    }
    var ordered: [ClockSegment] { segments.values.sorted { $0.firstIndex < $1.firstIndex } }
}

@Suite struct SampleClockTests {
    static let bitalino = ClockModel(
        kind: .counter, period: 1e6, modulus: 16, typicalDelay: 0, delayUncertainty: 100_000)

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func driftAndJitterStayWithinTheBound(seed: UInt64) throws {
        var simulation = Simulation(seed: seed, rate: 250, driftPPM: 50, jitterMS: 3)
        var clock = SampleClock(
            ClockModel(kind: .counter, period: 4e6, modulus: 256, delayUncertainty: 0))
        var rows = Rows()
        for index in 0..<15_000 {
            clock.observe(count: 1, arrival: simulation.arrival(index))
            if index % 60 == 59 { rows.take(clock.update()) }
        }
        rows.take(clock.close())
        #expect(rows.gaps.isEmpty)
        let line = try #require(rows.ordered.last)
        #expect(rows.segments.count == 1)
        #expect(line.lastIndex == 14_999)
        let errors = (0..<15_000).map {
            abs(Double(line.time(of: Int64($0)).nanoseconds) - simulation.truth($0))
        }
        let worst = errors.max() ?? .infinity
        #expect(worst < 500_000, "worst error \(worst) ns")
        #expect(worst <= Double(line.bound), "error \(worst), bound \(line.bound)")
        #expect(line.bound < 3_000_000)
        #expect(abs((line.driftPPM ?? 0) - 50) < 20)
    }

    @Test func aCountedLossSplitsTheSegmentAndKeepsTheLine() throws {
        var simulation = Simulation(seed: 9, rate: 1000, driftPPM: -40, jitterMS: 0.2)
        var clock = SampleClock(Self.bitalino)
        var rows = Rows()
        for position in 0..<5_000 where !(2_000..<2_005).contains(position) {
            let breaks = position == 2_005 ? [CounterBreak(beforeOffset: 0, missing: 5)] : []
            clock.observe(count: 1, arrival: simulation.arrival(position), breaks: breaks)
        }
        rows.take(clock.close())
        #expect(rows.segments.count == 2)
        let gap = try #require(rows.gaps[1_999])
        #expect(rows.gaps.count == 1)
        #expect(gap.cause == .counter && gap.lost == 5 && gap.lostBound == 0)
        let second = try #require(segment(rows.ordered, of: 2_000))
        #expect(second.firstIndex == 2_000)
        let error = abs(Double(second.time(of: 2_000).nanoseconds) - simulation.truth(2_005))
        #expect(error < Double(second.bound))
        #expect(abs((gap.end - gap.start) - 6_000_000) < 1_000)
    }

    @Test(arguments: [16, 160, 1_600, 3_203])
    func lostTurnsOfTheCounterShowAsLateness(lost: Int) throws {
        var simulation = Simulation(seed: 3, rate: 1000, driftPPM: 20, jitterMS: 0.5)
        var clock = SampleClock(Self.bitalino)
        var rows = Rows()
        for position in 0..<9_000 where !(4_000..<(4_000 + lost)).contains(position) {
            let first = position == 4_000 + lost && lost % 16 != 0
            let breaks = first ? [CounterBreak(beforeOffset: 0, missing: Int64(lost % 16))] : []
            clock.observe(count: 1, arrival: simulation.arrival(position), breaks: breaks)
            if position % 250 == 0 { rows.take(clock.update()) }
        }
        rows.take(clock.close())
        #expect(rows.gaps.count == 1)
        let gap = try #require(rows.gaps[3_999])
        #expect(gap.lost == Int64(lost))
        #expect(gap.lostBound == 0)
        let second = try #require(segment(rows.ordered, of: 4_000))
        let error = abs(
            Double(second.time(of: 5_000).nanoseconds) - simulation.truth(5_000 + lost))
        #expect(error < Double(second.bound), "\(error) against \(second.bound)")
    }

    /// What a clock says of a BITalino of which a full ring loses so many samples behind the 4,000th.
    private func overflowed(
        _ device: Simulation, lost: Int, until end: Int, _ told: CounterBreak
    ) -> Rows {
        var device = device
        var clock = SampleClock(Self.bitalino)
        var rows = Rows()
        for position in 0..<end where !(4_000..<(4_000 + lost)).contains(position) {
            let isFirst = position == 4_000 + lost
            if isFirst { clock.interrupt(.overflow, keepsPosition: true) }
            clock.observe(
                count: 1, arrival: device.arrival(position), breaks: isFirst ? [told] : [])
            if position % 250 == 0 { rows.take(clock.update()) }
        }
        rows.take(clock.close())
        return rows
    }

    /// Where the missing bytes were counted, nothing has to wait for lateness: not near the end of a recording, and
    /// not with a device that sends a hundred times as fast as it was said to, so that nothing is ever late.
    @Test(arguments: [1.0, 100.0], [16, 1_603, 3_200])
    func countedTurnsNeedNoLateness(speed: Double, lost: Int) throws {
        let rows = overflowed(
            Simulation(seed: 5, rate: 1000 * speed, driftPPM: 20, jitterMS: 0.5), lost: lost,
            until: 4_050 + lost,
            CounterBreak(beforeOffset: 0, missing: Int64(lost), isWhole: true))
        #expect(rows.gaps.count == 1)
        let gap = try #require(rows.gaps[3_999])
        #expect(gap.cause == .overflow && gap.lost == Int64(lost) && gap.lostBound == 0)
    }

    /// Where the bytes were not counted, a turn more or less is what the row of a full ring says in its bound, also
    /// where lateness showed the turns.
    @Test(arguments: [5, 160, 1_605])
    func whatNobodyCountedIsUncertainByATurn(lost: Int) throws {
        let rows = overflowed(
            Simulation(seed: 6, rate: 1000, driftPPM: 20, jitterMS: 0.5), lost: lost, until: 9_000,
            CounterBreak(beforeOffset: 0, missing: Int64(lost % 16)))
        #expect(rows.gaps.count == 1)
        let gap = try #require(rows.gaps[3_999])
        #expect(gap.cause == .overflow && gap.lost == Int64(lost))
        #expect(gap.lostBound > 0 && gap.lostBound % 16 == 0)
    }

    @Test func arrivalsThatCatchUpAreNoLoss() {
        var simulation = Simulation(seed: 4, rate: 1000, driftPPM: 0, jitterMS: 0.3)
        var clock = SampleClock(Self.bitalino)
        var rows = Rows()
        var now = Instant(nanoseconds: 0)
        for position in 0..<6_000 {
            var arrival = simulation.arrival(position)
            // For 600 ms nobody reads; then everything comes at once.
            if (3_000..<3_600).contains(position) { arrival = simulation.arrival(3_600) }
            now = max(now, arrival)
            clock.observe(count: 1, arrival: now)
        }
        rows.take(clock.close())
        #expect(rows.gaps.isEmpty)
        #expect(rows.segments.count == 1)
    }

    @Test func withoutACounterALongSilenceBecomesAnEstimatedGap() throws {
        var simulation = Simulation(seed: 5, rate: 10, driftPPM: 100, jitterMS: 5)
        var clock = SampleClock(
            ClockModel(kind: .arrival, period: 1e8, tolerancePPM: 1_000, gapTolerance: 500_000_000))
        var rows = Rows()
        for position in 0..<600 where !(300..<337).contains(position) {
            clock.observe(count: 1, arrival: simulation.arrival(position))
            if position % 3 == 0 { rows.take(clock.update()) }
        }
        rows.take(clock.close())
        #expect(rows.gaps.count == 1)
        let gap = try #require(rows.gaps[299])
        #expect(gap.cause == .inferred)
        #expect(abs(gap.lost - 37) <= gap.lostBound)
        #expect(gap.lostBound >= 1)
        for (index, position) in [(0, 0), (299, 299), (300, 337), (562, 599)] {
            let line = try #require(segment(rows.ordered, of: Int64(index)))
            let error = abs(
                Double(line.time(of: Int64(index)).nanoseconds) - simulation.truth(position))
            #expect(error <= Double(line.bound), "index \(index)")
        }
    }

    @Test(arguments: [0.55, 0.8, 1.3, 2.0])
    func aWrongNominalRateIsLearnedWithoutACounter(factor: Double) throws {
        var simulation = Simulation(seed: 21, rate: 20, driftPPM: 0, jitterMS: 3)
        var clock = SampleClock(
            ClockModel(
                kind: .arrival, period: 5e7 * factor, tolerancePPM: 50_000,
                gapTolerance: 500_000_000))
        var rows = Rows()
        for position in 0..<600 {
            clock.observe(count: 1, arrival: simulation.arrival(position))
            if position % 4 == 0 { rows.take(clock.update()) }
        }
        rows.take(clock.close())
        #expect(rows.gaps.isEmpty)
        for index in [0, 300, 599] {
            let line = try #require(segment(rows.ordered, of: Int64(index)))
            let error = abs(
                Double(line.time(of: Int64(index)).nanoseconds) - simulation.truth(index))
            #expect(error <= Double(line.bound) && error < 5e6, "index \(index): \(error)")
        }
    }

    /// The kernel kept the first 500 samples of a pause, and the rest was lost: the loss lies behind
    /// what was kept.
    @Test func whatWaitedInTheKernelComesBeforeTheGap() throws {
        for lost in [800, 805] {
            var simulation = Simulation(seed: 6, rate: 1000, driftPPM: 10, jitterMS: 0.2)
            var clock = SampleClock(Self.bitalino)
            var rows = Rows()
            for position in 0..<2_000 {
                clock.observe(count: 1, arrival: simulation.arrival(position))
            }
            rows.take(clock.update())
            clock.interrupt(.restart, keepsPosition: true)
            clock.observe(count: 500, arrival: simulation.arrival(2_499 + lost))
            for position in (2_500 + lost)..<6_000 {
                let breaks =
                    position == 2_500 + lost && lost % 16 != 0
                    ? [CounterBreak(beforeOffset: 0, missing: Int64(lost % 16))] : []
                clock.observe(count: 1, arrival: simulation.arrival(position), breaks: breaks)
            }
            rows.take(clock.close())
            #expect(rows.gaps.count == (lost % 16 == 0 ? 2 : 1))
            let gap = try #require(rows.gaps[2_499], "lost \(lost): \(rows.gaps)")
            #expect(gap.cause == .restart)
            #expect(gap.lost == Int64(lost))
            // Whole turns might have been lost before what was kept.
            #expect(gap.lostBound == 800)
        }
    }

    /// The port lost whole turns of the counter before what the kernel kept: nothing can tell that from
    /// a loss behind it, so the rows must allow for both.
    @Test func turnsThatWereLostBeforeWhatWaitedAreWithinTheBounds() throws {
        var simulation = Simulation(seed: 16, rate: 1000, driftPPM: 10, jitterMS: 0.2)
        var clock = SampleClock(Self.bitalino)
        var rows = Rows()
        for position in 0..<2_000 {
            clock.observe(count: 1, arrival: simulation.arrival(position))
        }
        clock.interrupt(.restart, keepsPosition: true)
        clock.observe(count: 500, arrival: simulation.arrival(3_299))
        for position in 3_300..<6_000 {
            clock.observe(count: 1, arrival: simulation.arrival(position))
        }
        rows.take(clock.close())
        let before = try #require(rows.gaps[1_999])
        #expect(abs(before.lost - 800) <= before.lostBound)
        let behind = try #require(rows.gaps[2_499])
        #expect(abs(behind.lost - 0) <= behind.lostBound)
        #expect(before.lost + behind.lost == 800)
        for (index, position) in [(1_999, 1_999), (2_000, 2_800), (2_499, 3_299), (2_500, 3_300)] {
            let line = try #require(segment(rows.ordered, of: Int64(index)))
            let error = abs(
                Double(line.time(of: Int64(index)).nanoseconds) - simulation.truth(position))
            #expect(error <= Double(line.bound), "index \(index)")
        }
    }

    /// A sketch that is reset again and again loses some lines each time, and some of the resets come
    /// before the rate is known well.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func eachRestartOfASketchIsAGap(seed: UInt64) throws {
        var simulation = Simulation(seed: seed, rate: 10, driftPPM: 0, jitterMS: 2)
        var clock = SampleClock(
            ClockModel(kind: .arrival, period: 5e7, tolerancePPM: 50_000, gapTolerance: 500_000_000)
        )
        var rows = Rows()
        var index = 0
        var truth: [Int] = []
        for position in 0..<600 {
            // From the 200th on, each 25th to 31st is lost, for the station was started again.
            if position >= 200, (25..<32).contains(position % 50) {
                if position % 50 == 25 { clock.interrupt(.restart, keepsPosition: true) }
                continue
            }
            clock.observe(count: 1, arrival: simulation.arrival(position))
            truth.append(position)
            index += 1
            if index % 4 == 0 { rows.take(clock.update()) }
        }
        rows.take(clock.close())
        #expect(rows.gaps.count == 8, "\(rows.gaps.values.map(\.lost))")
        for gap in rows.gaps.values {
            #expect(gap.cause == .restart && abs(gap.lost - 7) <= gap.lostBound)
            #expect(gap.lostBound <= 3)
            #expect(truth[Int(gap.afterIndex)] % 50 == 24)
        }
        for line in rows.ordered {
            for index in [line.firstIndex, line.lastIndex] {
                let error = abs(
                    Double(line.time(of: index).nanoseconds) - simulation.truth(truth[Int(index)]))
                #expect(error <= Double(line.bound), "index \(index)")
            }
        }
    }

    @Test func aDeviceThatStartsAnewBeginsANewLine() throws {
        var simulation = Simulation(seed: 7, rate: 100, driftPPM: 0, jitterMS: 1)
        var clock = SampleClock(
            ClockModel(kind: .counter, period: 1e7, modulus: 16, delayUncertainty: 1_000_000))
        var rows = Rows()
        for position in 0..<500 {
            clock.observe(count: 1, arrival: simulation.arrival(position))
        }
        clock.interrupt(.disconnect, keepsPosition: false)
        for position in 700..<1_200 {
            clock.observe(count: 1, arrival: simulation.arrival(position))
        }
        rows.take(clock.close())
        let gap = try #require(rows.gaps[499])
        #expect(gap.cause == .disconnect)
        #expect(abs(gap.lost - 200) <= gap.lostBound)
        let line = try #require(segment(rows.ordered, of: 500))
        #expect(line.firstIndex == 500)
        #expect(
            abs(Double(line.time(of: 500).nanoseconds) - simulation.truth(700))
                <= Double(line.bound))
    }

    @Test func aDamagedFrameThatLookedWholeDoesNotMoveTheClock() throws {
        var simulation = Simulation(seed: 8, rate: 1000, driftPPM: 0, jitterMS: 0.1)
        var clock = SampleClock(Self.bitalino)
        var rows = Rows()
        for position in 0..<4_000 {
            // One false frame in place of the true one: the counter seems to skip 7, then 8.
            var breaks: [CounterBreak] = []
            if position == 2_000 { breaks = [CounterBreak(beforeOffset: 0, missing: 7)] }
            if position == 2_001 { breaks = [CounterBreak(beforeOffset: 0, missing: 8)] }
            clock.observe(count: 1, arrival: simulation.arrival(position), breaks: breaks)
        }
        rows.take(clock.close())
        let line = try #require(segment(rows.ordered, of: 3_900))
        let error = abs(Double(line.time(of: 3_900).nanoseconds) - simulation.truth(3_900))
        #expect(error <= Double(line.bound) + 1e6, "error \(error), bound \(line.bound)")
    }

    @Test func stampedStreamsKeepTheirStamps() throws {
        var clock = SampleClock(ClockModel(kind: .stamped, period: 0, delayUncertainty: 10_000))
        var rows = Rows()
        for position in 0..<10 {
            clock.observe(
                count: 1, arrival: Instant(nanoseconds: Int64(position * position) * 1000))
        }
        clock.interrupt(.dropped, keepsPosition: true)
        clock.observe(count: 1, arrival: Instant(nanoseconds: 900_000))
        rows.take(clock.close())
        #expect(rows.ordered.map(\.isStamped) == [true, true])
        let gap = try #require(rows.gaps[9])
        #expect(gap.cause == .dropped)
        #expect(gap.start.nanoseconds == 81_000 && gap.end.nanoseconds == 900_000)
    }

    @Test func stampedStreamsTellWhatIsKnownToBeMissing() throws {
        // 100 Hz by name, each sample with a stamp of its own.
        var clock = SampleClock(ClockModel(kind: .stamped, period: 1e7))
        var rows = Rows()
        func stamp(_ position: Int64) -> Instant { Instant(nanoseconds: position * 10_000_000) }
        for position in 0..<10 as Range<Int64> { clock.observe(count: 1, arrival: stamp(position)) }
        clock.observe(
            count: 1, arrival: stamp(14), breaks: [CounterBreak(beforeOffset: 0, missing: 4)])
        clock.interrupt(.disconnect, keepsPosition: false)
        clock.observe(count: 1, arrival: stamp(114))
        rows.take(clock.close())
        let counted = try #require(rows.gaps[9])
        #expect(counted.cause == .counter && counted.lost == 4 && counted.lostBound == 0)
        #expect(counted.start == stamp(9) && counted.end == stamp(14))
        let estimated = try #require(rows.gaps[10])
        #expect(estimated.cause == .disconnect && estimated.lost == 99)
        #expect(estimated.lostBound == 4)
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func aRestoredClockContinuesExactly(seed: UInt64) throws {
        var simulation = Simulation(seed: seed, rate: 1000, driftPPM: 30, jitterMS: 1)
        var clock = SampleClock(Self.bitalino)
        var restored = clock
        var position = 0
        var positions: [Int] = []
        for step in 0..<6_000 {
            var breaks: [CounterBreak] = []
            if Int.random(in: 0..<500, using: &simulation.generator) == 0 {
                let lost = Int.random(in: 1...40, using: &simulation.generator)
                position += lost
                if lost % 16 != 0 {
                    breaks = [CounterBreak(beforeOffset: 0, missing: Int64(lost % 16))]
                }
            }
            let arrival = simulation.arrival(position)
            positions.append(position)
            clock.observe(count: 1, arrival: arrival, breaks: breaks)
            restored.observe(count: 1, arrival: arrival, breaks: breaks)
            position += 1
            if step % 97 == 0 {
                #expect(clock.update() == restored.update())
                var writer = StateWriter()
                restored.save(into: &writer)
                var reader = StateReader(writer.bytes)
                restored = SampleClock(Self.bitalino)
                try restored.restore(from: &reader)
                #expect(reader.isAtEnd)
                _ = clock.update()
                _ = restored.update()
            }
        }
        let last = clock.close()
        #expect(last == restored.close())
        for segment in last.segments {
            for index in [segment.firstIndex, segment.lastIndex] {
                let truth = simulation.truth(positions[Int(index)])
                let error = abs(Double(segment.time(of: index).nanoseconds) - truth)
                #expect(error <= Double(segment.bound), "index \(index)")
            }
        }
    }

    @Test func damagedStatesAreRefusedAndNeverTrap() {
        var clock = SampleClock(Self.bitalino)
        for index in 0..<100 {
            clock.observe(count: 2, arrival: Instant(nanoseconds: Int64(index) * 2_000_000))
        }
        var writer = StateWriter()
        clock.save(into: &writer)
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            var bytes = writer.bytes
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0..<20, using: &generator))
            var damaged = SampleClock(Self.bitalino)
            var reader = StateReader(bytes)
            do {
                try damaged.restore(from: &reader)
            } catch {
                continue
            }
        }
    }
}
