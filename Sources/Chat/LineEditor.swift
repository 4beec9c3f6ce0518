/// The draft of a message: a line of text and a cursor. Pure; tells each change as an edit.
public struct LineEditor: Hashable, Sendable {
    /// What a key did.
    public enum Outcome: Hashable, Sendable {
        case nothing
        /// The cursor moved.
        case moved
        case edited(DraftEdit)
        /// The draft is sent, and the editor empty again.
        case submitted(String)
    }

    private var characters: [Character] = []
    /// Characters before the cursor.
    public private(set) var cursor = 0

    /// The longest draft, in characters; what is beyond is not taken.
    public static let longestDraft = 10_000

    public init() {}

    public var text: String { String(characters) }
    public var isEmpty: Bool { characters.isEmpty }

    /// Text before the cursor, and after it.
    public var parts: (before: String, after: String) {
        (String(characters[..<cursor]), String(characters[cursor...]))
    }

    public mutating func apply(_ key: Key) -> Outcome {
        switch key {
        case .text(let text):
            return replace(
                cursor..<cursor, with: text, text.first.map(EditClass.init(typed:)) ?? .other)
        case .paste(let text):
            // A draft is one line.
            let line = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
            return replace(cursor..<cursor, with: line, .paste)
        case .backspace: return replace(max(cursor - 1, 0)..<cursor, with: "", .delete)
        case .delete:
            return replace(cursor..<min(cursor + 1, characters.count), with: "", .delete)
        case .killLine: return replace(0..<cursor, with: "", .delete)
        case .killRest: return replace(cursor..<characters.count, with: "", .delete)
        case .killWord: return replace(startOfWord..<cursor, with: "", .delete)
        case .left: return move(to: cursor - 1)
        case .right: return move(to: cursor + 1)
        case .home: return move(to: 0)
        case .end: return move(to: characters.count)
        case .enter:
            let message = text
            if message.allSatisfy(\.isWhitespace) { return .nothing }
            self = LineEditor()
            return .submitted(message)
        case .interrupt, .endOfInput, .redraw, .focusGained, .focusLost, .focusReporting, .other:
            return .nothing
        }
    }

    private var startOfWord: Int {
        var start = cursor
        while start > 0 && characters[start - 1].isWhitespace { start -= 1 }
        while start > 0 && !characters[start - 1].isWhitespace { start -= 1 }
        return start
    }

    private mutating func move(to place: Int) -> Outcome {
        let place = min(max(place, 0), characters.count)
        if place == cursor { return .nothing }
        cursor = place
        return .moved
    }

    /// Replaces a range. Since an accent or a part of an emoji can merge with its neighbour, the
    /// edit is what differs between before and after, not what was asked for.
    private mutating func replace(
        _ range: Range<Int>, with text: String, _ editClass: EditClass
    ) -> Outcome {
        let text = String(text.prefix(LineEditor.longestDraft - characters.count + range.count))
        if range.isEmpty && text.isEmpty { return .nothing }
        let old = characters
        let before = String(old[..<range.lowerBound]) + text
        let new = Array(before + String(old[range.upperBound...]))
        var prefix = 0
        while prefix < range.lowerBound && prefix < new.count && old[prefix] == new[prefix] {
            prefix += 1
        }
        var suffix = 0
        let longest = min(old.count - max(range.upperBound, prefix), new.count - prefix)
        while suffix < longest && old[old.count - 1 - suffix] == new[new.count - 1 - suffix] {
            suffix += 1
        }
        characters = new
        cursor = min(before.count, new.count)
        let came = new[prefix..<(new.count - suffix)]
        return .edited(
            DraftEdit(
                position: prefix, deleted: old.count - suffix - prefix, inserted: came.count,
                editClass: editClass, text: String(came)))
    }
}
