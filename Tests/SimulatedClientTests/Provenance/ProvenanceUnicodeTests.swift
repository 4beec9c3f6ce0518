import StudyProtocol
import Testing

@testable import SimulatedClient

/// Texts as people write them in all scripts.
@Suite struct ProvenanceUnicodeTests {
    private func adoption(_ sent: String, _ shown: String) -> AdoptionClass {
        ProvenanceTests.report(sent, ProvenanceTests.suggestions(shown)).adoption
    }

    @Test(
        arguments: [
            // Composed and decomposed.
            ("Ça va très bien, élève", "C\u{327}a va tre\u{300}s bien e\u{301}le\u{300}ve"),
            // Both ways of an apostrophe, and none.
            ("You’re not alone, don't worry", "youre not alone, don´t worry"),
            // Letters that differ in one case alone; a non-breaking space.
            ("Straße und Σίσυφος", "STRASSE\u{A0}UND ΣΊΣΥΦΟΣ"),
            // Marks of direction, Arabic comma and question mark.
            ("كيف حالك اليوم، يا صديقي؟", "\u{200F}كيف حالك \u{202B}اليوم يا صديقي\u{202C}"),
            ("מה שלומך היום?", "\u{2067}מה שלומך היום\u{2069}"),
            // Skin tones and selectors of an emoji's form.
            ("Thank you 👍🏽 ❤️", "thank you👍❤"),
            // Words that a page may break, invisibly.
            ("overwhelming feelings", "over\u{AD}whelm\u{200B}ing feelings"),
            ("今日はとても疲れました。", "今日はとても疲れました！"),
        ])
    func theSameForAReaderIsTheSame(_ pair: (String, String)) {
        #expect(adoption(pair.0, pair.1) == .direct, "\(pair)")
        #expect(adoption(pair.1, pair.0) == .direct, "\(pair)")
    }

    @Test func emojiAreWords() {
        #expect(adoption("🙂", "🙂") == .direct)
        #expect(adoption("🙂", "🙁") == .none)
        #expect(adoption("👩‍👩‍👧 🏳️‍🌈 🇩🇪", "👩‍👩‍👧🏳️‍🌈🇩🇪") == .direct)
        let report = ProvenanceTests.report(
            "well done 🎉🎉🎉", ProvenanceTests.suggestions("well done"))
        #expect(report.words == 5)
    }

    @Test func scriptsWithoutSpacesHaveWordsToo() {
        let shown = "あなたの気持ちはよくわかります。いつでも話してくださいね。"
        let report = ProvenanceTests.report(
            "あなたの気持ちはよくわかります。昨日は雨が降っていて家にいました。", ProvenanceTests.suggestions(shown))
        #expect(report.adoption == .combination || report.adoption == .rewritten)
        #expect(report.suggestions[0].spans.first?.messageLength == 15)
        #expect(adoption("今日は雨です", "明日も晴れるかな") == .none)
    }

    /// Places are what a browser counts.
    @Test func placesAreUTF16() throws {
        let report = ProvenanceTests.report(
            "👩‍👩‍👧👍 How have you been sleeping?",
            ProvenanceTests.suggestions("💛 how have you been sleeping"))
        let span = try #require(report.suggestions[0].spans.first)
        #expect(span.messagePosition == "👩‍👩‍👧👍 ".utf16.count)
        #expect(span.messageLength == "How have you been sleeping".utf16.count)
        #expect(span.suggestionPosition == 3 && span.suggestionLength == span.messageLength)
        let edits = report.suggestions[0].characterEdits ?? []
        #expect(
            TextEdit.apply(edits, to: "💛 how have you been sleeping")
                == "👩‍👩‍👧👍 How have you been sleeping?")
    }

    @Test func whatLooksLikeNothingIsHarmless() {
        for text in [
            "\u{301}\u{301}", "\0\u{1}\u{FFFD}", "\u{200B}", "\u{202E}abc", "\r\n\r\n",
            String(repeating: "\u{300}", count: 5000),
            "a" + String(repeating: "\u{300}", count: 5000),
        ] {
            _ = adoption(text, ProvenanceTests.work)
            _ = adoption(ProvenanceTests.work, text)
            _ = adoption(text, text)
        }
    }
}
