/// Choices that look random and follow from a seed and a name alone, on every machine.
enum Choice {
    /// A number from 0 up to but not 1.
    static func unit(seed: Int, _ name: String) -> Double {
        Double(hash(seed: seed, name) >> 11) / Double(1 << 53)
    }

    /// The numbers below `count` in an order of their own.
    static func order(_ count: Int, seed: Int, _ name: String) -> [Int] {
        var result = Array(0..<max(0, count))
        var state = hash(seed: seed, name)
        for last in stride(from: result.count - 1, to: 0, by: -1) {
            state = mix(state)
            result.swapAt(last, Int(state % UInt64(last + 1)))
        }
        return result
    }

    /// FNV-1a over the name, mixed with the seed.
    private static func hash(seed: Int, _ name: String) -> UInt64 {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return mix(value ^ mix(UInt64(bitPattern: Int64(seed))))
    }

    /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
