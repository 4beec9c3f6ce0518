import Synchronization

/// How long a cache line takes from processor 0 to processor 1 and back: what a queue's figures have
/// to be read against, since it was 65 to 500 ns on one and the same virtual machine.
enum RoundTripProbe {
    private final class Lines: Sendable {
        // Classes of one word each, so that each word has an allocation of its own.
        let there = Line()
        let back = Line()
    }

    private final class Line: Sendable {
        let before = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        let word = Atomic<UInt64>(0)
        let after = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    }

    /// Nanoseconds a round trip; the median of nine runs.
    static func measure() throws -> Double {
        let count: UInt64 = 20_000
        var runs = Distribution()
        for _ in 0..<9 {
            let lines = Lines()
            let outcome = try PinnedPair.run {
                for number in 1...count {
                    lines.there.word.store(number, ordering: .releasing)
                    while lines.back.word.load(ordering: .acquiring) != number {}
                }
                return 0
            } consume: {
                for number in 1...count {
                    while lines.there.word.load(ordering: .acquiring) != number {}
                    lines.back.word.store(number, ordering: .releasing)
                }
                return 0
            }
            runs.add(Double(outcome.nanoseconds) / Double(count))
        }
        return runs.median
    }
}
