import TestSupport
import Testing
import Timebase

@testable import SessionStore

/// Many texts, and many stretches of samples, are found in one pass.
@Suite struct TextMatcherTests {
    private func occurs(_ pattern: [UInt8], in bytes: [UInt8]) -> Bool {
        guard pattern.count <= bytes.count else { return false }
        return (0...bytes.count - pattern.count).contains {
            bytes[$0..<$0 + pattern.count].elementsEqual(pattern)
        }
    }

    /// Compares with looking for each at each place; few letters, so that beginnings and ends are alike.
    @Test(arguments: 0..<60) func allAreFoundAndNothingElse(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("abc".utf8)
        func text(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in letters.randomElement(using: &random) ?? 0 }
        }
        let shortest = Int.random(in: 1...9, using: &random)
        var texts = (0..<12).map { _ in
            String(decoding: text(shortest + .random(in: 0...4, using: &random)), as: UTF8.self)
        }
        texts.append("")
        let bytes = text(Int.random(in: 0...400, using: &random))
        let matcher = TextMatcher(texts)
        let expected = Set(
            texts.indices.filter { !texts[$0].isEmpty && occurs(Array(texts[$0].utf8), in: bytes) })
        var found: Set<Int> = []
        matcher.search(bytes.span, found: &found)
        #expect(found == expected)
    }

    @Test func aTextIsFoundAsJSONHasIt() {
        let text = "what \"she\" said/meant\nthen"
        let matcher = TextMatcher(["nothing of the kind", text])
        for written in [
            text, #"what \"she\" said/meant\nthen"#, #"what \"she\" said\/meant\nthen"#,
            #"what \"she\" said/meant\u000athen"#,
        ] { #expect(matcher.search("… \(written) …") == [1], "\(written)") }
        #expect(matcher.search("what she said").isEmpty)
        #expect(TextMatcher([]).search("anything").isEmpty)
    }

    @Test(arguments: [1, 3, 7, 24, 100]) func aStretchIsFoundHoweverItIsCut(length: Int) {
        var random = SeededGenerator(seed: 5)
        let values = (0..<200).map { _ in Int64.random(in: -3...3, using: &random) }
        let stretches = [Array(values[90..<114]), Array(values[3..<27])]
        func finds(_ stretches: [[Int64]], in values: [Int64]) -> Bool {
            var matcher = SampleMatcher(stretches)
            return stride(from: 0, to: values.count, by: length).contains { start in
                matcher.finds(
                    .integers(Array(values[start..<min(start + length, values.count)])))
            }
        }
        #expect(finds(stretches, in: values))
        #expect(finds([stretches[0]], in: values))
        var other = values
        other[100] += 1
        #expect(!finds([stretches[0]], in: other))
        #expect(!finds([], in: values))
        // What stands across the end of one stream and the beginning of the next stands nowhere.
        var matcher = SampleMatcher([stretches[0]])
        let ofOne = matcher.finds(.integers(Array(values[80..<100])))
        matcher.begin()
        let ofNext = matcher.finds(.integers(Array(values[100..<130])))
        #expect(!ofOne && !ofNext)
    }

    @Test func realNumbersAreComparedBitByBit() {
        let values = (0..<24).map { Double($0) * 0.1 }
        var matcher = SampleMatcher([SampleMatcher.values(.reals(values))])
        let isFound = matcher.finds(.reals([1] + values + [2]))
        #expect(isFound)
    }
}
