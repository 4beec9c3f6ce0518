/// A sentence as its words: lower case, without punctuation.
struct Sentence: Hashable, Sendable {
    var words: [String]
    /// Whether it ends with a question mark.
    var isQuestion: Bool
    /// Whether it ends with an exclamation mark.
    var isExclaimed = false

    /// The sentences of a text. Of a very long text only the beginning is read, so that no message
    /// can take long.
    static func all(in text: String) -> [Sentence] {
        var result: [Sentence] = []
        var words: [String] = []
        var word = ""
        func endWord() {
            // Quotation marks at a word's ends are none of its letters.
            while word.last == "'" { word.removeLast() }
            while word.first == "'" { word.removeFirst() }
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        func endSentence(question: Bool = false, exclaimed: Bool = false) {
            endWord()
            guard !words.isEmpty else {
                // "Really?!" ends one sentence only.
                if question, !result.isEmpty { result[result.count - 1].isQuestion = true }
                if exclaimed, !result.isEmpty { result[result.count - 1].isExclaimed = true }
                return
            }
            result.append(Sentence(words: words, isQuestion: question, isExclaimed: exclaimed))
            words = []
        }
        for character in text.prefix(10_000) {
            switch character {
            case "?", "？": endSentence(question: true)
            case "!", "！": endSentence(exclaimed: true)
            case ".", "\n", "\r\n", ";", "…", "。": endSentence()
            case "'", "’", "‘": word.append("'")
            case _ where character.isLetter || character.isNumber:
                word += character.lowercased()
            default: endWord()
            }
        }
        endSentence()
        return result
    }

    /// The words of a text, of all its sentences.
    static func words(in text: String) -> [String] { all(in: text).flatMap(\.words) }
}
