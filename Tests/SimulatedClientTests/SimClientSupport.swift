import Link
import SimulatedClient
import StudyProtocol
import Synchronization
import Testing

/// Files of the checkout that this test was built in.
enum Checkout {
    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    static func persona(_ name: String) throws -> Persona {
        try Persona.load(path: "\(root)/Protocols/personas/\(name).yaml")
    }
}

/// A plan with the least that a client needs.
func plan(
    _ persona: String = "maya", onFailure: [ModelPlan.Step] = [.retry, .scripted],
    reply: ReplyPlan = ReplyPlan()
) -> ChatPlan {
    ChatPlan(
        persona: persona, reply: reply,
        model: ModelPlan(url: "http://127.0.0.1:1/v1", name: "fake", onFailure: onFailure))
}

/// A made-up model: gives the answers that it was told, one after another, the last one again and
/// again; keeps what it was asked.
final class FakeLanguageModel: LanguageModel {
    enum Answer: Sendable {
        case json(JSONValue)
        case text(String)
        case failure(ModelFailure.Code)
        case refusal
    }

    let description = ModelDescription(endpoint: "http://127.0.0.1:1/v1", name: "fake")
    private let answers: [Answer]
    private let asked = Mutex<[ModelRequest]>([])

    init(_ answers: [Answer]) { self.answers = answers }

    var requests: [ModelRequest] { asked.withLock { $0 } }

    func run(
        _ request: ModelRequest, onDelta: (@Sendable (String) -> Void)?
    ) async -> ModelExchange {
        let number = asked.withLock { asked in
            asked.append(request)
            return asked.count
        }
        var exchange = ModelExchange(purpose: request.purpose)
        switch answers[min(number, answers.count) - 1] {
        case .json(let json):
            exchange.json = json
            exchange.text = json.text
        case .text(let text):
            exchange.text = text
            if request.schema != nil { exchange.failure = ModelFailure(.schema, "no JSON") }
        case .failure(let code): exchange.failure = ModelFailure(code, "made up")
        case .refusal:
            exchange.text = "I cannot do that."
            exchange.isRefusal = true
        }
        return exchange
    }

    static func reply(
        _ text: String, _ category: String = "sadness", valence: Double = -0.4
    ) -> Answer {
        .json([
            "reply": .string(text),
            "emotion": [
                "valence": .real(valence), "arousal": -0.2, "category": .string(category),
            ],
        ])
    }
}

/// What a supporter who listens says; more than enough for a test.
let listening = [
    "Hello, I'm glad you wrote. What brings you here today?",
    "That sounds exhausting. What is it like for you?",
    "It sounds like you have been carrying this for a while. How is work?",
    "No wonder that you are tired after that. How do you sleep?",
    "Thank you for telling me. Do you have friends to lean on?",
    "It sounds lonely. What happened with your partner?",
    "That must have been painful. What do you miss most?",
    "It makes sense that this stays with you. What would you like me to understand?",
    "I hear how hard you are on yourself. What was it like with your mother?",
    "Anyone would feel that. What are you most afraid of?",
    "It took courage to say that. What else is on your mind?",
    "You have been holding that alone. What used to do you good?",
]

/// Runs a conversation and gives its replies.
func talk(_ client: SimClient, _ messages: [String], from first: Int = 1) async -> [SimReply] {
    var replies: [SimReply] = []
    var history: [ConversationLine] = []
    for (index, message) in messages.enumerated() {
        let reply = await client.reply(to: message, turn: first + index, history: history)
        history.append(ConversationLine(author: .participant, text: message))
        history.append(ConversationLine(author: .client, text: reply.text))
        replies.append(reply)
    }
    return replies
}
