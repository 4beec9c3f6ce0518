import Foundation
import TestSupport
import Testing
import Timebase

@testable import Import

/// Clocks that are compared now and then, and stamps that are missing or wrong.
@Suite struct ClockTests {
    private static func normal(_ random: inout SeededGenerator) -> Double {
        let (a, b) = (
            Double.random(in: 1e-12..<1, using: &random), Double.random(in: 0..<1, using: &random)
        )
        return (-2 * log(a)).squareRoot() * cos(2 * .pi * b)
    }

    /// A drift that wanders or not, noise, and some answers that are quite wrong.
    @Test(arguments: [0, 2e-9, 2e-8])
    func aCurveFollowsTheClockAndKnowsItsError(wander: Double) throws {
        var random = SeededGenerator(seed: 5)
        var within = 0
        var all = 0
        var errors: [Double] = []
        for _ in 0..<20 {
            var drift = 30e-6
            var offset = 0.0
            var course: [Double] = []
            for _ in 0..<1200 {
                course.append(offset)
                drift += wander * Self.normal(&random)
                offset += drift
            }
            var offsets: [ClockOffset] = []
            for second in stride(from: 0, to: 1200, by: 5) {
                var value = 4321 + course[second] + 2e-4 * Self.normal(&random)
                if second % 200 == 100 { value += 0.05 }
                offsets.append(
                    ClockOffset(time: 100 + Double(second), offset: value, position: Int64(second)))
            }
            let curve = try #require(OffsetCurve(offsets))
            for second in stride(from: 2, to: 1200, by: 7) {
                let (value, deviation) = curve.value(at: 100 + Double(second))
                let error = abs(value - 4321 - course[second])
                errors.append(error)
                all += 1
                if error <= 1.96 * deviation { within += 1 }
            }
        }
        errors.sort()
        #expect(errors[errors.count / 2] < (wander == 0 ? 25e-6 : 120e-6))
        #expect(errors[errors.count * 99 / 100] < 300e-6)
        #expect(Double(within) > 0.9 * Double(all), "\(within) of \(all)")
    }

    @Test func oneComparisonHoldsWithTheDriftThatClocksHave() throws {
        let curve = try #require(OffsetCurve([ClockOffset(time: 10, offset: 5, position: 0)]))
        #expect(curve.value(at: 10).offset == 5)
        #expect(curve.value(at: 1010).offset == 5)
        // 50 ppm over 1000 s.
        #expect(abs(curve.value(at: 1010).deviation - 1.25 * 2 * 0.05) < 0.01)
    }

    @Test func clocksThatAreOneStayOne() throws {
        let curve = try #require(
            OffsetCurve((0..<3).map { ClockOffset(time: Double($0), offset: 0, position: 0) }))
        #expect(curve.value(at: 17.25).offset == 0)
        #expect(curve.value(at: 17.25).deviation == 0)
    }

    @Test func damagedComparisonsAreNotUsed() {
        var offsets = (0..<40).map {
            ClockOffset(time: 100 + 5 * Double($0), offset: 3, position: Int64($0))
        }
        offsets[0].offset = -7e7
        offsets[10].offset = 1e6
        offsets[20].time = .nan
        offsets[30].time = -1e300
        // The last one of a sender that went away.
        offsets[39].offset = 90_000
        let clock = StreamClock(offsets)
        #expect(clock.stretches.count == 1)
        #expect(clock.dropped == 5)
        #expect(abs(clock.map(150, in: 0).time - 153) < 1e-6)
    }

    @Test func moreThanOneLifeOfAClockIsTold() {
        var offsets: [ClockOffset] = []
        for number in 0..<30 {
            // On the recorder's clock each 5 s; the sender begins anew at 50 s and at 100 s.
            let recorded = 5 * Double(number)
            let time = recorded < 50 ? 900 + recorded : recorded < 100 ? recorded - 49 : recorded
            offsets.append(
                ClockOffset(time: time, offset: recorded - time, position: Int64(number)))
        }
        let clock = StreamClock(offsets)
        #expect(clock.stretches.count == 3)
        #expect(clock.stretch(of: 940, after: 0, step: 0, at: 5) == 0)
        #expect(clock.stretch(of: 3, after: 0, step: -942, at: 12) == 1)
        #expect(clock.stretch(of: 120, after: 1, step: 72, at: 25) == 2)
        #expect(abs(clock.map(30, in: 1).time - 79) < 1e-6)
    }

    /// However few comparisons there are to tell it by.
    @Test(arguments: [(1, 1), (1, 2), (2, 1), (3, 2)])
    func twoLivesAreToldFromFewComparisons(first: Int, second: Int) {
        let offsets = (0..<first + second).map { number in
            let recorded = 84_684.0 + 5 * Double(number)
            let offset = number < first ? 48_089.25 : 2_758.25
            return ClockOffset(
                time: recorded - offset, offset: offset, position: Int64(number))
        }
        let clock = StreamClock(offsets)
        #expect(clock.stretches.count == 2 && clock.dropped == 0)
        for (place, life) in [(0, 0), (first + second - 1, 1)] {
            let mapped = clock.map(offsets[place].time, in: life).time
            #expect(abs(mapped - offsets[place].recorded) < 1e-6)
        }
    }

    // MARK: - Stamps

    private static func clean(_ stamps: [Double], step: Double, damage: Set<Int> = []) -> [Double] {
        var cleaner = StampCleaner(step: step)
        for (place, stamp) in stamps.enumerated() {
            cleaner.add(stamp, isBehindDamage: damage.contains(place))
        }
        cleaner.finish()
        return cleaner.take().map(\.time)
    }

    @Test func missingStampsAreDeduced() {
        let none = Double.nan
        #expect(
            Self.clean([10, none, none, 10.75, none], step: 0.25) == [10, 10.25, 10.5, 10.75, 11])
        // Before the first stamp, back from it.
        #expect(
            Self.clean([none, none, 10, 10.5, 11], step: 0.5) == [9, 9.5, 10, 10.5, 11] as [Double])
        // Behind damage nobody knows how many are missing: back from the next.
        #expect(
            Self.clean([10, 10.5, 11, none, none, 30, 30.5], step: 0.5, damage: [3])
                == [10, 10.5, 11, 29, 29.5, 30, 30.5])
        #expect(Self.clean([none, none], step: 0.5) == [0, 0.5])
    }

    /// Few samples between two pauses, or two lives of a clock, are no damage.
    /// Before a loss near the beginning, where too few stamps are there to be certain, they follow from the one before.
    @Test func missingStampsAreCountedOnUpToALoss() {
        let right = (0..<40).map { Double($0) / 4 + ($0 >= 12 ? 9 : 0) }
        let given: Set<Int> = [0, 5, 12, 16, 17, 20, 24]
        let stamps = right.enumerated().map { given.contains($0) ? $1 : .nan }
        var cleaner = StampCleaner(step: 0.25, lives: [-30...100])
        for stamp in stamps { cleaner.add(stamp) }
        cleaner.finish()
        #expect(cleaner.take().map(\.time) == right)
        // Where the file is damaged before one of them, those behind are counted back.
        var damaged = StampCleaner(step: 0.25, lives: [-30...100])
        for (place, stamp) in stamps.enumerated() { damaged.add(stamp, isBehindDamage: place == 8) }
        damaged.finish()
        let moved = right.enumerated().map { (8..<12).contains($0) ? $1 + 9 : $1 }
        #expect(damaged.take().map(\.time) == moved)
    }

    @Test func whatStandsAloneKeepsItsStampWhereNothingContradictsIt() {
        func clean(_ stamps: [Double], step: Double, lives: [ClosedRange<Double>] = []) -> [Double]
        {
            var cleaner = StampCleaner(step: step, lives: lives)
            for stamp in stamps { cleaner.add(stamp) }
            cleaner.finish()
            return cleaner.take().map(\.time)
        }
        // Marks some minutes apart, and then some that follow one another.
        let marks: [Double] = [0, 100, 290, 400, 410, 415, 900, 1500, 1501, 1502, 9000]
        #expect(clean(marks, step: 0, lives: [-5...9020]) == marks)
        #expect(clean(marks.dropLast(), step: 0) == Array(marks.dropLast()))
        // One of them damaged.
        #expect(
            clean([0, 100, 5e9, 290, 400, 410, 415], step: 0) == [0, 100, 290, 290, 400, 410, 415])
        #expect(clean([0, 100, -7, 290, 400, 410, 415], step: 0)[3...] == [290, 400, 410, 415])
        // A sample between two pauses.
        let pauses: [Double] = [1, 2, 3, 4, 500, 900, 901, 902, 903]
        #expect(clean(pauses, step: 1) == pauses)
        // Two samples of a first life.
        let lives: [Double] = [33349, 33358, -740, -738, -737, -722]
        #expect(clean(lives, step: 0, lives: [33306...33386, -778...(-683)]) == lives)
        #expect(clean(lives, step: 1, lives: [33306...33386, -778...(-683)]) == lives)
    }

    @Test func oneWrongStampIsReplacedAndAJumpIsNot() {
        let line = (0..<20).map { 100 + Double($0) }
        for wrong: Double in [-5, 0, 1e9, 5000] {
            for place in 0..<20 {
                var stamps = line
                stamps[place] = wrong
                #expect(Self.clean(stamps, step: 1) == line, "\(wrong) at \(place)")
            }
        }
        let jump = (0..<10).map(Double.init) + (0..<10).map { 500 + Double($0) }
        #expect(Self.clean(jump, step: 1) == jump)
        let back = (0..<10).map { 500 + Double($0) } + (0..<10).map(Double.init)
        #expect(Self.clean(back, step: 1) == back)
    }

    @Test func aStampOutOfOrderIsDamaged() {
        let right = (0..<200).map { Double($0) / 100 }
        for off in [-0.54, 0.3] {
            var stamps = right
            stamps[120] += off
            let times = Self.clean(stamps, step: 0.01)
            #expect(zip(times, right).allSatisfy { abs($0 - $1) < 1e-9 })
        }
        // What follows from it goes with it; also where samples are missing before it.
        for (lost, off) in [(0, -0.54), (0, 0.3), (3.0, 0.3)] {
            let moved = right.enumerated().map { $1 + ($0 >= 120 ? lost : 0) }
            var stamps = moved
            stamps[120] += off
            for place in 121..<125 { stamps[place] = .nan }
            let times = Self.clean(stamps, step: 0.01, damage: lost > 0 ? [120] : [])
            #expect(zip(times, moved).allSatisfy { abs($0 - $1) < 1e-9 })
        }
        // A chunk whose stamps overlap those before, a pause, and what is late by a little.
        for (places, off) in [(120..<200, -0.54), (120..<200, 0.3), (120..<121, 0.04)] {
            var odd = right
            for place in places { odd[place] += off }
            #expect(Self.clean(odd, step: 0.01) == odd)
        }
        // The last of what was taken is judged by what comes next, and what follows from it too.
        for deduced in [0, 3] {
            var cleaner = StampCleaner(step: 0.01)
            var times: [Double] = []
            for (place, stamp) in right.enumerated() {
                let isDeduced = place > 120 && place <= 120 + deduced
                cleaner.add(place == 120 ? stamp - 0.54 : isDeduced ? .nan : stamp)
                times += cleaner.take().map(\.time)
                #expect(times.count + cleaner.waitingCount == place + 1)
            }
            cleaner.finish()
            times += cleaner.take().map(\.time)
            #expect(times.count == right.count)
            #expect(zip(times, right).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    /// Without a rate too: of one stamp and several that contradict it, it is the one.
    @Test func oneStampThatIsTooLateIsDamagedAndNotThoseBehindIt() {
        let marks: [Double] = [3, 5, 9, 10, 11, 14, 18]
        for (place, wrong) in [(2, 12.2), (2, 13), (1, 12)] {
            var stamps = marks
            stamps[place] = wrong
            var right = marks
            right[place] = marks[place + 1]
            #expect(Self.clean(stamps, step: 0) == right)
        }
    }

    /// Delays make stamps late and never early.
    @Test func stampsThatAreTooEarlyAreFound() {
        var random = SeededGenerator(seed: 3)
        func times(_ delay: (Int) -> Double) -> [Int64] {
            (0..<2000).map { Int64((50 + Double($0) / 250 + delay($0)) * 1e9) }
        }
        func exponential() -> Double { -0.003 * log(Double.random(in: 1e-12..<1, using: &random)) }
        let finder = EarlyStampFinder(step: 1.0 / 250)
        let delayed = times { _ in exponential() }
        #expect(finder.early(delayed).isEmpty)
        var damaged = delayed
        damaged[700] = Int64((50 + 2.8 - 0.012) * 1e9)
        let found = finder.early(damaged)
        #expect(found.map(\.place) == [700])
        #expect(abs((found.first?.due ?? 0) - Int64(52.8e9)) < 10_000_000)
        // Two delays before the least late is as impossible.
        damaged[700] = Int64((50 + 2.8 - 0.0065) * 1e9)
        #expect(finder.early(damaged).map(\.place) == [700])
        // Of a hundred samples 99 wait, as for a radio's next turn, and one does not; or nothing but a few are early.
        for delay: (Int) -> Double in [
            { $0 % 100 == 50 ? 0.001 : 0.005 + exponential() },
            { $0 % 20 == 10 ? 0.001 : 0.0025 + Double($0 * 7919 % 997) * 1e-6 },
            { _ in
                let sum = (0..<12).reduce(0.0) { sum, _ in
                    sum + .random(in: 0..<1, using: &random)
                }
                return 0.02 + (sum - 6) * 0.002
            },
        ] { #expect(finder.early(times(delay)).isEmpty) }
        // Where nearly all come at once a tenth of a millisecond shows, also beside a loss.
        var tight = times { 0.00005 * exponential() / 0.003 + ($0 < 720 ? 0 : 0.004) }
        #expect(finder.early(tight).isEmpty)
        tight[700] -= 800_000
        #expect(finder.early(tight).map(\.place) == [700])
        // What begins anew earlier, is lost, comes in chunks or is late is no such stamp.
        for delay: (Int) -> Double in [
            { $0 < 800 ? 0 : -0.2 }, { $0 < 800 ? 0 : 3 }, { Double(25 - $0 % 25) / 250 },
            { $0 == 800 ? 0.05 : 0 },
        ] { #expect(finder.early(times(delay)).isEmpty) }
    }

    @Test func silencesAreToldFromWhatIsOnlyLate() {
        func times(_ body: (Int) -> Double) -> [Int64] {
            (0..<1000).map { Int64((body($0) * 1e9).rounded()) }
        }
        let finder = SilenceFinder(step: 0.01)
        // 300 samples are missing before sample 400, and 250 before sample 420.
        let apart = times { Double($0 + ($0 >= 400 ? 300 : 0) + ($0 >= 420 ? 250 : 0)) / 100 }
        #expect(
            finder.silences(apart, behind: nil) == [
                .init(place: 400, lost: 300), .init(place: 420, lost: 250),
            ])
        // Two seconds without a word, and then all at once.
        let late = times { Double($0 >= 400 && $0 < 600 ? 600 : $0) / 100 }
        #expect(finder.silences(late, behind: nil) == [])
        // With more jitter than a sample's length nobody can count.
        let loose = times { Double($0 + ($0 >= 400 ? 300 : 0)) / 100 + Double($0 % 7) * 0.01 }
        #expect(finder.silences(loose, behind: nil) == [.init(place: 400, lost: nil)])
        // A loss too short to be a silence, where nothing else is near.
        let short = times { Double($0 + ($0 >= 500 ? 83 : 0)) / 100 }
        #expect(finder.silences(short, behind: nil) == [.init(place: 500, lost: 83)])
        // Seven samples between two short losses; and the same where times lie beside the beat.
        let island = times { Double($0 + ($0 >= 400 ? 3 : 0) + ($0 >= 407 ? 5 : 0)) / 4 }
        #expect(
            SilenceFinder(step: 0.25).silences(island, behind: nil) == [
                .init(place: 400, lost: 3), .init(place: 407, lost: 5),
            ])
        // Two samples tell nothing of the beat, but those around them do.
        let two = times { Double($0 + ($0 >= 400 ? 3 : 0) + ($0 >= 402 ? 5 : 0)) / 4 }
        #expect(
            SilenceFinder(step: 0.25).silences(two, behind: nil) == [
                .init(place: 400, lost: 3), .init(place: 402, lost: 5),
            ])
        let rough = times {
            Double($0 + ($0 >= 400 ? 3 : 0) + ($0 >= 407 ? 5 : 0)) / 4 + Double($0 % 3) * 0.04
        }
        #expect(SilenceFinder(step: 0.25).silences(rough, behind: nil) == [])
        // Chunks that come late and on the beat within, and what catches up.
        let chunks = times { Double($0 + ($0 / 40 % 3 == 1 ? 2 : 0)) / 100 }
        #expect(finder.silences(chunks, behind: nil) == [])
        // Shortly behind the beginning and before the end.
        for last in [974, 995] {
            let edges = times { Double($0 + ($0 >= 20 ? 4 : 0) + ($0 >= last ? 18 : 0)) / 4 }
            #expect(
                SilenceFinder(step: 0.25).silences(edges, behind: nil) == [
                    .init(place: 20, lost: 4), .init(place: last, lost: 18),
                ])
        }
        // The first sample of those that come together.
        #expect(finder.silences(times { 100 + Double($0) / 100 }, behind: 0).map(\.place) == [0])
        #expect(finder.silences([], behind: 5) == [])
    }

    @Test func nothingIsLostWhateverComes() {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<300 {
            let step = ([0, 0.01, 1] as [Double]).randomElement(using: &random) ?? 0
            var cleaner = StampCleaner(step: step)
            var taken = 0
            for number in 0..<400 {
                let stamp: Double =
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: .nan
                    case 1: Double(bitPattern: random.next())
                    case 2: Double.random(in: 0..<1000, using: &random)
                    default: 100 + Double(number) * step
                    }
                cleaner.add(stamp, isBehindDamage: random.next() % 50 == 0)
                let times = cleaner.take()
                taken += times.count
                #expect(times.allSatisfy { $0.time.isFinite })
                #expect(taken + cleaner.waitingCount == number + 1)
            }
            cleaner.finish()
            let rest = cleaner.take().count
            #expect(taken + rest == 400)
        }
    }
}
