import Link

/// What is asked of a language model. It must not hold codes of participants, sessions or studies.
public struct ModelRequest: Codable, Hashable, Sendable {
    /// What the answer is for: `reply`, `principles`, `suggestions`, `emotion`, `safety` or another
    /// word. It stays here and is not sent.
    public var purpose: String
    public var messages: [ModelMessage]
    /// The most tokens that the answer may have; nil for the protocol's number.
    public var maximumTokens: Int?
    /// A JSON schema of the answer; nil for plain text.
    public var schema: JSONValue?
    /// The schema's name: letters, digits, `-` and `_`.
    public var schemaName: String

    public init(
        purpose: String, messages: [ModelMessage], maximumTokens: Int? = nil,
        schema: JSONValue? = nil, schemaName: String = "answer"
    ) {
        self.purpose = purpose
        self.messages = messages
        self.maximumTokens = maximumTokens
        self.schema = schema
        self.schemaName = schemaName
    }
}
