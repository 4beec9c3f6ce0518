/// What kind of text an edit put in, so that typing can be studied without what was typed.
public enum EditClass: String, Hashable, Sendable, CaseIterable {
    case letter, digit, space, punctuation, emoji, paste, delete, other

    /// The class of a character that was typed.
    public init(typed character: Character) {
        if character.isLetter {
            self = .letter
        } else if character.isNumber && character.isASCII {
            self = .digit
        } else if character.isWhitespace {
            self = .space
        } else if character.unicodeScalars.contains(where: { $0.properties.isEmojiPresentation }) {
            self = .emoji
        } else if character.isPunctuation || character.isSymbol {
            self = .punctuation
        } else {
            self = .other
        }
    }
}
