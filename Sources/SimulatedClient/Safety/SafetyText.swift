import Foundation

/// A text cut into words, as rules look at it.
struct SafetyText: Sendable {
    struct Word: Hashable, Sendable {
        /// The ways in which it may have been meant, such as `die` for `dieee`.
        var forms: [String]
        /// Where it stands, in UTF-16 units; words of one contraction stand at the same place.
        var start: Int
        var end: Int
        /// Sentences count from 0; a rule does not reach beyond one.
        var sentence: Int
        /// Whether it begins a clause: by a comma before it, or as a word that does.
        var beginsClause = false
    }

    private(set) var words: [Word] = []

    /// - Parameters:
    ///   - spellings: words, in lower case, and what they stand for.
    ///   - clauseBreaks: words that begin a clause.
    init(_ text: String, spellings: [String: [String]], clauseBreaks: Set<String> = []) {
        var run: [Character] = []
        var start = 0
        var position = 0
        var sentence = 0
        var startsClause = false
        var dots = 0
        var breaks = 0

        func finish(at end: Int) {
            guard !run.isEmpty else { return }
            // Quotation marks around a word are not part of it.
            while run.last == "'" { run.removeLast() }
            while run.first == "'" { run.removeFirst() }
            let word = String(run)
            run = []
            guard !word.isEmpty else { return }
            let meant = spellings[word] ?? spellings[word.filter { $0 != "'" }]
            for (index, part) in (meant ?? [word]).enumerated() {
                words.append(
                    Word(
                        forms: meant == nil ? Self.forms(part) : [part], start: start, end: end,
                        sentence: sentence,
                        beginsClause: clauseBreaks.contains(part) || (startsClause && index == 0)))
            }
            startsClause = false
        }

        for character in text.prefix(100_000) {
            let length = character.utf16.count
            defer { position += length }
            if Self.isInvisible(character) { continue }
            let folded = Self.folded(character)
            if let folded {
                if dots == 1 || breaks > 1 { sentence += 1 }
                dots = 0
                breaks = 0
                if run.isEmpty { start = position }
                run += folded
                continue
            }
            finish(at: position)
            switch character {
            // Several dots are a pause, not an end.
            case ".": dots += 1
            case "!", "?", ";", "。", "！", "？":
                sentence += 1
            case ",", ":", "(", ")", "–", "—": startsClause = true
            case _ where character.isNewline: breaks += 1
            default: break
            }
        }
        finish(at: position)
    }

    private static func isInvisible(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy {
            $0.properties.generalCategory == .format || $0.value == 0xFE0F
        }
    }

    /// The letters of a character without case and accents; nil for what parts words.
    private static func folded(_ character: Character) -> [Character]? {
        switch character {
        case "'", "’", "‘", "ʼ", "＇", "`", "´": return ["'"]
        // So that "su!cide" parts but "su1cide" and "$uicide" do not.
        case "@": return ["a"]
        case "$": return ["s"]
        case "*": return ["*"]
        default: break
        }
        guard character.isLetter || character.isNumber else { return nil }
        let plain = String(character).decomposedStringWithCompatibilityMapping.lowercased()
        let letters = plain.filter { $0.isLetter || $0.isNumber }
        let scalars = letters.unicodeScalars.filter { !$0.properties.isDiacritic }
        return scalars.isEmpty ? nil : scalars.map { Character($0) }
    }

    /// A word, without letters that were drawn out, and with digits that stand for letters.
    private static func forms(_ word: String) -> [String] {
        var forms = [word]
        func add(_ form: String) {
            if !form.isEmpty, !forms.contains(form) { forms.append(form) }
        }
        let digits: [Character: Character] = [
            "1": "i", "0": "o", "3": "e", "4": "a", "5": "s", "7": "t",
        ]
        if word.contains(where: \.isLetter), word.contains(where: \.isNumber) {
            add(String(word.map { digits[$0] ?? $0 }))
        }
        for form in forms {
            for most in [2, 1] {
                var kept: [Character] = []
                var repeated = 0
                for letter in form {
                    repeated = kept.last == letter ? repeated + 1 : 1
                    if repeated <= most || !Self.isDrawnOut(form) { kept.append(letter) }
                }
                add(String(kept))
            }
        }
        return forms
    }

    /// Whether a letter stands three times or more in a row.
    private static func isDrawnOut(_ word: String) -> Bool {
        var last: Character?
        var count = 0
        for letter in word {
            count = letter == last ? count + 1 : 1
            last = letter
            if count >= 3 { return true }
        }
        return false
    }
}
