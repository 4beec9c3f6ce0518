/// Whether processors 0 and 1 are siblings of one core: they are if multiplying on both at once
/// takes each of them much longer than alone, because they share the multiplier.
///
/// A cache line's round trip alone does not tell: real cores that share a cache took 100 ns here,
/// siblings 65, cores of different sockets 500.
enum SiblingProbe {
    static func areSiblings() throws -> Bool {
        var alone = UInt64.max
        var together = UInt64.max
        // The shortest of several, since other processes only ever make it longer.
        for _ in 0..<9 {
            alone = min(alone, try PinnedPair.run(produce: { 0 }, consume: work).nanoseconds)
            together = min(together, try PinnedPair.run(produce: work, consume: work).nanoseconds)
        }
        return Double(together) > 1.3 * Double(alone)
    }

    /// Four chains of multiplications that do not wait for one another keep the multiplier busy.
    @Sendable private static func work() -> UInt64 {
        var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (3, 5, 7, 9)
        for _ in 0..<1_000_000 {
            a = a &* a &+ 2
            b = b &* b &+ 2
            c = c &* c &+ 2
            d = d &* d &+ 2
        }
        return a ^ b ^ c ^ d
    }
}
