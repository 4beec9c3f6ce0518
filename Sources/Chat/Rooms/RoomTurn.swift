/// A message of the conversation, as a room keeps it.
struct RoomTurn: Codable, Hashable, Sendable {
    /// From 1, both authors together.
    var number: Int
    var author: Turn.Author
    var text: String
    /// The page's own name of it, so that the page knows it again.
    var id: String?
    /// When it was sent or handed out, in milliseconds since 1970 UTC; what a page shows.
    var utcMs: Int64
}
