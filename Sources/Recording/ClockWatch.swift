import Link
import SystemCalls
import Timebase

/// Counts when the machine's wall clock was set, and when the machine slept. A pure value; whoever holds
/// it brings the readings.
struct ClockWatch {
    private var last: TimeTriple?
    private var told = ClockHealth()
    private(set) var lastReading = Instant(nanoseconds: 0)

    /// Milliseconds that count as a step; the kernel steers smaller ones away without a leap.
    private static let smallestStep: Int64 = 10_000_000

    /// - Parameter discipline: what the kernel says of its wall clock.
    mutating func note(_ triple: TimeTriple, discipline: ClockDiscipline) {
        lastReading = triple.monotonic
        told.synchronised = discipline.isSynchronised
        told.errorBoundMs = discipline.errorBound.map { Double($0) / 1e6 }
        told.offsetMs = discipline.offset.map { Double($0) / 1e6 }
        defer { last = triple }
        guard let last else { return }
        let elapsed = triple.monotonic - last.monotonic
        let slept = triple.boottime - last.boottime - elapsed
        if slept > Self.smallestStep {
            told.sleeps += 1
            told.sleptMs += Int(slept / 1_000_000)
        }
        // The wall clock goes on in sleep; that alone is no step.
        let step = triple.realtime - last.realtime - elapsed - max(0, slept)
        if step.magnitude > UInt64(Self.smallestStep) {
            told.steps += 1
            told.lastStepMs = Double(step) / 1e6
            told.lastStepNs = triple.monotonic.nanoseconds
        }
    }

    func health(inhibitsSleep: Bool) -> ClockHealth {
        var health = told
        health.inhibitsSleep = inhibitsSleep
        return health
    }
}
