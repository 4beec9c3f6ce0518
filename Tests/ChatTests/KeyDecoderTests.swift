import TestSupport
import Testing

@testable import Chat

@Suite struct KeyDecoderTests {
    static let input = Array(
        "aä€😀\u{7f}\u{15}\u{17}\r\u{1B}[D\u{1B}[C\u{1B}[H\u{1B}[F\u{1B}[3~\u{1B}OH\u{1B}[1;5C\u{3}\u{1B}[200~two\nlines\u{1B}[201~z"
            .utf8)
    static let keys: [Key] = [
        .text("a"), .text("ä"), .text("€"), .text("😀"), .backspace, .killLine, .killWord, .enter,
        .left, .right, .home, .end, .delete, .home, .other, .interrupt, .paste("two\nlines"),
        .text("z"),
    ]

    @Test func keysAreRead() {
        var decoder = KeyDecoder()
        #expect(decoder.decode(KeyDecoderTests.input) == KeyDecoderTests.keys)
    }

    @Test func piecesGiveTheSameKeys() {
        for cut in 0...KeyDecoderTests.input.count {
            var decoder = KeyDecoder()
            let keys =
                decoder.decode(KeyDecoderTests.input[..<cut])
                + decoder.decode(KeyDecoderTests.input[cut...])
            #expect(keys == KeyDecoderTests.keys, "cut at \(cut)")
        }
        var decoder = KeyDecoder()
        #expect(KeyDecoderTests.input.flatMap { decoder.decode([$0]) } == KeyDecoderTests.keys)
    }

    @Test func escapeAloneWaitsUntilItIsGivenUp() {
        var decoder = KeyDecoder()
        #expect(decoder.decode([0x1B]).isEmpty)
        #expect(decoder.isAmbiguous)
        decoder.flush()
        #expect(decoder.decode(Array("[".utf8)) == [.text("[")])
    }

    @Test func anyBytesAreTaken() {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: UInt64(seed))
            var decoder = KeyDecoder()
            for _ in 0..<50 {
                let bytes = (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
                for key in decoder.decode(bytes) {
                    if case .text(let text) = key { #expect(text.unicodeScalars.count == 1) }
                }
            }
        }
    }

    @Test func whatAPartnerSaysDoesNotReachTheTerminalsControls() {
        let text = "a\u{1B}[2Jb\u{7}\u{9B}c\u{202E}d\ne"
        let harmless = TerminalText.harmless(text)
        #expect(harmless.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x9B })
        #expect(harmless.hasSuffix("d e"))
        #expect(TerminalText.tail(of: "abc日本", columns: 5) == "c日本")
        #expect(TerminalText.tail(of: "abc日本", columns: 4) == "日本")
    }
}
