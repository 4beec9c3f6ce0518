import TestSupport
import Testing
import Timebase

/// Two restarts soon after one another, on a machine that reads late: to which of them whole turns of the
/// counter belong may be undecidable, and then the bounds must say so.
@Suite struct RestartDoubtTests {
    /// A device of 1 kHz with a counter of four bits, and what is told of its losses.
    private struct Trial {
        var clock = SampleClock(
            ClockModel(
                kind: .counter, period: 1e6, modulus: 16, typicalDelay: 0,
                delayUncertainty: 100_000))
        var random: SeededGenerator
        /// Samples that the device has made.
        var made: Int64 = 0
        /// What is missing, by the ordinal before it.
        var truth: [Int64: Int64] = [:]
        var told: [Int64: Gap] = [:]

        mutating func take(_ count: Int64, late: Int64, missing: Int64? = nil) {
            made += count
            clock.observe(
                count: Int(count),
                arrival: Instant(nanoseconds: (made - 1) * 1_000_000 + 50_000 + late),
                breaks: missing.map { [CounterBreak(beforeOffset: 0, missing: $0)] } ?? [])
            // Commits come at any moment.
            if Int.random(in: 0..<40, using: &random) == 0 { note(clock.update()) }
        }

        mutating func note(_ update: ClockUpdate) {
            for gap in update.gaps { told[gap.afterIndex] = gap }
        }

        mutating func delay(_ milliseconds: ClosedRange<Int64>) -> Int64 {
            Int64.random(in: milliseconds, using: &random) * 1_000_000
        }

        mutating func calm(_ packets: Int) {
            for _ in 0..<packets { take(5, late: Int64.random(in: 0...300_000, using: &random)) }
        }

        mutating func restart(turns: ClosedRange<Int64>) {
            clock.interrupt(.restart, keepsPosition: true)
            let shown = Int64.random(in: 2...13, using: &random)
            let lost = Int64.random(in: turns, using: &random) * 16 + shown
            truth[clock.nextIndex - 1] = lost
            made += lost
            // What waited in the kernel comes at once.
            let waited = Int64.random(in: 1...300, using: &random)
            take(waited, late: delay(5...100), missing: shown)
        }

        mutating func run() {
            calm(600)
            if Bool.random(using: &random) {
                for _ in 0..<Int.random(in: 1...60, using: &random) {
                    take(5, late: delay(20...150))
                }
            }
            restart(turns: 0...6)
            for _ in 0..<Int.random(in: 0...60, using: &random) { take(5, late: delay(0...80)) }
            restart(turns: 0...2)
            calm(600)
            note(clock.close())
        }
    }

    @Test func boundsHoldWhereverTheTurnsAreTold() {
        let seed = UInt64.random(in: 1...UInt64.max)
        print("RestartDoubtTests seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var certain = 0
        for _ in 0..<500 {
            var trial = Trial(random: SeededGenerator(seed: random.next()))
            trial.run()
            for (after, lost) in trial.truth {
                guard let gap = trial.told[after] else {
                    Issue.record("no gap after \(after), where \(lost) are missing")
                    continue
                }
                #expect(
                    abs(gap.lost - lost) <= gap.lostBound,
                    "after \(after): \(gap.lost) ± \(gap.lostBound) of \(lost), seed \(seed)")
                if gap.lostBound == 0 { certain += 1 }
            }
        }
        // Bounds that always allow for everything would say nothing.
        #expect(certain > 20, "\(certain) of 1000 losses are told exactly")
    }
}
