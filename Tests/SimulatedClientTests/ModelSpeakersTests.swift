import SimulatedClient
import StudyProtocol
import Testing

/// Client, scorer and Suggestions over real HTTP to the stand-in server.
@Suite struct ModelSpeakersTests {
    private func client(_ behaviour: String) throws -> SimClient {
        try SimClient(
            persona: Checkout.persona("maya"), model: TestModel(behaviour).model, plan: plan(),
            saved: nil)
    }

    @Test(arguments: ["ok#speak", "fence#speak", "no-schema+prose#speak", "no-stream+whole#speak"])
    func aClientSpeaks(_ behaviour: String) async throws {
        let client = try client(behaviour)
        var history: [ConversationLine] = []
        for (turn, message) in listening.prefix(4).enumerated() {
            let reply = await client.reply(to: message, turn: turn + 1, history: history)
            #expect(!reply.text.isEmpty && reply.pause == nil)
            #expect(!reply.exchanges.isEmpty)
            // What breaks a principle twice is replaced; all else is the model's.
            #expect(reply.fallback == nil || !reply.principles.isEmpty, "\(reply.fallback ?? "")")
            history.append(ConversationLine(author: .participant, text: message))
            history.append(ConversationLine(author: .client, text: reply.text))
        }
    }

    @Test(arguments: [
        "500#speak", "cut#speak", "malformed#speak", "not-json+empty#speak", "401#speak",
    ])
    func aBrokenServerHasAScriptedClient(_ behaviour: String) async throws {
        let reply = await (try client(behaviour))
            .reply(to: "How are you?", turn: 1, history: [])
        #expect(reply.source == "scripted/maya/1" && !reply.text.isEmpty)
        #expect(reply.fallback != nil && reply.exchanges.count == 2)
    }

    @Test func aRefusalIsRecorded() async throws {
        let reply = await (try client("refusal#speak"))
            .reply(to: "How are you?", turn: 1, history: [])
        #expect(reply.exchanges.contains { $0.isRefusal })
        #expect(reply.fallback?.contains("refused") == true)
    }

    @Test func emotionsAndSuggestions() async throws {
        let model = try TestModel("ok#speak").model
        let reading = await ModelScorer(model: model).score("I feel sad and lost.", history: [])
        #expect(reading.exchange?.failure == nil && reading.valence < 0)
        #expect(abs(reading.probabilities.values.reduce(0, +) - 1) < 1e-9)
        let lines = [ConversationLine(author: .client, text: "I feel sad and lost.")]
        let set = await ModelSuggestions(model: model, each: 1)
            .suggestions(history: lines, state: nil, emotion: reading)
        #expect(set.exchange?.failure == nil)
        #expect(set.suggestions.count == 3 && Set(set.suggestions.map(\.id)).count == 3)
    }
}
