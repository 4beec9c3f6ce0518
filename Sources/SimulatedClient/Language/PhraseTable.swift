/// Finds phrases in sentences, each standing for a value.
///
/// A phrase is one or more words. A word may end with `*` (any ending); a `*` alone stands for up to
/// three words; `^` before the phrase binds it to the beginning of a sentence, where words such as
/// "and" or "well" do not count.
struct PhraseTable<Value: Hashable & Sendable>: Sendable {
    private enum Token: Hashable, Sendable {
        case exact(String)
        case prefix(String)
        case gap
    }

    private struct Phrase: Sendable {
        var tokens: [Token]
        var isAnchored: Bool
        var value: Value
    }

    /// A place where a phrase stands.
    struct Match {
        var value: Value
        var start: Int
        var count: Int
    }

    /// Phrases by their first word, and those that begin with a stem, by its first letter.
    private var byWord: [String: [Phrase]] = [:]
    private var byLetter: [Swift.Character: [Phrase]] = [:]

    /// Why a text is no phrase, or nil.
    static func mistake(in text: String) -> String? {
        let tokens = tokens(of: text)
        guard case .some(let first) = tokens.first, first != .gap else {
            return "expected a word or a phrase, found '\(text)'"
        }
        guard tokens.count <= 12, tokens.count(where: { $0 == .gap }) <= 2 else {
            return "expected at most 12 words and two '*' alone, found '\(text)'"
        }
        return nil
    }

    mutating func add(_ text: String, _ value: Value) {
        guard Self.mistake(in: text) == nil else { return }
        let phrase = Phrase(
            tokens: Self.tokens(of: text), isAnchored: text.hasPrefix("^"), value: value)
        switch phrase.tokens.first {
        case .exact(let word): byWord[word, default: []].append(phrase)
        case .prefix(let stem):
            guard let letter = stem.first else { return }
            byLetter[letter, default: []].append(phrase)
        default: return
        }
    }

    /// Every place of every phrase, in the order of the words; at one place the longest first.
    func matches(in words: [String]) -> [Match] {
        var result: [Match] = []
        let start = Self.beginning(of: words)
        for (index, word) in words.enumerated() {
            var here: [Match] = []
            let phrases = (byWord[word] ?? []) + (word.first.flatMap { byLetter[$0] } ?? [])
            for phrase in phrases {
                if phrase.isAnchored, index != start, index != 0 { continue }
                guard let end = Self.match(phrase.tokens[...], words[index...]) else { continue }
                here.append(Match(value: phrase.value, start: index, count: end - index))
            }
            result += here.sorted { $0.count > $1.count }
        }
        return result
    }

    /// The values of the phrases in a text.
    func values(in sentences: [Sentence]) -> Set<Value> {
        Set(sentences.flatMap { matches(in: $0.words).map(\.value) })
    }

    private static func match(_ tokens: ArraySlice<Token>, _ words: ArraySlice<String>) -> Int? {
        guard let token = tokens.first else { return words.startIndex }
        let rest = tokens.dropFirst()
        switch token {
        case .exact(let wanted):
            return words.first == wanted ? match(rest, words.dropFirst()) : nil
        case .prefix(let stem):
            guard let word = words.first, word.hasPrefix(stem) else { return nil }
            return match(rest, words.dropFirst())
        case .gap:
            for skipped in 0...min(3, words.count) {
                if let end = match(rest, words.dropFirst(skipped)) { return end }
            }
            return nil
        }
    }

    private static func tokens(of text: String) -> [Token] {
        let text = text.hasPrefix("^") ? text.dropFirst() : text[...]
        return text.split(separator: " ").flatMap { part -> [Token] in
            if part == "*" { return [.gap] }
            let words = Sentence.words(in: String(part))
            return words.enumerated().map { index, word in
                part.hasSuffix("*") && index == words.count - 1 ? .prefix(word) : .exact(word)
            }
        }
    }

    private static func beginning(of words: [String]) -> Int {
        words.firstIndex { !fillers.contains($0) } ?? 0
    }
}

/// Words before the beginning proper of a sentence.
private let fillers: Set<String> = [
    "and", "so", "but", "well", "ok", "okay", "hm", "hmm", "oh", "um", "yeah", "yes", "then", "now",
    "also", "right", "no",
]
