import Markup
import Testing

@Suite struct MarkupTextTests {
    @Test func whatMeansSomethingIsEscaped() {
        #expect(
            MarkupText.escaped("<a b=\"c\" d='e'>&amp;</a>")
                == "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;&lt;/a&gt;")
        #expect(MarkupText.escaped("é 😔 \u{202E}\u{85}") == "é 😔 \u{202E}\u{85}")
        #expect(MarkupText.escaped("a\r\nb\tc") == "a&#13;&#10;b&#9;c")
        // A letter that another one is joined to is found, too.
        #expect(MarkupText.escaped("<\u{301}") == "&lt;\u{301}")
    }

    @Test func whatNoXMLHoldsIsReplaced() {
        for value in UInt32(0)..<0x20 where ![0x9, 0xA, 0xD].contains(value) {
            let text = Unicode.Scalar(value).map { String(Character($0)) } ?? ""
            #expect(MarkupText.escaped(text) == "\u{FFFD}", "\(value)")
            #expect(MarkupText.line(text) == "\u{FFFD}", "\(value)")
        }
        for text in ["\u{FFFE}", "\u{FFFF}", "\u{1FFFE}", "\u{10FFFF}"] {
            #expect(MarkupText.escaped(text) == "\u{FFFD}")
        }
    }

    @Test func aLineStaysOne() {
        #expect(MarkupText.line("a\r\nb\rc\nd\te\n") == "a b c d e ")
        #expect(
            MarkupText.line("<\u{202E}x\u{2066}\u{9F}\u{0}>")
                == "<\u{FFFD}x\u{FFFD}\u{FFFD}\u{FFFD}>")
        #expect(MarkupText.escapedLine("<a\n\u{202E}") == "&lt;a \u{FFFD}")
    }
}
