/// What the operator tells the participant; the id counts the messages of the session from 1, so that
/// the same words sent twice are two messages.
public struct LinkMessage: Codable, Hashable, Sendable {
    public var id: Int
    public var text: String

    public init(id: Int, text: String) {
        self.id = id
        self.text = text
    }
}
