import TestSupport
import Testing

@testable import Ring

@Suite struct RingChecksumTests {
    static func sum(_ words: [UInt64], position: UInt64 = 4096) -> UInt32 {
        var sum = RingChecksum(seed: 99, position: position, length: 256, origin: 7, stamp: 11)
        for index in stride(from: 0, to: words.count, by: 2) {
            sum.add(words[index], words[index + 1])
        }
        return sum.value
    }

    /// Two changed bits may cancel one another out in a plain sum; a rotating one beside it sees them.
    @Test func anyTwoBitsOfTheSamePlaceShow() {
        var random = SeededGenerator(seed: 5)
        let words = (0..<32).map { _ in random.next() }
        let whole = Self.sum(words)
        var misses: [String] = []
        for first in 0..<32 {
            for second in 0..<first {
                for bit in 0..<64 {
                    var damaged = words
                    damaged[first] ^= 1 << UInt64(bit)
                    damaged[second] ^= 1 << UInt64(bit)
                    if Self.sum(damaged) == whole { misses.append("\(first) \(second) \(bit)") }
                }
            }
        }
        #expect(misses == [])
    }

    @Test func wordsThatChangePlacesShow() {
        var random = SeededGenerator(seed: 6)
        let words = (0..<32).map { _ in random.next() }
        let whole = Self.sum(words)
        for first in 0..<32 {
            for second in 0..<first {
                var damaged = words
                damaged.swapAt(first, second)
                #expect(Self.sum(damaged) != whole, "\(first) \(second)")
            }
        }
        #expect(Self.sum(words, position: 4112) != whole)
    }

    /// The values of Protocols/formats/ring.md, computed by its formula in Python.
    @Test func theFormatsFormulaGivesTheSame() {
        var sum = RingChecksum(seed: 99, position: 4096, length: 256, origin: 7, stamp: 11)
        for index in 0..<16 { sum.add(UInt64(index) &* 3, UInt64(index) &* 0xFEDC_BA98_7654_3211) }
        #expect(sum.value == 0xC66E0016)
        #expect(sum.headerCheck == 0xCF50)
    }
}
