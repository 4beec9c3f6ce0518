/// A run of words that a sent message and a Suggestion share.
///
/// Positions and lengths are UTF-16 code units of the texts as they were sent and shown, as browsers
/// count them; the run reaches from the beginning of its first word to the end of its last one.
public struct MatchedSpan: Hashable, Sendable, Codable {
    public var messagePosition: Int
    public var messageLength: Int
    public var suggestionPosition: Int
    public var suggestionLength: Int

    public init(
        messagePosition: Int, messageLength: Int, suggestionPosition: Int, suggestionLength: Int
    ) {
        self.messagePosition = messagePosition
        self.messageLength = messageLength
        self.suggestionPosition = suggestionPosition
        self.suggestionLength = suggestionLength
    }

    private enum CodingKeys: String, CodingKey {
        case messagePosition = "message_position"
        case messageLength = "message_length"
        case suggestionPosition = "suggestion_position"
        case suggestionLength = "suggestion_length"
    }
}
