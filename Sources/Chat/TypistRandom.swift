import Glibc

/// Numbers that are the same for the same seed (SplitMix64), shaped like a person's pauses.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct TypistRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

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
