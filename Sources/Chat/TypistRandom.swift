import Glibc
import Randomness

/// Numbers that are the same for the same seed, shaped like a person's pauses.
struct TypistRandom: RandomNumberGenerator, Sendable {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func next() -> UInt64 { generator.next() }

    /// A pause in milliseconds, lognormal about its median, as intervals between keys are; never
    /// beyond eight times the median.
    mutating func pause(median: Double, spread: Double) -> Int64 {
        let first = Double.random(in: 1e-9..<1, using: &self)
        let second = Double.random(in: 0..<1, using: &self)
        // Box and Muller's transform.
        let normal = (-2 * log(first)).squareRoot() * cos(2 * .pi * second)
        let value = median * exp(spread * normal)
        return Int64(min(max(value, 1), median * 8))
    }
}
