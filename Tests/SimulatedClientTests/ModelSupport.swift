import Link
import StudyProtocol
import Synchronization
import Testing

@testable import SimulatedClient

/// A model at the stand-in server, with waits that do not take time.
struct TestModel: Sendable {
    static let key = "sk-test-0123456789abcdefSECRET/+xyz"

    let server: StandInServer
    let transport: ModelTransport
    let budget: ModelBudget
    let model: OpenAIModel
    /// Seconds that were waited between tries.
    let waits: Waits

    final class Waits: Sendable {
        private let list = Mutex<[Double]>([])
        var seconds: [Double] { list.withLock { $0 } }
        func add(_ seconds: Double) { list.withLock { $0.append(seconds) } }
    }

    /// - Parameter behaviour: what the stand-in does; also the model's name.
    init(
        _ behaviour: String, server: StandInServer? = nil, transport: ModelTransport? = nil,
        budget: ModelBudget = ModelBudget(), limits: TransferLimits = TransferLimits(),
        random: Double = 0.5, configure: (inout ModelPlan) -> Void = { _ in }
    ) throws {
        self.server = try server ?? StandInServer.shared.get()
        self.transport = try transport ?? ModelTransport()
        self.budget = budget
        let waits = Waits()
        self.waits = waits
        var plan = ModelPlan(url: self.server.base, name: behaviour, seed: 7, timeoutSeconds: 30)
        configure(&plan)
        model = try OpenAIModel(
            plan: plan, credential: ModelCredential(Self.key), transport: self.transport,
            budget: budget, limits: limits,
            surroundings: ModelSurroundings(
                random: { random },
                wait: { seconds in
                    waits.add(seconds)
                    try Task.checkCancellation()
                }))
    }

    func ask(_ text: String = "I feel tired.", purpose: String = "reply") async -> ModelExchange {
        await model.run(Self.request(text, purpose: purpose))
    }

    static func request(_ text: String = "I feel tired.", purpose: String = "reply") -> ModelRequest
    {
        ModelRequest(
            purpose: purpose,
            messages: [
                ModelMessage(role: .system, content: "You are a client."),
                ModelMessage(role: .user, content: text),
            ])
    }

    static let emotion: JSONValue = [
        "type": "object", "required": ["valence", "category"], "additionalProperties": false,
        "properties": [
            "valence": ["type": "number", "minimum": -1, "maximum": 1],
            "category": ["type": "string", "enum": ["sadness", "happiness", "neutral"]],
        ],
    ]

    func askForJSON(_ text: String = "I feel sad and tired.") async -> ModelExchange {
        var request = Self.request(text, purpose: "emotion")
        request.schema = Self.emotion
        request.schemaName = "emotion"
        return await model.run(request)
    }
}

/// Pieces of text in the order in which they came.
final class Pieces: Sendable {
    private let list = Mutex<[String]>([])
    var texts: [String] { list.withLock { $0 } }
    var whole: String { texts.joined() }
    func add(_ text: String) { list.withLock { $0.append(text) } }
}

/// Waits for something that is to happen, with a limit that only a fault reaches.
func eventually(
    _ what: Comment, _ condition: @Sendable () async throws -> Bool,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    for _ in 0..<2000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}
