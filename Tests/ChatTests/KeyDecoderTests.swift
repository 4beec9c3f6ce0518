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

    @Test func theFocusIsToldAndBelieved() {
        var decoder = KeyDecoder()
        let bytes = Array("\u{1B}[?1004;2$y\u{1B}[I\u{1B}[O\u{1B}OI\u{1B}[?1004;0$y".utf8)
        #expect(
            decoder.decode(bytes) == [
                .focusReporting(true), .focusGained, .focusLost, .other, .focusReporting(false),
            ])

        func told(_ keys: [Key]) -> [Bool] {
            var focus = WindowFocus()
            var told: [Bool] = []
            for key in keys {
                focus.take(key)
                if let news = focus.takeNews() { told.append(news) }
            }
            return told
        }
        #expect(told([.text("a")]).isEmpty, "nothing would tell when it is lost")
        #expect(told([.focusReporting(true)]).isEmpty)
        #expect(told([.focusReporting(true), .text("a"), .text("b")]) == [true])
        #expect(told([.focusReporting(false), .text("a")]).isEmpty)
        #expect(told([.focusGained, .text("a"), .focusLost, .text("b")]) == [true, false])

        var focus = WindowFocus()
        focus.take(.focusGained)
        #expect(focus.takeNews() == true)
        #expect(focus.takeNews() == nil)
        focus.forgetTold()
        #expect(focus.takeNews() == true, "each connection is told")
    }

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
