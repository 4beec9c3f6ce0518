import TestSupport
import Testing
import Timebase

/// The machine sleeps: its monotonic clock stands still, and what the device does meanwhile nobody sees.
@Suite struct SleepTests {
    /// What a device of 1 kHz does while the machine sleeps.
    enum Device: CaseIterable { case goesOn, standsStill, beginsAnew }

    private static let period: Int64 = 1_000_000
    private static let models: [(String, ClockModel)] = [
        (
            "four bits",
            ClockModel(
                kind: .counter, period: 1e6, modulus: 16, typicalDelay: 0,
                delayUncertainty: 100_000)
        ),
        (
            "a long counter",
            ClockModel(
                kind: .counter, period: 1e6, modulus: 1 << 32, typicalDelay: 0,
                delayUncertainty: 100_000)
        ),
        (
            "no counter",
            ClockModel(
                kind: .arrival, period: 1e6, typicalDelay: 0, delayUncertainty: 100_000,
                gapTolerance: 50_000_000)
        ),
    ]

    @Test("No time moves by it, and the loss lies within its bound", arguments: Device.allCases)
    func sleep(device: Device) throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for (name, model) in Self.models {
            for _ in 0..<40 {
                try run(model, device, "\(name), \(device), seed \(seed)", &random)
            }
        }
    }

    private func run(
        _ model: ClockModel, _ device: Device, _ label: Comment,
        _ random: inout SeededGenerator
    ) throws {
        var clock = SampleClock(model)
        var truth: [Int64] = []
        var gaps: [Int64: Gap] = [:]
        var segments: [Int64: ClockSegment] = [:]
        // On the monotonic clock, of the sample to come.
        var now: Int64 = 5_000_000_000
        var missing: Int64?
        func note(_ update: ClockUpdate) {
            for gap in update.gaps { gaps[gap.afterIndex] = gap }
            for segment in update.segments { segments[segment.firstIndex] = segment }
        }
        func calm(_ packets: Int) {
            for _ in 0..<packets {
                for _ in 0..<5 {
                    truth.append(now)
                    now += Self.period
                }
                let late = 50_000 + Int64.random(in: 0...300_000, using: &random)
                clock.observe(
                    count: 5, arrival: Instant(nanoseconds: now - Self.period + late),
                    breaks: missing.map { [CounterBreak(beforeOffset: 0, missing: $0)] } ?? [])
                missing = nil
                if Int.random(in: 0..<40, using: &random) == 0 { note(clock.update()) }
            }
        }
        calm(600)
        let slept = Int64.random(in: 1_000_000...20_000_000_000, using: &random)
        let isCounted = model.kind == .counter
        clock.sleep(slept)
        // The thread that reads comes to it some time after.
        let pause = Int64.random(in: 0...3_000_000, using: &random)
        let lost: Int64
        switch device {
        case .goesOn:
            lost = (slept + pause + Self.period - 1) / Self.period
            now += lost * Self.period - slept
            if isCounted { missing = lost % (model.modulus ?? .max) }
        case .standsStill:
            lost = 0
            now += pause
        case .beginsAnew:
            lost = 0
            now += pause + 400_000_000
            if isCounted { missing = Int64.random(in: 0..<16, using: &random) }
        }
        // A state that was saved in between knows of the sleep.
        var writer = StateWriter()
        note(clock.update())
        clock.save(into: &writer)
        clock = SampleClock(model)
        var reader = StateReader(writer.bytes)
        try clock.restore(from: &reader)
        calm(600)
        note(clock.close())

        let gap = try #require(gaps[2_999], label)
        #expect(gap.cause == .sleep, label)
        #expect(abs(gap.lost - lost) <= gap.lostBound, "\(label): \(gap), in truth \(lost)")
        #expect(gap.end - gap.start < 1_000_000_000, "\(label): \(gap)")
        #expect(gaps.count == 1, "\(label): \(gaps)")
        for segment in segments.values {
            for index in [segment.firstIndex, segment.lastIndex] {
                let time =
                    segment.origin
                    + Int64((Double(index - segment.firstIndex) * segment.period).rounded())
                let error = abs(time.nanoseconds - truth[Int(index)])
                #expect(error <= segment.bound, "\(label): \(error) ns at \(index), \(segment)")
            }
        }
    }
}
