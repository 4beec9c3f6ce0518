/// A text as it is compared: words and characters as numbers, with their places in the text.
///
/// Case, punctuation, symbols, the amount of white space, apostrophes, invisible marks and an emoji's
/// colour do not count; composed and decomposed characters are the same. Each emoji is a word, and so
/// is each character of a script that puts no spaces between words.
struct ComparableText {
    /// Where a word stands, in UTF-16 code units.
    struct Place: Hashable {
        var start: Int
        var end: Int
    }

    /// Numbers of the words.
    var words: [Int32] = []
    var places: [Place] = []
    /// What a word counts: 2, or 1 for a character of a script without spaces, of which it takes about two
    /// for a word.
    var weights: [Int] = []
    /// Numbers of the characters, with one space between words (none where the script has none).
    var characters: [Int32] = []
    /// Length of the whole text in UTF-16 code units.
    var length = 0
    /// Whether the text was longer than what is compared.
    var isTruncated = false

    /// All weights together.
    var weight: Int { weights.reduce(0, +) }

    /// - Parameter most: how many characters are compared.
    init(_ text: String, _ vocabulary: inout Vocabulary, most: Int) {
        var word: [Int32] = []
        var start = 0
        var end = 0
        length = text.utf16.count
        var place = 0
        for character in text {
            if characters.count + word.count >= most {
                isTruncated = true
                break
            }
            let (kind, numbers) = vocabulary.fold(character)
            let next = place + character.utf16.count
            switch kind {
            case .ignored: break
            case .separator:
                close(&word, start, end, 2, &vocabulary)
            case .letter:
                if word.isEmpty { start = place }
                word += numbers
                end = next
            case .emoji, .unspaced:
                close(&word, start, end, 2, &vocabulary)
                word = numbers
                close(&word, place, next, kind == .emoji ? 2 : 1, &vocabulary)
            }
            place = next
        }
        close(&word, start, end, 2, &vocabulary)
    }

    private mutating func close(
        _ word: inout [Int32], _ start: Int, _ end: Int, _ weight: Int,
        _ vocabulary: inout Vocabulary
    ) {
        guard !word.isEmpty else { return }
        let isJoined = weight == 1 && weights.last == 1
        if !words.isEmpty, !isJoined { characters.append(Vocabulary.space) }
        characters += word
        words.append(vocabulary.word(word))
        places.append(Place(start: start, end: end))
        weights.append(weight)
        word.removeAll(keepingCapacity: true)
    }
}
