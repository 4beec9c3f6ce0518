import Link

/// What a model is: where it runs, and how it is asked.
public struct ModelDescription: Codable, Hashable, Sendable {
    public var endpoint: String
    public var name: String
    public var temperature: Double?
    public var seed: Int?

    public init(endpoint: String, name: String, temperature: Double? = nil, seed: Int? = nil) {
        self.endpoint = endpoint
        self.name = name
        self.temperature = temperature
        self.seed = seed
    }
}

/// One message of a request.
public struct ModelMessage: Codable, Hashable, Sendable {
    public enum Role: String, Codable, Hashable, Sendable { case system, user, assistant }
    public var role: Role
    public var content: String

    public init(role: Role, content: String) {
        self.role = role
        self.content = content
    }
}

/// What a model is asked.
public struct ModelRequest: Codable, Hashable, Sendable {
    public enum Purpose: String, Codable, Hashable, Sendable {
        case reply, principles, suggestions, emotion, safety
    }
    public var purpose: Purpose
    public var messages: [ModelMessage]
    public var maximumTokens: Int?
    public var schema: JSONValue?
    public var schemaName: String?

    public init(
        purpose: Purpose, messages: [ModelMessage], maximumTokens: Int? = nil,
        schema: JSONValue? = nil, schemaName: String? = nil
    ) {
        self.purpose = purpose
        self.messages = messages
        self.maximumTokens = maximumTokens
        self.schema = schema
        self.schemaName = schemaName
    }
}

/// Why a model gave no answer.
public struct ModelFailure: Error, Codable, Hashable, Sendable {
    public var code: String
    public var message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// A request and what came of it.
public struct ModelExchange: Codable, Hashable, Sendable {
    public var purpose: ModelRequest.Purpose
    public var text: String?
    public var json: JSONValue?
    public var failure: ModelFailure?
    public var request: String
    public var response: String
    public var isRefusal: Bool

    public init(
        purpose: ModelRequest.Purpose, text: String? = nil, json: JSONValue? = nil,
        failure: ModelFailure? = nil, request: String = "", response: String = "",
        isRefusal: Bool = false
    ) {
        self.purpose = purpose
        self.text = text
        self.json = json
        self.failure = failure
        self.request = request
        self.response = response
        self.isRefusal = isRefusal
    }
}

/// A language model.
public protocol LanguageModel: Sendable {
    var description: ModelDescription { get }
    /// Runs one request; deltas come as they arrive. Cancellation of the task cancels the transfer.
    func run(_ request: ModelRequest, onDelta: (@Sendable (String) -> Void)?) async -> ModelExchange
}
