/// One message of a conversation with a language model.
public struct ModelMessage: Codable, Hashable, Sendable {
    /// Who speaks, in the words of OpenAI's chat interface.
    public enum Role: String, Codable, Hashable, Sendable {
        case system, user, assistant
    }

    public var role: Role
    public var content: String

    public init(role: Role, content: String) {
        self.role = role
        self.content = content
    }
}
