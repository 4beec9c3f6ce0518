import Foundation

/// How long a text is, as people count.
public struct TextCounts: Hashable, Sendable {
    /// Characters as they are read (extended grapheme clusters): an emoji is one, whatever it is made of.
    public var characters: Int
    /// Runs of characters without white space that hold a letter or a digit; of scripts without spaces
    /// between words each run counts as one.
    public var words: Int
    /// Stretches that end with `.`, `!`, `?` or `…` (also those of other scripts) or a line's end and hold a
    /// letter or a digit. A mark counts where white space, a closing quotation mark or the end follows, so
    /// that numbers and addresses stay whole.
    public var sentences: Int

    private static let ends: Set<Character> = [
        ".", "!", "?", "…", "。", "！", "？", "｡", "؟", "۔", "।", "‼", "⁇", "⁈", "⁉",
    ]
    /// Marks after which nothing has to follow, since their scripts have no spaces.
    private static let closed: Set<Character> = ["。", "！", "？", "｡", "।"]
    private static let quotes: Set<Character> = [
        "\"", "'", "”", "’", "»", "«", ")", "]", "」", "』",
    ]

    public init(_ text: String) {
        characters = text.count
        words = text.split(whereSeparator: \.isWhitespace).count { $0.contains(where: Self.counts) }
        sentences = 0
        let all = Array(text)
        var holdsWord = false
        for (place, character) in all.enumerated() {
            if Self.counts(character) { holdsWord = true }
            var next = place + 1
            while next < all.count, Self.quotes.contains(all[next]) { next += 1 }
            let follows = next < all.count ? all[next] : nil
            let isEnd =
                character.isNewline || Self.closed.contains(character)
                || (Self.ends.contains(character) && (follows?.isWhitespace ?? true))
                || place == all.count - 1
            guard isEnd, holdsWord else { continue }
            sentences += 1
            holdsWord = false
        }
    }

    private static func counts(_ character: Character) -> Bool {
        character.isLetter || character.isNumber
    }

    public static func + (left: TextCounts, right: TextCounts) -> TextCounts {
        var sum = left
        sum.characters += right.characters
        sum.words += right.words
        sum.sentences += right.sentences
        return sum
    }
}
