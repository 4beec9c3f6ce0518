/// One message of a conversation, as a model or a scorer sees it: who wrote it, and what.
///
/// It holds no codes of participant, session or study, so that none can reach a model.
public struct ConversationLine: Codable, Hashable, Sendable {
    /// Who wrote a message.
    public enum Author: String, Codable, Hashable, Sendable, CaseIterable {
        /// The person who supports.
        case participant
        /// The simulated client.
        case client
    }

    public var author: Author
    public var text: String

    public init(author: Author, text: String) {
        self.author = author
        self.text = text
    }
}
