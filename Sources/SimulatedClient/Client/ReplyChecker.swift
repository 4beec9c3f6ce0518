import StudyProtocol

/// Checks what a model wrote for the client against the principles of a simulated client.
///
/// These are rules: they find what is plainly wrong, and let pass what only a person would notice.
struct ReplyChecker: Sendable {
    private enum Cue: Hashable, Sendable {
        case advice, role, healed, human, agrees, resists, withholds
    }

    private let persona: Persona.Character
    private var cues = PhraseTable<Cue>()
    private var signs = PhraseTable<String>()
    private let commonWords: Set<String>

    init(_ persona: Persona.Character, _ file: MoveFile) {
        self.persona = persona
        commonWords = Set(file.commonWords)
        let lists: [(Cue, [String])] = [
            (.advice, file.client.advice), (.role, file.client.role),
            (.healed, file.client.healed), (.human, file.client.human),
            (.agrees, file.client.agrees), (.resists, file.client.resists),
            (.withholds, file.client.withholds),
        ]
        for (cue, phrases) in lists { for phrase in phrases { cues.add(phrase, cue) } }
        for disclosure in persona.disclosures {
            for sign in disclosure.signs { signs.add(sign, disclosure.name) }
        }
    }

    /// What a reply breaks.
    ///
    /// - Parameters:
    ///   - expressed: the valence that the model gave with it, if it did.
    ///   - state: the inner state that the message was taken into.
    func check(
        _ text: String, expressed: Double?, state: PersonaState, attempt: Int
    ) -> [PrincipleFinding] {
        var findings: [PrincipleFinding] = []
        func found(_ principle: PrincipleFinding.Principle, _ detail: String) {
            findings.append(
                PrincipleFinding(principle: principle, detail: detail, attempt: attempt))
        }
        let sentences = Sentence.all(in: text)
        let words = sentences.flatMap(\.words)
        if words.isEmpty { found(.length, "The reply has no words.") }
        if words.count > persona.voice.mostWords || sentences.count > persona.voice.mostSentences {
            found(
                .length,
                "The reply has \(words.count) words in \(sentences.count) sentences; at most "
                    + "\(persona.voice.mostWords) and \(persona.voice.mostSentences) are allowed.")
        }
        let here = cues.values(in: sentences)
        if here.contains(.role) || Self.hasSpeaker(text, persona.name) {
            found(.role, "The reply leaves the role of the client.")
        }
        if here.contains(.advice) { found(.advice, "The client advises instead of being helped.") }
        if Self.hasList(text) { found(.list, "The reply is set as a list or with headings.") }
        for name in disclosed(in: text) where !state.disclosed.contains(name) {
            guard let disclosure = persona.disclosures.first(where: { $0.name == name }),
                !ReplyChooser.isOpen(disclosure, state)
            else { continue }
            found(
                .disclosure,
                "The reply tells '\(name)', for which the client does not trust enough.")
        }
        let isDistressed = state.distress > persona.feelings.distress.least + 0.1
        let isTooHappy = (expressed ?? -1) > persona.feelings.valence.most + 0.25
        if here.contains(.healed) && isDistressed || isTooHappy {
            found(.healed, "The client is suddenly well, which one message cannot do.")
        }
        if here.contains(.human) { found(.notice, "The client claims to be a person.") }
        if !isInLanguage(text, words) {
            found(.language, "The reply is not in the language '\(persona.language)'.")
        }
        // Short answers may come again.
        if words.count >= 4,
            state.answered.contains(where: { Sentence.words(in: $0.text) == words })
        {
            found(.repetition, "The client has said exactly this before.")
        }
        return findings
    }

    /// The names of what a text gives away.
    func disclosed(in text: String) -> [String] {
        let found = signs.values(in: Sentence.all(in: text))
        return persona.disclosures.map(\.name).filter(found.contains)
    }

    /// How a reply stands to the supporter, as far as words tell; resistance counts most.
    func stance(of text: String, disclosing: Bool) -> ReplyStance {
        if disclosing { return .discloses }
        let here = cues.values(in: Sentence.all(in: text))
        if here.contains(.resists) { return .resists }
        if here.contains(.withholds) { return .withholds }
        return here.contains(.agrees) ? .agrees : .neutral
    }

    private static func hasList(_ text: String) -> Bool {
        if text.contains("**") { return true }
        return text.split(whereSeparator: \.isNewline).contains { line in
            let line = line.drop(while: \.isWhitespace)
            if line.hasPrefix("- ") || line.hasPrefix("* ") || line.hasPrefix("• ") { return true }
            if line.hasPrefix("#") { return true }
            let rest = line.drop(while: \.isNumber)
            return rest.startIndex != line.startIndex
                && (rest.hasPrefix(". ") || rest.hasPrefix(") "))
        }
    }

    /// A line such as "Maya: hello", or a stage direction such as "*sighs*".
    private static func hasSpeaker(_ text: String, _ name: String) -> Bool {
        let lower = text.lowercased()
        let speakers = [name.lowercased(), "client", "supporter", "assistant", "user"]
        let lines = lower.split(whereSeparator: \.isNewline)
        if lines.contains(where: { line in speakers.contains { line.hasPrefix("\($0):") } }) {
            return true
        }
        let parts = lower.split(separator: "*", omittingEmptySubsequences: false)
        return parts.count > 2 && parts[1].first?.isLetter == true && !lower.contains("**")
    }

    /// Whether a text of some length holds the language's common words. Short texts pass.
    private func isInLanguage(_ text: String, _ words: [String]) -> Bool {
        // Another script altogether, which may have no spaces between its words.
        let letters = text.unicodeScalars.filter(\.properties.isAlphabetic)
        let isLatin = commonWords.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value < 0x250 } }
        if isLatin, letters.count > 10,
            letters.count(where: { $0.value < 0x250 }) * 2 < letters.count
        {
            return false
        }
        guard words.count >= 8 else { return true }
        return words.count(where: commonWords.contains) * 5 >= words.count
    }
}
