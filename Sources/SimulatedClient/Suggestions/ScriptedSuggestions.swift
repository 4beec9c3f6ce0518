/// Suggestions from templates, chosen by what the client just said. Quick, and without a model.
public actor ScriptedSuggestions: SuggestionSource {
    private struct Entry: Sendable {
        var template: SuggestionTemplates.Template
        var cues: PhraseTable<Bool>?
        var needs: PhraseTable<Bool>?
        /// The place among equals, which follows from the seed.
        var rank: Int
        /// The texts before the first brace and after the last, by which it is known again.
        var frame: (head: String, tail: String)
    }

    /// What the templates are asked about.
    private struct Moment {
        var sentences: [Sentence]
        var all: [Sentence]
        var stage: SuggestionTemplates.Stage
        var category: EmotionCategory
        var quote: String?
    }

    private let entries: [Entry]
    private let words: [EmotionCategory: String]
    private let each: Int
    private let source: String
    private let scorer: LexiconScorer?
    /// When each template was offered last, as a running number.
    private var offered: [Int: Int] = [:]
    private var running = 0
    /// What was offered, by the number of the client's message.
    private var given: [Int: SuggestionSet] = [:]

    /// - Parameters:
    ///   - each: how many of each group.
    ///   - seed: what the choices among equally fitting templates follow from.
    ///   - shown: texts that were offered before in this session, oldest first; they are not offered
    ///     again while there are others.
    /// - Throws: `SimClientError.language` where there are no templates of that language.
    public init(
        language: String, each: Int, seed: Int = 1, shown: [String] = []
    ) throws(SimClientError) {
        self.init(
            try SuggestionTemplates.load(language: language), each: each, seed: seed,
            scorer: try? LexiconScorer(language: language), shown: shown)
    }

    init(
        _ file: SuggestionTemplates, each: Int, seed: Int, scorer: LexiconScorer?,
        shown: [String] = []
    ) {
        self.each = max(0, min(each, 10))
        source = "scripted/\(file.language)/\(file.version)"
        self.scorer = scorer
        words = Dictionary(
            file.feelings.map { ($0.category, $0.word) }, uniquingKeysWith: { first, _ in first })
        let order = Choice.order(file.templates.count, seed: seed, "suggestions")
        let entries = zip(file.templates, order).map { template, rank in
            Entry(
                template: template, cues: Self.table(template.cues),
                needs: Self.table(template.needs.map { [$0] }), rank: rank,
                frame: Self.frame(of: template.say))
        }
        self.entries = entries
        for text in shown {
            running += 1
            for (index, entry) in entries.enumerated() where Self.isMade(text, by: entry) {
                offered[index] = running
            }
        }
    }

    public func suggestions(
        history: [ConversationLine], state: PersonaState?, emotion: EmotionReading?
    ) async -> SuggestionSet {
        let said = history.filter { $0.author == .client }
        if let known = given[said.count] { return known }
        let moment = moment(said, state, emotion)
        let sent = Set(history.filter { $0.author == .participant }.map(\.text))
        var suggestions: [Suggestion] = []
        for group in SuggestionGroup.allCases {
            let choices = choices(group, moment, sent)
            for (number, choice) in choices.prefix(each).enumerated() {
                running += 1
                offered[choice.index] = running
                suggestions.append(
                    Suggestion(
                        id: "\(said.count)-\(group.initials)-\(number + 1)", group: group,
                        text: choice.text, source: source))
            }
        }
        let set = SuggestionSet(suggestions: suggestions)
        given[said.count] = set
        return set
    }

    // MARK: The moment

    private func moment(
        _ said: [ConversationLine], _ state: PersonaState?, _ emotion: EmotionReading?
    ) -> Moment {
        let last = said.last?.text ?? ""
        let sentences = Sentence.all(in: last)
        return Moment(
            sentences: sentences,
            all: said.suffix(100).flatMap { Sentence.all(in: $0.text) },
            stage: Self.stage(said.count, trust: state?.trust),
            category: emotion?.category ?? scorer?.read(last).category ?? .neutral,
            quote: quote(from: last))
    }

    private static func stage(_ number: Int, trust: Double?) -> SuggestionTemplates.Stage {
        if number <= 2 { return .opening }
        if let trust { return trust < 0.42 ? .exploring : trust < 0.65 ? .deepening : .ahead }
        return number <= 6 ? .exploring : number <= 12 ? .deepening : .ahead
    }

    /// The sentence of a message that says most, if it is short enough to be quoted.
    private func quote(from text: String) -> String? {
        let parts = text.split { ".!?;\n\r".contains($0) }
        var best: (text: String, weight: Double)?
        for part in parts {
            let words = part.split(whereSeparator: \.isWhitespace)
            guard (3...9).contains(words.count) else { continue }
            let plain = words.joined(separator: " ")
            let reading = scorer?.read(plain)
            let weight = (1 - (reading?.uncertainty ?? 1)) + (reading?.valence.magnitude ?? 0)
            if weight > best?.weight ?? 0.2 { best = (plain, weight) }
        }
        guard let best, !best.text.contains("{"), !best.text.contains("“") else { return nil }
        return best.text
    }

    // MARK: Choosing

    /// What fits, best first: what was not offered before anything that was.
    private func choices(
        _ group: SuggestionGroup, _ moment: Moment, _ sent: Set<String>
    ) -> [(index: Int, text: String)] {
        var found: [(index: Int, text: String, offered: Int, score: Int)] = []
        for (index, entry) in entries.enumerated() where entry.template.group == group {
            guard let score = score(entry, moment),
                let text = filled(entry.template.say, moment)
            else { continue }
            // What the participant wrote already is as good as offered.
            let last = offered[index] ?? (sent.contains(text) ? 1 : 0)
            found.append((index, text, last, score))
        }
        found.sort { first, second in
            if first.offered != second.offered { return first.offered < second.offered }
            if first.score != second.score { return first.score > second.score }
            return entries[first.index].rank < entries[second.index].rank
        }
        return found.map { ($0.index, $0.text) }
    }

    /// How specific a template is for the moment; nil where it does not fit.
    private func score(_ entry: Entry, _ moment: Moment) -> Int? {
        var score = 0
        if let cues = entry.cues {
            guard !cues.values(in: moment.sentences).isEmpty else { return nil }
            score += 4
        }
        if let needs = entry.needs {
            guard !needs.values(in: moment.all).isEmpty else { return nil }
        }
        if let feelings = entry.template.feelings {
            guard feelings.contains(moment.category) else { return nil }
            score += 2
        }
        if let stages = entry.template.stages {
            guard stages.contains(moment.stage) else { return nil }
            score += 1
        }
        if entry.template.say.contains("{quote}") { score += 1 }
        return score
    }

    private func filled(_ text: String, _ moment: Moment) -> String? {
        var text = text
        if text.contains("{feeling}") {
            guard let word = words[moment.category] else { return nil }
            text = Self.replaced("{feeling}", by: word, in: text)
        }
        if text.contains("{quote}") {
            guard let quote = moment.quote else { return nil }
            text = Self.replaced("{quote}", by: quote, in: text)
        }
        return text
    }

    private static func replaced(_ name: String, by value: String, in text: String) -> String {
        text.split(separator: name, omittingEmptySubsequences: false).joined(separator: value)
    }

    private static func table(_ phrases: [String]?) -> PhraseTable<Bool>? {
        guard let phrases else { return nil }
        var table = PhraseTable<Bool>()
        for phrase in phrases { table.add(phrase, true) }
        return table
    }

    private static func frame(of text: String) -> (head: String, tail: String) {
        guard let first = text.firstIndex(of: "{"), let last = text.lastIndex(of: "}") else {
            return (text, "")
        }
        return (String(text[..<first]), String(text[text.index(after: last)...]))
    }

    /// Whether a text can have been made from a template.
    private static func isMade(_ text: String, by entry: Entry) -> Bool {
        guard entry.template.say.contains("{") else { return text == entry.template.say }
        return text.count > entry.frame.head.count + entry.frame.tail.count
            && text.hasPrefix(entry.frame.head) && text.hasSuffix(entry.frame.tail)
    }
}

extension SuggestionGroup {
    /// How a Suggestion's id names its group.
    var initials: String {
        switch self {
        case .motivationalInterviewing: "mi"
        case .empatheticResponse: "er"
        case .emotionalSupport: "es"
        }
    }
}
