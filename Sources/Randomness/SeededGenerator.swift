/// Random numbers that are the same in twenty years: SplitMix64 (Steele, Lea, Flood: "Fast
/// splittable pseudorandom number generators", OOPSLA 2014).
///
/// Where a result is to be the same in twenty years, it draws with the methods here and not with the
/// standard library's, whose algorithms may change. A pure value; each copy goes on by itself.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// A generator for one purpose: the seed is mixed with texts that name it, by FNV-1a over
    /// their UTF-8, each ended by a byte 0xFF, which UTF-8 does not have.
    public init(seed: UInt64, _ purpose: String...) {
        self.init(seed: Self.seed(seed, purpose))
    }

    /// The seed that `init(seed:_:)` begins with.
    public static func seed(_ seed: UInt64, _ purpose: [String]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        for shift in stride(from: 0, to: 64, by: 8) {
            mix(UInt8(truncatingIfNeeded: seed >> UInt64(shift)))
        }
        for text in purpose {
            for byte in text.utf8 { mix(byte) }
            mix(0xFF)
        }
        return hash
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    /// A whole number from 0 up to, not including, `bound`, each as likely: draws of the last,
    /// incomplete stretch of 64 bits are thrown away. `bound` below 1 gives 0.
    public mutating func next(below bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        let bound = UInt64(bound)
        let incomplete = (UInt64.max % bound + 1) % bound
        while true {
            let bits = next()
            if bits <= UInt64.max - incomplete { return Int(bits % bound) }
        }
    }

    /// The elements in another order, each order as likely (Fisher and Yates, from the end).
    public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var result = elements
        for last in stride(from: result.count - 1, to: 0, by: -1) {
            result.swapAt(last, next(below: last + 1))
        }
        return result
    }
}
