import Link

/// Suggestions that were made after a turn, whether they are shown or not.
struct SuggestionsOffer: Codable, Hashable, Sendable {
    /// A random name; the page says which set it showed.
    var set: String
    /// The client's turn that they came after; filled in when it is handed out.
    var turn: Int
    /// What made them.
    var source: String
    var isShown: Bool
    /// As the page has them: name, title and items with id and text.
    var groups: JSONValue
}
