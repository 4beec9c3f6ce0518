import StudyProtocol

/// Where a sent message comes from: the payload of the event `provenance`.
///
/// Its class follows from the measures and thresholds that stand in it, so that it can be had anew at
/// other thresholds without the texts, see `classified(by:)`.
public struct ProvenanceReport: Hashable, Sendable, Codable {
    /// Number of the sent turn; nil where the caller does not say.
    public var turn: Int64?
    /// Whether the participant saw the Suggestions. Where not, the report tells the overlap to expect by
    /// chance, and from what the two texts have in common because they answer the same message.
    public var shown: Bool
    public var adoption: AdoptionClass
    /// Ids of the Suggestions that the class rests on, the one with the largest part first.
    public var contributors: [String]
    /// Share of the message's words that are in no Suggestion's spans, 0…1.
    public var own: Double
    /// Words of the message as they were compared.
    public var words: Int
    /// Length of the message in UTF-16 code units.
    public var length: Int
    /// The largest of all Suggestions; 0 without any.
    public var editSimilarity: Double
    public var containment: Double
    /// One for each Suggestion, in the order given.
    public var suggestions: [SuggestionUse]
    public var thresholds: AdoptionThresholds
    /// Whether a text was longer than what is compared (`Provenance.mostCharacters`).
    public var truncated: Bool
    /// What computed it; changes whenever the same texts would give other measures.
    public var method: String

    public init(
        turn: Int64? = nil, shown: Bool, adoption: AdoptionClass, contributors: [String],
        own: Double, words: Int, length: Int, editSimilarity: Double, containment: Double,
        suggestions: [SuggestionUse], thresholds: AdoptionThresholds, truncated: Bool,
        method: String
    ) {
        self.turn = turn
        self.shown = shown
        self.adoption = adoption
        self.contributors = contributors
        self.own = own
        self.words = words
        self.length = length
        self.editSimilarity = editSimilarity
        self.containment = containment
        self.suggestions = suggestions
        self.thresholds = thresholds
        self.truncated = truncated
        self.method = method
    }

    private enum CodingKeys: String, CodingKey {
        case turn, shown, contributors, own, words, length, containment, suggestions, thresholds
        case truncated, method
        case adoption = "class"
        case editSimilarity = "edit_similarity"
    }
}
