import StudyProtocol

/// Finds out where the words of a sent message come from. Pure.
///
/// A message is compared with each Suggestion by two measures (see `SuggestionUse`), and with all of
/// them together by the runs of words that they share (see `WordRuns`). The class is decided in this
/// order, with thresholds of the study's protocol:
///
/// 1. *direct adoption*: the largest edit similarity is `direct` or more;
/// 2. *combination*: two or more Suggestions contribute. One contributes when runs of its words make up
///    `overlap` or more of the message, or seven tenths or more of itself;
/// 3. *slight modification*: the largest edit similarity is `slight` or more;
/// 4. *combination* with one's own text: seven tenths or more of one Suggestion are in the message, and
///    `overlap` or more of the message's words are in no run;
/// 5. *rewritten*: a Suggestion's containment, or its share of the message, is `overlap` or more. A
///    containment of a single pair of words counts only where the Suggestion was inserted, since any two
///    texts have a pair in common;
/// 6. *no detected overlap*.
///
/// So a larger `direct` never makes a message a direct adoption, a larger `slight` never makes one a
/// slight modification, and a larger `overlap` only ever leaves more without a detected overlap.
public enum Provenance {
    /// What computes the measures; another name whenever the same texts would give others.
    public static let method = "attune-provenance/1"
    /// How many characters of a text are compared: of a longer one the beginning.
    public static let mostCharacters = 20_000
    /// How much of a Suggestion is most of it.
    static let most = 0.7

    /// Compares a sent message with the Suggestions of its turn.
    ///
    /// Takes less than 10 ms for 2,000 characters and nine Suggestions.
    /// - Parameters:
    ///   - shown: the Suggestions that were on the page since the message before, or those that were
    ///     generated without being shown.
    ///   - insertions: those of the message's draft; of other Suggestions they are passed over.
    ///   - wereShown: whether the participant saw them.
    ///   - turn: number of the sent turn, for the report.
    public static func report(
        sent: String, shown: [Suggestion], insertions: [SuggestionInsertion],
        thresholds: AdoptionThresholds, wereShown: Bool = true, turn: Int64? = nil
    ) -> ProvenanceReport {
        var vocabulary = Vocabulary()
        let message = ComparableText(sent, &vocabulary, most: mostCharacters)
        let texts = shown.map { ComparableText($0.text, &vocabulary, most: mostCharacters) }
        let inserted = shown.map { suggestion in
            insertions.count { $0.id == suggestion.id }
        }
        let similarities = texts.indices.map { place in
            similarity(message, texts[place], sent, shown[place].text)
        }
        let preference = shown.indices.sorted {
            (inserted[$0] > 0 ? 0 : 1, -similarities[$0], $0)
                < (inserted[$1] > 0 ? 0 : 1, -similarities[$1], $1)
        }
        // Where it is known that a short Suggestion was inserted, all of it is a run.
        let least = texts.indices.map { place in
            inserted[place] > 0
                ? max(1, min(WordRuns.least, texts[place].weight)) : WordRuns.least
        }
        let runs = WordRuns(message, texts, least: least, preference: preference).runs
        let pairs = Self.pairs(message.words)
        var uses: [SuggestionUse] = []
        for (place, suggestion) in shown.enumerated() {
            let own = runs.filter { $0.suggestion == place }
            let count = own.reduce(0) { $0 + $1.count }
            let (shared, all) = Self.shared(texts[place].words, message.words, pairs)
            uses.append(
                SuggestionUse(
                    id: suggestion.id, group: suggestion.group, insertions: inserted[place],
                    editSimilarity: similarities[place],
                    containment: all > 0 ? Double(shared) / Double(all) : 0, sharedPairs: shared,
                    taken: share(count, texts[place].words.count),
                    coverage: share(count, message.words.count),
                    spans: own.map { span($0, message, texts[place]) }))
        }
        let covered = runs.reduce(0) { $0 + $1.count }
        var report = ProvenanceReport(
            turn: turn, shown: wereShown, adoption: .none, contributors: [],
            own: message.words.isEmpty ? 1 : 1 - share(covered, message.words.count),
            words: message.words.count, length: message.length,
            editSimilarity: similarities.max() ?? 0,
            containment: uses.map(\.containment).max() ?? 0, suggestions: uses,
            thresholds: thresholds,
            truncated: message.isTruncated || texts.contains { $0.isTruncated }, method: method)
        report = report.classified(by: thresholds)
        for place in uses.indices
        where inserted[place] > 0 || report.contributors.contains(uses[place].id) {
            let edits = TextDifference.edits(
                from: shown[place].text, texts[place].places, to: sent, message.places)
            report.suggestions[place].wordEdits = edits.words
            report.suggestions[place].characterEdits = edits.characters
        }
        return report
    }

    private static func similarity(
        _ message: ComparableText, _ suggestion: ComparableText, _ sent: String, _ shown: String
    ) -> Double {
        let longer = max(message.characters.count, suggestion.characters.count)
        // Two texts of nothing but punctuation are the same only if they are.
        if longer == 0 { return sent == shown && !sent.isEmpty ? 1 : 0 }
        let distance = EditDistance.between(message.characters, suggestion.characters)
        return 1 - Double(distance) / Double(longer)
    }

    private static func share(_ part: Int, _ whole: Int) -> Double {
        whole > 0 ? Double(part) / Double(whole) : 0
    }

    /// How often each pair of neighbouring words stands in a text.
    private static func pairs(_ words: [Int32]) -> [Int64: Int] {
        var pairs: [Int64: Int] = [:]
        for (first, second) in zip(words, words.dropFirst()) {
            pairs[Int64(first) << 32 | Int64(second), default: 0] += 1
        }
        return pairs
    }

    /// How many of a Suggestion's pairs the message has, and how many there are.
    private static func shared(
        _ words: [Int32], _ message: [Int32], _ pairs: [Int64: Int]
    ) -> (shared: Int, all: Int) {
        guard words.count != 1 else { return (message.contains(words[0]) ? 1 : 0, 1) }
        let own = Self.pairs(words)
        let shared = own.reduce(0) { $0 + min($1.value, pairs[$1.key] ?? 0) }
        return (shared, max(words.count - 1, 0))
    }

    private static func span(
        _ run: WordRuns.Run, _ message: ComparableText, _ suggestion: ComparableText
    ) -> MatchedSpan {
        let (first, last) = (
            message.places[run.message], message.places[run.message + run.count - 1]
        )
        let (from, to) = (
            suggestion.places[run.start], suggestion.places[run.start + run.count - 1]
        )
        return MatchedSpan(
            messagePosition: first.start, messageLength: last.end - first.start,
            suggestionPosition: from.start, suggestionLength: to.end - from.start)
    }
}
