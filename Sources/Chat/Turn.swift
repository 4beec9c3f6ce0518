import Link

/// One message of the conversation.
public struct Turn: Hashable, Sendable, Codable {
    public enum Author: String, Hashable, Sendable, Codable {
        /// The one whose session it is.
        case participant
        /// The simulated client.
        case client
    }

    /// From 1, both authors together.
    public var number: Int
    public var author: Author
    public var text: String
    /// When writing began: the first key, or the typing indicator.
    public var composedFromNs: Int64?
    public var sentNs: Int64
    /// When it stood on the screen.
    public var shownNs: Int64?

    public init(
        number: Int, author: Author, text: String, composedFromNs: Int64?, sentNs: Int64,
        shownNs: Int64?
    ) {
        self.number = number
        self.author = author
        self.text = text
        self.composedFromNs = composedFromNs
        self.sentNs = sentNs
        self.shownNs = shownNs
    }
}
