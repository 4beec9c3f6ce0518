/// One insertion of a Suggestion into a draft, as the page told it.
public struct SuggestionInsertion: Hashable, Sendable, Codable {
    /// The Suggestion's.
    public var id: String
    /// Where in the draft, in UTF-16 code units as browsers count them.
    public var position: Int
    /// How many code units of the draft it replaced, and how many came.
    public var deleted: Int
    public var inserted: Int

    public init(id: String, position: Int, deleted: Int, inserted: Int) {
        self.id = id
        self.position = position
        self.deleted = deleted
        self.inserted = inserted
    }
}
