import Timebase

/// When the samples of a virtual device are due and when they are delivered.
///
/// The n-th is due at `origin + n * period`, computed anew each time, so that no error adds up however
/// late the thread wakes.
struct SampleSchedule: Sendable {
    /// When sample 0 is due.
    let origin: Instant
    /// Nanoseconds from one sample to the next, the device's drift included.
    let period: Double
    private let jitter: Double
    private var generator: SimulationGenerator
    private var index: Int64 = 0
    private var moment: Instant

    /// When the next sample is taken.
    private(set) var due: Instant
    /// When it may be sent.
    private(set) var delivery: Instant

    /// A schedule whose first sample is due one period after `start`.
    init(start: Instant, rate: Double, impairments: Impairments, seed: UInt64) {
        period = 1e9 / (rate * (1 + impairments.driftPPM * 1e-6))
        origin = start + Int64(clamping: period.rounded())
        jitter = impairments.jitterMilliseconds * 1e6
        generator = SimulationGenerator(seed: seed, purpose: 0x5CED)
        moment = start
        due = origin
        delivery = origin
        findDelivery()
    }

    /// Goes on to the next sample.
    mutating func advance() {
        index += 1
        due = origin + Int64(clamping: (Double(index) * period).rounded())
        findDelivery()
    }

    private mutating func findDelivery() {
        guard jitter > 0 else {
            delivery = due
            return
        }
        // After a long period the moments in between need not be walked one by one.
        if due - moment > 4 * Int64(clamping: jitter) { moment = due + -Int64(clamping: jitter) }
        while moment < due {
            moment = moment + Int64(clamping: generator.fraction() * jitter) + 1
        }
        delivery = moment
    }
}
