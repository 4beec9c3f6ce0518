import Foundation

/// The true instants of a made-up stream's samples, one after the other.
struct SamplingInstants {
    /// Samples a second, nominally.
    let rate: Double
    private let sampling: AlignCase.Sampling
    private let period: Double
    /// Amplitude of the wander in nanoseconds, its angular speed and where it begins.
    private let amplitude: Double
    private let speed: Double
    private let phase: Double
    private var random: AlignRandom
    private var count = 0.0
    private var time = 0.0

    /// The crystal's drift, in parts per million, to either side.
    static let driftPPM = 50.0

    init(_ recipe: AlignCase, random: AlignRandom) {
        var random = random
        let drift = random.fraction() < 0.5 ? -Self.driftPPM : Self.driftPPM
        let draw = random.fraction()
        phase = random.fraction() * 2 * .pi
        sampling = recipe.sampling
        if case .unknownRate = sampling { rate = 40 + draw * 260 } else { rate = recipe.rate }
        period = 1e9 / rate * (1 + drift / 1e6)
        speed = 2 * .pi / (recipe.wanderSeconds * 1e9)
        // The rate's deviation is the derivative of the time's.
        amplitude = recipe.wanderPPM / 1e6 / speed
        time = random.fraction() * period
        self.random = random
    }

    /// Nanoseconds from the recording's start.
    mutating func next() -> Double {
        switch sampling {
        case .crystal, .unknownRate:
            let straight = time + count * period
            count += 1
            guard amplitude > 0 else { return straight }
            return straight + amplitude * (sin(phase + speed * straight) - sin(phase))
        case .rough(let share):
            defer { time += period * max(0.1, 1 + share * random.normal()) }
            return time
        case .random:
            defer { time += 2e6 + random.exponential(mean: 8e6) }
            return time
        }
    }
}
