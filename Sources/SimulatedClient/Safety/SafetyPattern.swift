/// A pattern of words within one sentence, such as `i (want|need) to _2 die`.
///
/// Words stand for themselves; `*` at a word's end takes any ending. `(a|b c|)` is one of several
/// sequences, also an empty one. `_3` is up to three words of any kind, `~3` up to three that begin
/// no clause, `N` a number, `^` and `$` are the beginning and the end of a sentence.
struct SafetyPattern: Hashable, Sendable {
    /// Why a pattern cannot be read.
    struct Mistake: Error { var message: String }

    private indirect enum Element: Hashable, Sendable {
        case word(String)
        case beginning(String)
        case oneOf([[Element]])
        case upTo(Int, withinClause: Bool)
        case number, sentenceStart, sentenceEnd
    }

    private let elements: [Element]

    /// - Throws: what is wrong with the pattern.
    init(_ text: String) throws(Mistake) {
        var reader = Reader(rest: Array(text)[...])
        elements = try reader.sequence(isInside: false)
        let isBare = elements.allSatisfy {
            switch $0 {
            case .upTo, .sentenceStart, .sentenceEnd: true
            default: false
            }
        }
        if isBare { throw Mistake(message: "expected at least one word") }
    }

    private struct Reader {
        var rest: ArraySlice<Character>
        var depth = 0

        mutating func sequence(isInside: Bool) throws(Mistake) -> [Element] {
            var elements: [Element] = []
            while let first = rest.first {
                switch first {
                case " ": rest.removeFirst()
                case "|" where isInside, ")" where isInside: return elements
                case "(": elements.append(try choice())
                case ")", "|":
                    throw Mistake(message: "expected '(' before '\(first)'")
                default: elements.append(try word())
                }
            }
            if isInside { throw Mistake(message: "expected ')' at the end") }
            return elements
        }

        private mutating func choice() throws(Mistake) -> Element {
            depth += 1
            if depth > 4 { throw Mistake(message: "expected fewer brackets within brackets") }
            rest.removeFirst()
            var choices: [[Element]] = []
            repeat { choices.append(try sequence(isInside: true)) } while take("|")
            guard take(")") else { throw Mistake(message: "expected ')' at the end") }
            depth -= 1
            if choices.allSatisfy(\.isEmpty) { throw Mistake(message: "expected words in ()") }
            return .oneOf(choices)
        }

        private mutating func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func word() throws(Mistake) -> Element {
            let end = rest.firstIndex { " ()|".contains($0) } ?? rest.endIndex
            let word = String(rest[..<end])
            rest = rest[end...]
            if word == "N" { return .number }
            if word == "^" { return .sentenceStart }
            if word == "$" { return .sentenceEnd }
            if word.hasPrefix("_") || word.hasPrefix("~") {
                guard let count = Int(word.dropFirst()), (1...10).contains(count) else {
                    throw Mistake(
                        message:
                            "expected \(word.prefix(1))1 to \(word.prefix(1))10, found '\(word)'")
                }
                return .upTo(count, withinClause: word.hasPrefix("~"))
            }
            let isBeginning = word.hasSuffix("*")
            let letters = isBeginning ? String(word.dropLast()) : word
            guard !letters.isEmpty, letters == letters.lowercased(),
                letters.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "'" })
            else {
                throw Mistake(
                    message: "expected a word of letters and digits in lower case, found '\(word)'")
            }
            return isBeginning ? .beginning(letters) : .word(letters)
        }
    }

    /// The first place at or after a word where the pattern stands: indices of words.
    func firstMatch(in words: [SafetyText.Word], from start: Int = 0) -> Range<Int>? {
        guard start < words.count else { return nil }
        for index in start..<words.count {
            if let end = match(elements[...], words, at: index, sentence: words[index].sentence),
                end > index
            {
                return index..<end
            }
        }
        return nil
    }

    /// All places where it stands, without those that begin within another.
    func matches(in words: [SafetyText.Word]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = 0
        while let range = firstMatch(in: words, from: start) {
            found.append(range)
            start = range.lowerBound + 1
        }
        return found
    }

    /// Where the elements end when they begin at a word; nil where they do not stand there.
    private func match(
        _ elements: ArraySlice<Element>, _ words: [SafetyText.Word], at index: Int, sentence: Int
    ) -> Int? {
        guard let first = elements.first else { return index }
        let rest = elements.dropFirst()
        let isInside = index < words.count && words[index].sentence == sentence
        func next(if fits: Bool) -> Int? {
            fits ? match(rest, words, at: index + 1, sentence: sentence) : nil
        }
        switch first {
        case .word(let word): return next(if: isInside && words[index].forms.contains(word))
        case .beginning(let letters):
            return next(
                if: isInside && words[index].forms.contains { $0.hasPrefix(letters) })
        case .number:
            return next(if: isInside && words[index].forms[0].allSatisfy(\.isNumber))
        case .sentenceStart:
            let isStart = index == 0 || words[index - 1].sentence != sentence
            return isStart ? match(rest, words, at: index, sentence: sentence) : nil
        case .sentenceEnd:
            return isInside ? nil : match(rest, words, at: index, sentence: sentence)
        case .upTo(let count, let withinClause):
            for skipped in 0...count {
                let place = index + skipped
                if skipped > 0 {
                    guard place <= words.count, words[place - 1].sentence == sentence,
                        !withinClause || !words[place - 1].beginsClause
                    else { return nil }
                }
                if let end = match(rest, words, at: place, sentence: sentence) { return end }
            }
            return nil
        case .oneOf(let choices):
            for choice in choices {
                if let end = match(
                    (choice + rest)[...], words, at: index, sentence: sentence)
                {
                    return end
                }
            }
            return nil
        }
    }
}
