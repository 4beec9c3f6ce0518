import Foundation
import VirtualDevices

/// Random numbers of the distributions that made-up recordings need.
struct AlignRandom {
    private var generator: SimulationGenerator

    /// - Parameter purpose: keeps the numbers of one purpose the same whatever others draw.
    init(seed: UInt64, purpose: UInt64) {
        generator = SimulationGenerator(seed: seed, purpose: purpose)
        // Close seeds begin with close states; their first numbers are mixed well all the same, but
        // one draw keeps two purposes from ever sharing a number.
        _ = generator.next()
    }

    mutating func bits() -> UInt64 { generator.next() }

    /// From 0 up to and without 1.
    mutating func fraction() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

    mutating func exponential(mean: Double) -> Double { -log(1 - fraction()) * mean }

    /// Mean 0, deviation 1, tails and all (Box and Muller, 1958): bounds are held against it.
    mutating func normal() -> Double {
        (-2 * log(1 - fraction())).squareRoot() * cos(2 * .pi * fraction())
    }

    mutating func below(_ count: Int) -> Int { Int(generator.next() % UInt64(max(1, count))) }
}
