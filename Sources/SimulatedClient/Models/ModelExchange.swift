import Link

/// A request to a language model and what became of it, as it is stored in the session. The key is
/// in none of its texts.
public struct ModelExchange: Codable, Hashable, Sendable {
    /// What the answer is for.
    public var purpose: String
    /// The answer; nil after a failure, but for `schema`: then it is what the model wrote instead.
    public var text: String?
    /// The answer as JSON, where a schema was asked for and the answer fits it.
    public var json: JSONValue?
    /// Why there is no answer, or none that fits the schema.
    public var failure: ModelFailure?
    /// The whole body as it was sent last; empty where nothing was sent.
    public var request: String
    /// The whole body as it came last.
    public var response: String
    /// SHA-256 of the request's canonical body (keys in order, without `stream` and
    /// `stream_options`), in hexadecimal digits.
    public var promptHash: String
    /// Each try, in order.
    public var attempts: [ModelAttempt]
    /// Tokens of the request and of the answer, as the server counted them.
    public var inputTokens: Int?
    public var outputTokens: Int?
    /// Which model said it answered.
    public var model: String?
    /// Whether that is another name than the pinned one.
    public var isOtherModel: Bool
    /// The server's `system_fingerprint`.
    public var fingerprint: String?
    /// Why the answer ended: `stop`, `length`, `content_filter` or another word of the server.
    public var finishReason: String?
    /// Whether the model or its provider declined to answer; the failure is then `refused`.
    public var isRefusal: Bool
    /// The words in which it declined, and what a filter left of an answer.
    public var refusal: String?
    /// What it cost by the protocol's prices; nil where it has none.
    public var cost: Double?
    /// Who was asked.
    public var endpoint: String

    public init(
        purpose: String, text: String? = nil, json: JSONValue? = nil, failure: ModelFailure? = nil,
        request: String = "", response: String = "", promptHash: String = "",
        attempts: [ModelAttempt] = [], inputTokens: Int? = nil, outputTokens: Int? = nil,
        model: String? = nil, isOtherModel: Bool = false, fingerprint: String? = nil,
        finishReason: String? = nil, isRefusal: Bool = false, refusal: String? = nil,
        cost: Double? = nil,
        endpoint: String = ""
    ) {
        self.purpose = purpose
        self.text = text
        self.json = json
        self.failure = failure
        self.request = request
        self.response = response
        self.promptHash = promptHash
        self.attempts = attempts
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.model = model
        self.isOtherModel = isOtherModel
        self.fingerprint = fingerprint
        self.finishReason = finishReason
        self.isRefusal = isRefusal
        self.refusal = refusal
        self.cost = cost
        self.endpoint = endpoint
    }

    /// Nanoseconds from the first try to the end of the last; nil where nothing was sent.
    public var latencyNs: Int64? {
        guard let first = attempts.first, let last = attempts.last else { return nil }
        return last.finishedNs - first.sentNs
    }
}
