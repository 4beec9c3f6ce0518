import Testing

@testable import SessionStore

/// Names are covered wherever they stand, and nothing else is.
@Suite struct RedactionTests {
    @Test(arguments: [
        ("I met Anna there", "I met ████ there"),
        ("ANNA, anna; (Anna's)", "████, ████; (████'s)"),
        ("Annabel and Hanna stay", nil),
        ("Anna1 stays", nil),
        ("👋 Anna 👋", "👋 ████ 👋"),
        ("", nil),
    ])
    func wholeWordsAreCoveredInAnyCase(text: String, expected: String?) {
        #expect(TextRedaction(["Anna"]).redact(text) == expected)
    }

    @Test func accentsAreFoundHoweverTheyAreComposed() {
        let composed = "Zo\u{EB}"
        let decomposed = "Zoe\u{308}"
        for pattern in [composed, decomposed] {
            for text in [composed, decomposed, "ZO\u{CB}", "ZOE\u{308}"] {
                let covered = TextRedaction([pattern]).redact("to \(text)!")
                // Unit by unit: what comes behind stays where it is.
                #expect(covered?.utf16.count == "to \(text)!".utf16.count)
                #expect(covered?.hasSuffix("█!") == true)
                #expect(covered?.contains("o\u{308}") == false)
            }
        }
        #expect(TextRedaction(["Zoe"]).redact(composed) == nil)
    }

    @Test func namesOfSeveralWordsAndOwnCovers() {
        let redaction = TextRedaction(["Anna Maria"], cover: "x")
        #expect(redaction.redact("Anna Maria, Anna") == "xxxxxxxxxx, Anna")
        #expect(TextRedaction([""]).redact("anything") == nil)
    }

    @Test func stringsOfJSONAreCoveredAndTheRestStaysAsItIs() {
        let redaction = TextRedaction(["Jos\u{E9}"])
        let json =
            #"{"a": 1.50, "b":["Jos\u00e9 \"said\"", 9007199254740993, "José\n"], "José": null}"#
        let covered = redaction.redact(json: json)
        #expect(
            covered
                == #"{"a": 1.50, "b":["████ \"said\"", 9007199254740993, "████\n"], "████": null}"#
        )
        #expect(redaction.redact(json: #"{"a": "Jo"}"#) == nil)
        // Also where it is cut off.
        #expect(redaction.redact(json: #"{"a": "José"#) == #"{"a": "████"#)
        #expect(TextRedaction(["7"]).redact(json: #"{"a": 7, "b": "7"}"#) == #"{"a": 7, "b": "█"}"#)
    }

    @Test func aCoverIsACharacterThatJSONLeavesAlone() {
        for cover in ["█", "x", "\u{7F}"] { #expect(TextRedaction.mayCover(cover)) }
        for cover in ["", "xx", "\"", "\\", "\n", "\u{0}", "🙂", "e\u{308}"] {
            #expect(!TextRedaction.mayCover(cover), "\(cover)")
        }
    }

    /// Brackets without an end, and texts within texts within texts, end all the same.
    @Test func whatIsNestedWithoutEndIsRead() {
        let redaction = TextRedaction(["Anna"])
        #expect(redaction.redact(json: String(repeating: "[{", count: 100_000)) == nil)
        var text = "Anna"
        for _ in 0..<12 {
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            text = "{\"a\":\"\(escaped)\"}"
            if text.utf8.count > 100_000 { break }
        }
        #expect(redaction.redact(json: text)?.contains("Anna") == false)
        #expect(redaction.redact(json: "{\"a\":\"data: {\\\"b\\\":\\\"") == nil)
    }

    private func edits(_ steps: [(Int, Int, String)]) -> [DraftRedaction.Edit] {
        steps.enumerated().map { number, step in
            DraftRedaction.Edit(
                id: Int64(number), draft: 1, position: step.0, deleted: step.1,
                inserted: step.2.utf16.count, text: step.2)
        }
    }

    @Test func aNameThatIsTypedWithMistakesIsCovered() {
        // "An", "x" taken back, "na" behind it, then "Hi " in front of all.
        let run = DraftRedaction(redaction: TextRedaction(["Anna"]), cover: "█").run(
            edits([
                (0, 0, "A"), (1, 0, "n"), (2, 0, "x"), (2, 1, ""), (2, 0, "n"), (3, 0, "a"),
                (0, 0, "Hi "), (7, 0, "!"),
            ]))
        #expect(run.texts == [0: "█", 1: "█", 4: "█", 5: "█"])
        #expect(run.matches == 1)
    }

    @Test func aNameThatWasTakenBackIsCovered() {
        let run = DraftRedaction(redaction: TextRedaction(["Anna"]), cover: "█").run(
            edits([(0, 0, "to Anna"), (3, 4, "them")]))
        #expect(run.texts == [0: "to ████"])
        let other = DraftRedaction(redaction: TextRedaction(["Anna"]), cover: "█").run(
            edits([(0, 0, "Hanna"), (1, 0, "")]))
        #expect(other.texts.isEmpty)
    }

    /// What damage can stand in a file: no position, no length is believed.
    @Test func editsThatMakeNoSenseStopNothing() {
        let run = DraftRedaction(redaction: TextRedaction(["Anna"]), cover: "█").run(
            edits([(50, -3, "Anna"), (-9, 1_000_000, "b"), (0, 0, "Anna ")]))
        #expect(run.texts == [0: "████", 2: "████ "])
    }

    @Test func aCopyFromBeforeIsRefused() {
        let whole = [Tombstone(session: "A", participant: "P", scope: "all", realtime: 1)]
        #expect(whole.refusal(session: "a", auditRows: [])?.contains("deleted") == true)
        #expect(whole.refusal(session: "b", auditRows: []) == nil)
        let part = [
            Tombstone(session: "A", participant: "P", scope: "audio", auditRow: "r", realtime: 1)
        ]
        #expect(part.refusal(session: "A", auditRows: ["q"])?.contains("audio") == true)
        #expect(part.refusal(session: "A", auditRows: ["q", "r"]) == nil)
        #expect(part.refusal(session: "A") == nil)
    }
}
