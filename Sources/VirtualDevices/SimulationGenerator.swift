import Glibc
import Randomness

/// Numbers that are the same for the same seed on every machine, so that a virtual device can be run
/// again.
public struct SimulationGenerator: RandomNumberGenerator, Sendable {
    private var generator: SeededGenerator

    /// A generator; `purpose` keeps the sequences of one device apart from each other.
    public init(seed: UInt64, purpose: UInt64 = 0) {
        generator = SeededGenerator(seed: seed &+ purpose &* 0xD1B5_4A32_D192_ED03)
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 { generator.next() }

    /// A number from 0 up to and without 1.
    mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether something of this probability happens.
    mutating func happens(_ probability: Double) -> Bool {
        probability > 0 && fraction() < probability
    }

    /// A number close to a normal distribution of mean 0 and deviation 1: the sum of four 16-bit
    /// numbers of one draw, never beyond ±3.5. Cheap enough for each sample.
    mutating func normal() -> Double {
        let bits = next()
        let sum =
            (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Double(sum) / 65536 - 2) * 1.732_050_807_568_877_2
    }

    /// A waiting time until the next of events that come at random, with this mean.
    mutating func waiting(mean: Double) -> Double { -log(1 - fraction()) * mean }

    /// A number that is never negative and has a long tail, as human reaction times do.
    mutating func logNormal(median: Double, spread: Double) -> Double {
        median * exp(spread * normal())
    }
}
