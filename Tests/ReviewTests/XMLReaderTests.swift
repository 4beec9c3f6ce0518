import Markup
import Testing

@testable import Review

/// XML of strangers is read strictly, and within bounds.
@Suite struct XMLReaderTests {
    private func read(_ text: String) throws -> XMLNode { try XMLReader.read(Array(text.utf8)) }

    @Test func whatXMLHasIsRead() throws {
        let root = try read(
            """
            \u{FEFF}<?xml version="1.0"?>
            <!-- one -- two -->
            <a x='1 &lt; 2' y="ä&#x1F61E;&#10;z">
              before<b/>&amp;<![CDATA[<raw> & ]]><c:d e="&quot;&apos;"  />after
            </a>
            <!-- end -->
            """.replacing("one -- two", with: "one"))
        #expect(root.name == "a" && root.attributes == ["x": "1 < 2", "y": "ä😞\nz"])
        #expect(root.children.map(\.name) == ["b", "c:d"])
        #expect(root.children[1].attributes == ["e": "\"'"])
        #expect(root.text.contains("before&<raw> & after"))
        #expect(root.line == 3 && root.children[1].line == 4)
    }

    @Test(arguments: [
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        "<!DOCTYPE a SYSTEM \"http://example.org/a.dtd\"><a/>", "<a>&x;</a>", "<a>&#0;</a>",
        "<a>&#xD800;</a>", "<a>&#99999999;</a>", "<a>&", "<a><b></a></b>", "<a", "<a x=1/>",
        "<a x='1' x='2'/>", "<a x='<'/>", "<a x='1'y='2'/>", "<a/><b/>", "text", "", "<a><!-- ",
        "<a><![CDATA[ </a>", "<a></a", "<1a ='/>",
    ])
    func whatIsNoXMLIsRefused(text: String) {
        #expect(throws: ReviewError.self) { try read(text) }
    }

    @Test func sizesAreBounded() {
        let deep = String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100)
        #expect(throws: ReviewError.self) { try read(deep) }
        #expect(throws: ReviewError.self) {
            try XMLReader.read([UInt8](repeating: 0x20, count: XMLReader.mostBytes + 1))
        }
        #expect(throws: ReviewError.self) { try XMLReader.read([0x3C, 0x61, 0x2F, 0xFF, 0x3E]) }
        // As UTF-16, which old programs wrote.
        #expect(throws: ReviewError.self) { try XMLReader.read([0xFF, 0xFE, 0x3C, 0, 0x61, 0]) }
    }

    /// Nothing that a file could be cut or changed to ends the program.
    @Test func everyBeginningIsReadOrRefused() throws {
        let text = #"<?xml version="1.0"?><a x="&#228;"><!-- c --><b>&lt;<![CDATA[x]]></b></a>"#
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            #expect(throws: ReviewError.self) { try XMLReader.read(Array(bytes[..<count])) }
        }
        for place in bytes.indices {
            for byte in [UInt8(ascii: "<"), UInt8(ascii: "&"), UInt8(ascii: ">"), 0, 0xFF] {
                var changed = bytes
                changed[place] = byte
                _ = try? XMLReader.read(changed)
            }
        }
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let text = "a<b>&\"'\n\t\r\u{1}ä😞"
        let tag = XMLText.tag("a", [("x", text), ("y", nil)]) + MarkupText.escaped(text) + "</a>"
        let root = try read(tag)
        let kept = text.replacing("\u{1}", with: "\u{FFFD}")
        #expect(root.attributes == ["x": kept] && root.text == kept)
    }
}
