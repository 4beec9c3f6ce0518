/// Reads what messages do, by the phrases of a language and the topics of a persona.
public struct MessageReader: Sendable {
    private struct Rule: Sendable {
        var move: SupporterMove
        var phrases: PhraseTable<Bool>
        var except: PhraseTable<Bool>
        var question: Bool?
    }

    /// The language that it reads.
    public let language: String
    private let rules: [Rule]
    private var topics = PhraseTable<String>()
    private let topicNames: [String]
    private let commonWords: Set<String>

    /// - Parameter topics: the persona's; without, nothing is off-topic.
    public init(_ file: MoveFile, topics: [Persona.Topic]) {
        language = file.language
        rules = file.moves.map { rule in
            var phrases = PhraseTable<Bool>()
            var except = PhraseTable<Bool>()
            for phrase in rule.phrases { phrases.add(phrase, true) }
            for phrase in rule.except ?? [] { except.add(phrase, true) }
            return Rule(
                move: rule.move, phrases: phrases, except: except, question: rule.question)
        }
        for topic in topics {
            for word in topic.words { self.topics.add(word, topic.name) }
        }
        topicNames = topics.map(\.name)
        commonWords = Set(file.commonWords)
    }

    /// Reads a message.
    ///
    /// - Parameter last: what the client said before it; giving its words back is a reflection.
    public func read(_ text: String, after last: String) -> MessageReading {
        let sentences = Sentence.all(in: text)
        var found: Set<SupporterMove> = []
        let said = contentWords(Sentence.words(in: last))
        for sentence in sentences {
            let here = moves(of: sentence)
            found.formUnion(here)
            // A question that is nothing else asks for a yes or a no.
            let asks = here.contains { $0 == .openQuestion || $0 == .advice }
            if sentence.isQuestion, !asks { found.insert(.closedQuestion) }
            let addresses = sentence.words.contains { $0 == "you" || $0.hasPrefix("you'") }
            if !sentence.isQuestion, here.isEmpty, addresses,
                contentWords(sentence.words).intersection(said).count >= 2
            {
                found.insert(.reflection)
            }
        }
        let about = self.topics.values(in: sentences)
        if !about.isEmpty { found.remove(.offTopic) }
        if found.isEmpty { found.insert(.other) }
        return MessageReading(
            moves: SupporterMove.allCases.filter(found.contains),
            topics: topicNames.filter(about.contains),
            words: sentences.reduce(0) { $0 + $1.words.count })
    }

    private func moves(of sentence: Sentence) -> Set<SupporterMove> {
        var found: Set<SupporterMove> = []
        for rule in rules {
            if let question = rule.question, question != sentence.isQuestion { continue }
            let places = rule.phrases.matches(in: sentence.words)
            guard !places.isEmpty else { continue }
            let excepted = rule.except.matches(in: sentence.words)
            let counts = places.contains { place in
                !excepted.contains {
                    $0.start <= place.start && place.start + place.count <= $0.start + $0.count
                }
            }
            if counts { found.insert(rule.move) }
        }
        return found
    }

    private func contentWords(_ words: [String]) -> Set<String> {
        Set(words.filter { $0.count >= 4 && !commonWords.contains($0) })
    }
}
