import TestSupport
import Testing

@testable import Chat

@Suite struct LineEditorTests {
    /// Applies edits to an empty text, as a reader of the session file would.
    static func replay(_ edits: [DraftEdit]) -> String {
        var text: [Character] = []
        for edit in edits {
            text.replaceSubrange(
                edit.position..<(edit.position + edit.deleted), with: Array(edit.text))
            // What merged with its neighbour is one character again.
            text = Array(String(text))
        }
        return String(text)
    }

    @Test func typingGivesEdits() {
        var editor = LineEditor()
        #expect(
            editor.apply(.text("h"))
                == .edited(
                    DraftEdit(position: 0, deleted: 0, inserted: 1, editClass: .letter, text: "h")))
        #expect(
            editor.apply(.text("1"))
                == .edited(
                    DraftEdit(position: 1, deleted: 0, inserted: 1, editClass: .digit, text: "1")))
        #expect(editor.apply(.left) == .moved)
        // Within equal letters the place is the cursor's.
        #expect(
            editor.apply(.text("h"))
                == .edited(
                    DraftEdit(position: 1, deleted: 0, inserted: 1, editClass: .letter, text: "h")))
        #expect(editor.text == "hh1")
        #expect(
            editor.apply(.backspace)
                == .edited(
                    DraftEdit(position: 1, deleted: 1, inserted: 0, editClass: .delete, text: "")))
        #expect(editor.apply(.home) == .moved)
        #expect(editor.apply(.backspace) == .nothing)
        #expect(editor.apply(.enter) == .submitted("h1"))
        #expect(editor.isEmpty)
        #expect(editor.apply(.enter) == .nothing)
    }

    @Test func wordsAndLinesAreDeleted() {
        var editor = LineEditor()
        _ = editor.apply(.paste("one two\nthree  "))
        #expect(editor.text == "one two three  ")
        #expect(
            editor.apply(.killWord)
                == .edited(
                    DraftEdit(position: 8, deleted: 7, inserted: 0, editClass: .delete, text: "")))
        _ = editor.apply(.left)
        #expect(
            editor.apply(.killLine)
                == .edited(
                    DraftEdit(position: 0, deleted: 7, inserted: 0, editClass: .delete, text: "")))
        #expect(editor.text == " ")
    }

    @Test func whatMergesIsOneCharacter() {
        var editor = LineEditor()
        _ = editor.apply(.text("e"))
        #expect(
            editor.apply(.text("\u{301}"))
                == .edited(
                    DraftEdit(position: 0, deleted: 1, inserted: 1, editClass: .other, text: "é")))
        for part in ["👩", "\u{200D}", "🚀"] { _ = editor.apply(.text(part)) }
        #expect(editor.text.count == 2)
        #expect(editor.cursor == 2)
        _ = editor.apply(.backspace)
        #expect(editor.text == "e\u{301}")
    }

    @Test func editsGiveTheDraftBackWhateverIsTyped() {
        let pieces = [
            "a", "b", " ", "ä", "\u{301}", "👩", "\u{200D}", "🚀", "\u{1F1E9}", "\u{1F1EA}", "7", ".",
        ]
        for seed in 0..<300 {
            var random = SeededGenerator(seed: UInt64(seed))
            var editor = LineEditor()
            var edits: [DraftEdit] = []
            for _ in 0..<60 {
                let key: Key =
                    switch Int.random(in: 0..<20, using: &random) {
                    case 0..<11: .text(pieces.randomElement(using: &random) ?? "a")
                    case 11: .paste("aa ba")
                    case 12, 13: .backspace
                    case 14: .delete
                    case 15, 16: .left
                    case 17: .right
                    case 18: .killWord
                    default: .home
                    }
                if case .edited(let edit) = editor.apply(key) {
                    #expect(edit.inserted == edit.text.count)
                    edits.append(edit)
                }
                #expect(editor.cursor <= editor.text.count)
            }
            #expect(LineEditorTests.replay(edits) == editor.text, "seed \(seed)")
        }
    }

    @Test func aDraftIsBounded() {
        var editor = LineEditor()
        _ = editor.apply(.paste(String(repeating: "x", count: 20_000)))
        #expect(editor.text.count == LineEditor.longestDraft)
        #expect(editor.apply(.text("y")) == .nothing)
    }
}
