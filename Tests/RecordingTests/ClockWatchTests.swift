import SystemCalls
import Testing
import Timebase

@testable import Recording

/// What is told of the wall clock, and of how files grow.
@Suite struct ClockWatchTests {
    private func triple(_ seconds: Double, wall: Double = 0, slept: Double = 0) -> TimeTriple {
        let monotonic = Int64(seconds * 1e9)
        return TimeTriple(
            monotonic: Instant(nanoseconds: monotonic), boottime: monotonic + Int64(slept * 1e9),
            realtime: 1_000_000_000_000 + monotonic + Int64((wall + slept) * 1e9), uncertainty: 100)
    }

    @Test func stepsAndSleepsAreToldApart() {
        var watch = ClockWatch()
        let kept = ClockDiscipline(isSynchronised: true, errorBound: 4_000_000)
        watch.note(triple(1), discipline: kept)
        watch.note(triple(2), discipline: kept)
        // Steering is no step.
        watch.note(triple(3, wall: 0.0005), discipline: kept)
        #expect(watch.health(inhibitsSleep: false).steps == 0)
        watch.note(triple(4, wall: 2), discipline: kept)
        watch.note(triple(5, wall: 2), discipline: kept)
        var health = watch.health(inhibitsSleep: true)
        #expect(health.steps == 1 && health.sleeps == 0 && health.inhibitsSleep)
        #expect(abs((health.lastStepMs ?? 0) - 1999.5) < 0.01)
        #expect(health.lastStepNs == 4_000_000_000)
        #expect(health.synchronised == true && health.errorBoundMs == 4)
        // The machine slept: the wall clock went on, and that is no step.
        watch.note(
            triple(6, wall: 2, slept: 60), discipline: ClockDiscipline(isSynchronised: nil))
        health = watch.health(inhibitsSleep: false)
        #expect(health.steps == 1 && health.sleeps == 1 && health.sleptMs == 60_000)
        #expect(health.synchronised == nil && health.errorBoundMs == nil)
    }

    @Test func growthIsOfWhatIsWritten() throws {
        var meter = GrowthMeter()
        for step in 0...20 {
            let now = Instant(nanoseconds: Int64(step) * 5_000_000_000)
            #expect(meter.isDue(at: now))
            // The first session writes 1000 bytes a second; the second joins with what it has.
            var sizes: [UInt32: Int64] = [1: Int64(step) * 5000]
            if step > 10 { sizes[2] = 1_000_000 }
            meter.note(sizes, at: now)
            #expect(!meter.isDue(at: now + 1_000_000_000))
            if step < 4 { #expect(meter.bytesPerSecond == nil) }
        }
        #expect(abs(try #require(meter.bytesPerSecond) - 1000) < 1)
        meter.note([:], at: Instant(nanoseconds: 200_000_000_000))
        #expect(meter.bytesPerSecond == nil)
    }
}
