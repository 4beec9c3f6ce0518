import StudyProtocol
import Synchronization

/// A language model behind an endpoint that speaks OpenAI's `chat/completions`: of a provider, or of
/// llama.cpp, Ollama or vLLM on this computer.
///
/// Answers are streamed where the server can. JSON is asked for as the server understands it: by
/// schema, else as any object, else in words; what a server refuses is remembered. May be used from
/// any task; requests run side by side.
///
/// Source: OpenAI, "API reference", Chat, "Create chat completion" and streaming events.
public final class OpenAIModel: LanguageModel {
    public let description: ModelDescription

    let plan: ModelPlan
    let endpoint: ModelEndpoint
    let transport: ModelTransport
    let budget: ModelBudget
    let retryRules: RetryRules
    let limits: TransferLimits
    let surroundings: ModelSurroundings
    let scrubber: KeyScrubber
    /// Lines of the head, with the key.
    let headers: [String]
    let dialect = Mutex(ModelDialect())

    /// - Parameters:
    ///   - credential: nil for an endpoint that wants no key.
    ///   - transport: shared by all models of the process.
    ///   - budget: shared by all models of the session.
    ///   - limits: `totalSeconds` is replaced by the protocol's `timeoutSeconds`, which the others do
    ///     not exceed.
    ///   - allowsPlainHTTP: whether HTTP without TLS may go to another machine.
    /// - Throws: `configuration`, `insecure`.
    public init(
        plan: ModelPlan, credential: ModelCredential?, transport: ModelTransport,
        budget: ModelBudget, limits: TransferLimits = TransferLimits(),
        retryRules: RetryRules = RetryRules(),
        surroundings: ModelSurroundings = ModelSurroundings(), allowsPlainHTTP: Bool = false
    ) throws(ModelFailure) {
        self.plan = plan
        endpoint = try ModelEndpoint(plan, allowsPlainHTTP: allowsPlainHTTP)
        self.transport = transport
        self.budget = budget
        self.retryRules = retryRules
        self.surroundings = surroundings
        var limits = limits
        limits.totalSeconds = max(0.001, plan.timeoutSeconds)
        limits.connectSeconds = min(limits.connectSeconds, limits.totalSeconds)
        self.limits = limits
        scrubber = KeyScrubber(key: credential?.key)
        var headers = [
            "Content-Type: application/json", "Accept: text/event-stream, application/json",
            // Without the pause that libcurl makes before long bodies.
            "Expect:", "User-Agent: attune",
        ]
        if let credential { headers.append("Authorization: Bearer \(credential.key)") }
        self.headers = headers
        description = ModelDescription(
            endpoint: endpoint.base, name: plan.name, temperature: plan.temperature,
            seed: plan.seed.map { Int64($0) })
    }

    /// As above, with the key as text.
    ///
    /// - Throws: also `credential` for a text that is no key.
    public convenience init(
        plan: ModelPlan, credential: String?, transport: ModelTransport, budget: ModelBudget
    ) throws(ModelFailure) {
        var key: ModelCredential?
        if let credential { key = try ModelCredential(credential) }
        try self.init(plan: plan, credential: key, transport: transport, budget: budget)
    }

    public func run(
        _ request: ModelRequest, onDelta: (@Sendable (String) -> Void)?
    ) async -> ModelExchange {
        var run = ModelRun(model: self, request: request, onDelta: onDelta)
        return await run.exchange()
    }
}
