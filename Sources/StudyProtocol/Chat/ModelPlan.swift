/// A language model behind an OpenAI-compatible endpoint.
public struct ModelPlan: Hashable, Sendable {
    /// What is done about a request that failed.
    public enum Step: String, Hashable, Sendable, Codable, CaseIterable {
        case retry
        /// The scripted reply of the persona.
        case scripted
        /// The session is paused, and the operator told.
        case pause
    }

    /// What tokens cost, in the currency of `spendLimit`.
    public struct Prices: Hashable, Sendable, Codable {
        public var inputPerMillion: Double
        public var outputPerMillion: Double

        public init(inputPerMillion: Double, outputPerMillion: Double) {
            self.inputPerMillion = inputPerMillion
            self.outputPerMillion = outputPerMillion
        }
    }

    /// The base of the interface, such as `http://127.0.0.1:8080/v1`.
    public var url: String
    /// The pinned name of the model.
    public var name: String
    public var temperature: Double
    /// nil where none is sent.
    public var seed: Int?
    /// Tokens of one reply at most.
    public var maximumTokens: Int
    /// Seconds that one attempt may take.
    public var timeoutSeconds: Double
    /// Attempts after the first.
    public var retries: Int
    /// What is done about a failure, in this order.
    public var onFailure: [Step]
    /// Tokens of a session at most, both ways; nil without a limit.
    public var tokenLimit: Int?
    /// Cost of a session at most; nil without a limit.
    public var spendLimit: Double?
    public var prices: Prices?
    /// The name of the credential; nil where the endpoint wants none.
    public var credential: String?
    /// URL of a proxy; nil for none.
    public var proxy: String?
    /// Path of a file of certificates to trust; nil for the system's.
    public var caFile: String?

    public init(
        url: String, name: String, temperature: Double = 0.7, seed: Int? = nil,
        maximumTokens: Int = 400, timeoutSeconds: Double = 30, retries: Int = 2,
        onFailure: [Step] = [.retry, .scripted], tokenLimit: Int? = nil,
        spendLimit: Double? = nil, prices: Prices? = nil, credential: String? = nil,
        proxy: String? = nil, caFile: String? = nil
    ) {
        self.url = url
        self.name = name
        self.temperature = temperature
        self.seed = seed
        self.maximumTokens = maximumTokens
        self.timeoutSeconds = timeoutSeconds
        self.retries = retries
        self.onFailure = onFailure
        self.tokenLimit = tokenLimit
        self.spendLimit = spendLimit
        self.prices = prices
        self.credential = credential
        self.proxy = proxy
        self.caFile = caFile
    }

    /// Whether the endpoint is on this computer, so that nothing leaves it.
    public var isLoopback: Bool { EndpointAddress(url)?.isLoopback ?? false }
}
