import Glibc

/// Reads emotion by a list of words: the same text gives the same reading, always.
///
/// The category never contradicts the valence: where the likeliest category is a pleasant one and the
/// valence is unpleasant, or the other way round, its probability changes places with that of the
/// likeliest category that goes with the valence if that one is close, and with that of neutral if
/// none is.
///
/// `Protocols/formats/emotion-lexicon.md` has the formulas.
public struct LexiconScorer: EmotionScorer {
    private struct Feeling: Hashable, Sendable {
        var category: EmotionCategory
        var also: EmotionCategory?
        var valence: Double
        var arousal: Double
    }

    /// What the words of a text gave together.
    private struct Sum {
        var hits = 0
        var hitWords = 0
        var valence = 0.0
        var arousal = 0.0
        var weights: [EmotionCategory: Double] = [:]
    }

    public let provenance: String
    /// The language that it reads.
    public let language: String
    private var words = PhraseTable<Feeling>()
    private var negators = PhraseTable<Bool>()
    private var notNegators = PhraseTable<Bool>()
    private var strengtheners = PhraseTable<Double>()
    private var signs: [String: Feeling] = [:]
    /// The emoticons of several characters, longest first.
    private var emoticons: [(sign: [Swift.Character], feeling: Feeling)] = []

    /// The scorer of a language.
    ///
    /// - Throws: `SimClientError.language` where there is no lexicon of that language.
    public init(language: String) throws(SimClientError) {
        self.init(try EmotionLexicon.load(language: language))
    }

    public init(_ lexicon: EmotionLexicon) {
        language = lexicon.language
        provenance = "lexicon/\(lexicon.language)/\(lexicon.version)"
        for group in lexicon.groups {
            let feeling = Feeling(
                category: group.category, also: group.also, valence: group.valence,
                arousal: group.arousal)
            for word in group.words { words.add(word, feeling) }
        }
        for word in lexicon.negators { negators.add(word, true) }
        for phrase in lexicon.notNegators ?? [] { notNegators.add(phrase, true) }
        for strengthener in lexicon.strengtheners {
            for word in strengthener.words { strengtheners.add(word, strengthener.factor) }
        }
        for group in lexicon.signs {
            let feeling = Feeling(
                category: group.category, valence: group.valence, arousal: group.arousal)
            for sign in group.signs {
                if sign.count == 1 {
                    signs[Self.plain(sign)] = feeling
                } else {
                    emoticons.append((Array(sign), feeling))
                }
            }
        }
        emoticons.sort { $0.sign.count > $1.sign.count }
    }

    public func score(_ text: String, history: [ConversationLine]) async -> EmotionReading {
        read(text)
    }

    /// The reading of a text.
    public func read(_ text: String) -> EmotionReading {
        var sum = Sum()
        var count = 0
        for sentence in Sentence.all(in: text) {
            count += sentence.words.count
            add(sentence, to: &sum)
        }
        addSigns(of: text, to: &sum)
        guard sum.hits > 0 else {
            return EmotionReading(
                valence: 0, arousal: 0, probabilities: [.neutral: 1], uncertainty: 1,
                provenance: provenance)
        }
        var weights = sum.weights
        weights[.neutral, default: 0] += 0.4
        let total = EmotionCategory.allCases.reduce(0) { $0 + (weights[$1] ?? 0) }
        let hits = Double(sum.hits)
        let valence = sum.valence / (hits + 0.35)
        let probabilities = Self.agreeing(weights.mapValues { $0 / total }, with: valence)
        let share = min(1, 3 * Double(sum.hitWords) / Double(max(count, sum.hitWords, 1)))
        let coverage = hits / (hits + 1) * (0.5 + 0.5 * share)
        return EmotionReading(
            valence: valence, arousal: sum.arousal / (hits + 0.35),
            probabilities: probabilities,
            uncertainty: 1 - coverage * (1 - 0.5 * Self.entropy(probabilities)),
            provenance: provenance)
    }

    private func add(_ sentence: Sentence, to sum: inout Sum) {
        let excepted = notNegators.matches(in: sentence.words)
        let negating = negators.matches(in: sentence.words).filter { place in
            !excepted.contains { $0.start <= place.start && place.start < $0.start + $0.count }
        }
        let strong = strengtheners.matches(in: sentence.words)
        var next = 0
        for match in words.matches(in: sentence.words) where match.start >= next {
            next = match.start + match.count
            var feeling = match.value
            for place in strong
            where place.start + place.count <= match.start
                && place.start + place.count > match.start - 2
            {
                feeling.valence *= place.value
                feeling.arousal *= place.value
            }
            let isNegated = negating.contains { place in
                place.start + place.count <= match.start && place.start >= match.start - 3
            }
            if sentence.isExclaimed {
                feeling.valence *= 1.15
                feeling.arousal = feeling.arousal * 1.15 + 0.1
            }
            sum.hitWords += match.count
            add(feeling, isNegated: isNegated, to: &sum)
        }
    }

    private func add(_ feeling: Feeling, isNegated: Bool, to sum: inout Sum) {
        var valence = min(max(feeling.valence, -1), 1)
        var arousal = min(max(feeling.arousal, -1), 1)
        let weight = 0.4 + 0.6 * max(valence.magnitude, arousal.magnitude)
        if isNegated {
            let turned: (EmotionCategory, Double) =
                valence > 0 ? (.sadness, 0.5) : (.happiness, valence < 0 ? 0.2 : 0)
            sum.weights[turned.0, default: 0] += turned.1 * weight
            sum.weights[.neutral, default: 0] += (1 - turned.1) * weight
            valence *= -0.5
            arousal *= 0.6
        } else {
            let share = feeling.also == nil ? 1 : 0.75
            sum.weights[feeling.category, default: 0] += share * weight
            if let also = feeling.also { sum.weights[also, default: 0] += 0.25 * weight }
        }
        sum.hits += 1
        sum.valence += valence
        sum.arousal += arousal
    }

    private func addSigns(of text: String, to sum: inout Sum) {
        let characters = Array(text.prefix(10_000))
        var index = 0
        while index < characters.count {
            let rest = characters[index...]
            if characters[index].isASCII, !characters[index].isLetter,
                let found = emoticons.first(where: { Self.stands($0.sign, at: rest) })
            {
                add(found.feeling, isNegated: false, to: &sum)
                sum.hitWords += 1
                index += found.sign.count
                continue
            }
            if !characters[index].isASCII,
                let feeling = signs[Self.plain(String(characters[index]))]
            {
                add(feeling, isNegated: false, to: &sum)
                sum.hitWords += 1
            }
            index += 1
        }
    }

    /// Whether an emoticon stands at the beginning; one that ends with a letter or a digit must not go
    /// on as a word ("due:Oct").
    private static func stands(
        _ sign: [Swift.Character], at rest: ArraySlice<Swift.Character>
    ) -> Bool {
        guard rest.starts(with: sign) else { return false }
        guard let last = sign.last, last.isLetter || last.isNumber else { return true }
        guard let next = rest.dropFirst(sign.count).first else { return true }
        return !next.isLetter && !next.isNumber
    }

    /// An emoji without the marks that say how it is drawn, and without its colour of skin.
    private static func plain(_ sign: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in sign.unicodeScalars
        where scalar.value != 0xFE0F && scalar.value != 0xFE0E
            && !(0x1F3FB...0x1F3FF).contains(scalar.value)
        {
            // Of a sequence, such as a shrugging woman, the first sign counts.
            if scalar.value == 0x200D { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    /// A valence nearer to 0 than this is neither pleasant nor unpleasant.
    private static let leastValence = 0.05
    /// How far behind the likeliest category another one may be to take its place.
    private static let closeShare = 0.15

    /// The probabilities, with two of them in each other's place where the likeliest category would
    /// contradict the valence.
    private static func agreeing(
        _ given: [EmotionCategory: Double], with valence: Double
    ) -> [EmotionCategory: Double] {
        guard valence.magnitude >= leastValence else { return given }
        func share(_ category: EmotionCategory) -> Double { given[category] ?? 0 }
        func likeliest(_ categories: [EmotionCategory]) -> EmotionCategory {
            var best = EmotionCategory.neutral
            var most = -1.0
            for category in categories where share(category) > most {
                best = category
                most = share(category)
            }
            return best
        }
        let all = EmotionCategory.allCases
        let first = likeliest(all)
        guard pleasantness(first) * valence < 0 else { return given }
        let other = likeliest(all.filter { pleasantness($0) * valence >= 0 })
        let next = share(first) - share(other) <= closeShare ? other : .neutral
        var result = given
        result[first] = share(next)
        result[next] = share(first)
        return result
    }

    /// 1 for a pleasant category, -1 for an unpleasant one, 0 for one that can be either.
    private static func pleasantness(_ category: EmotionCategory) -> Double {
        switch category {
        case .happiness: 1
        case .sadness, .fear, .anger, .disgust: -1
        case .surprise, .neutral: 0
        }
    }

    /// The entropy over its largest value, 0…1.
    private static func entropy(_ probabilities: [EmotionCategory: Double]) -> Double {
        var sum = 0.0
        for category in EmotionCategory.allCases {
            guard let share = probabilities[category], share > 0 else { continue }
            sum -= share * log(share)
        }
        return sum / log(Double(EmotionCategory.allCases.count))
    }
}
