/// What a sent message has from one Suggestion.
public struct SuggestionUse: Hashable, Sendable, Codable {
    public var id: String
    public var group: SuggestionGroup
    /// How often it was inserted into the draft; what was inserted may have been deleted again.
    public var insertions: Int
    /// Normalised edit similarity on characters, 0…1: 1 − d / the length of the longer text, with the
    /// least number d of characters to insert, delete or replace (Levenshtein, V. I., 1966, Binary
    /// codes capable of correcting deletions, insertions, and reversals; Soviet Physics Doklady 10(8),
    /// 707–710). Texts are compared as `ComparableText` describes.
    public var editSimilarity: Double
    /// Containment of the Suggestion in the message, 0…1: which share of its pairs of neighbouring
    /// words the message has too (Broder, A. Z., 1997, On the resemblance and containment of
    /// documents; as measure of text reuse: Clough, P., and Stevenson, M., 2011, Developing a corpus of
    /// plagiarised short answers, Language Resources and Evaluation 45, 5–24). Of a single word, the
    /// word.
    public var containment: Double
    /// How many pairs of neighbouring words both have (for a single word, 1 or 0).
    public var sharedPairs: Int
    /// Share of the Suggestion's words that stand in `spans`, 0…1.
    public var taken: Double
    /// Share of the message's words that stand in `spans`, 0…1. A word of the message counts for one
    /// Suggestion alone.
    public var coverage: Double
    /// Runs of words that both have, by their place in the message.
    public var spans: [MatchedSpan]
    /// From the Suggestion to the message, in whole words; nil where the Suggestion has no part in the
    /// message.
    public var wordEdits: [TextEdit]?
    /// The same with the changed words resolved into characters.
    public var characterEdits: [TextEdit]?

    public init(
        id: String, group: SuggestionGroup, insertions: Int = 0, editSimilarity: Double,
        containment: Double, sharedPairs: Int, taken: Double, coverage: Double,
        spans: [MatchedSpan] = [], wordEdits: [TextEdit]? = nil, characterEdits: [TextEdit]? = nil
    ) {
        self.id = id
        self.group = group
        self.insertions = insertions
        self.editSimilarity = editSimilarity
        self.containment = containment
        self.sharedPairs = sharedPairs
        self.taken = taken
        self.coverage = coverage
        self.spans = spans
        self.wordEdits = wordEdits
        self.characterEdits = characterEdits
    }

    private enum CodingKeys: String, CodingKey {
        case id, group, insertions, containment, taken, coverage, spans
        case sharedPairs = "shared_pairs"
        case editSimilarity = "edit_similarity"
        case wordEdits = "word_edits"
        case characterEdits = "character_edits"
    }
}
