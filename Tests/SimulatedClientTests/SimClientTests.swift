import Link
import SimulatedClient
import StudyProtocol
import Testing

@Suite struct SimClientTests {
    private func make(
        _ name: String = "maya", seed: Int = 1, saved: PersonaState? = nil
    ) throws -> SimClient {
        try SimClient(
            persona: Checkout.persona(name), model: nil, plan: plan(name), saved: saved, seed: seed)
    }

    @Test(arguments: ["maya", "victor", "distressed-client"])
    func theSameSeedIsTheSameTalk(_ name: String) async throws {
        let first = await talk(try make(name, seed: 7), listening)
        let second = await talk(try make(name, seed: 7), listening)
        #expect(first == second)
        #expect(first.allSatisfy { !$0.text.isEmpty && $0.source.hasPrefix("scripted/\(name)/") })
        #expect(Set(first.map(\.text)).count >= 9)
    }

    @Test func anotherSeedIsAnotherTalk() async throws {
        let first = await talk(try make(seed: 1), listening).map(\.text)
        let second = await talk(try make(seed: 2), listening).map(\.text)
        #expect(first != second)
    }

    @Test(arguments: ["maya", "victor", "distressed-client"])
    func aSavedStateGoesOn(_ name: String) async throws {
        let whole = await talk(try make(name, seed: 3), listening)
        for cut in [1, 4, 9] {
            // As it is stored: through JSON and back.
            let stored = try JSONValue(encoding: whole[cut - 1].state).text
            let saved: PersonaState = try JSONValue(parsing: stored).decode()
            #expect(saved == whole[cut - 1].state)
            let resumed = try make(name, seed: 99, saved: saved)
            // What was answered before is answered the same.
            let again = await resumed.reply(to: "anything", turn: cut, history: [])
            #expect(again.text == whole[cut - 1].text)
            #expect(again.delayMilliseconds == whole[cut - 1].delayMilliseconds)
            let rest = await talk(resumed, Array(listening[cut...]), from: cut + 1)
            #expect(rest.map(\.text) == whole[cut...].map(\.text))
            #expect(rest.last?.state == whole.last?.state)
        }
    }

    @Test func aTurnThatComesAgainChangesNothing() async throws {
        let client = try make()
        let first = await client.reply(to: "How are you?", turn: 1, history: [])
        let second = await client.reply(to: "You should rest.", turn: 1, history: [])
        #expect(first == second)
        let state = await client.state
        #expect(state == first.state)
        // Also when both come at once.
        async let one = client.reply(to: "What happened?", turn: 2, history: [])
        async let two = client.reply(to: "What happened?", turn: 2, history: [])
        let (left, right) = (await one, await two)
        #expect(left == right)
        #expect(left.state.answered.count == 2)
    }

    @Test func itSaysWhatItIs() async throws {
        for name in ["maya", "victor", "distressed-client"] {
            let client = try make(name)
            for (turn, question) in [
                "Are you a bot?", "am i talking to a real person", "Are you an AI?",
            ]
            .enumerated() {
                let reply = await client.reply(to: question, turn: turn + 1, history: [])
                let isHonest = ["script", "program"].contains { reply.text.contains($0) }
                #expect(isHonest || name == "distressed-client" && turn > 0, "\(reply.text)")
            }
        }
    }

    @Test func trustDecidesWhatIsTold() async throws {
        let maya = try Checkout.persona("maya")
        guard case .character(let character) = maya.form else { throw Missing() }
        // Asked at once and bluntly, nothing that takes trust is told.
        let blunt = try make()
        let asked = await talk(
            blunt,
            [
                "What about your mother?", "Did you make a mistake with samples?",
                "Tell me about your partner. Who moved out?", "What are you afraid of?",
            ])
        let gates = Dictionary(
            uniqueKeysWithValues: character.disclosures.map { ($0.name, $0.trust) })
        for reply in asked {
            for name in reply.state.disclosed { #expect((gates[name] ?? 0) <= reply.state.trust) }
        }
        let told = asked.last?.state.disclosed ?? []
        for secret in ["mother", "mistake", "likeness"] { #expect(!told.contains(secret)) }
        // Someone who listens is told more, and one thing a turn at most.
        let replies = await talk(try make(), listening)
        var before: [String] = []
        for reply in replies {
            #expect(reply.state.disclosed.count <= before.count + 1)
            for name in reply.state.disclosed where !before.contains(name) {
                #expect((gates[name] ?? 2) <= reply.state.trust, "\(name)")
            }
            before = reply.state.disclosed
        }
        #expect(before.count >= 4)
        #expect((replies.last?.state.trust ?? 0) > 0.5)
    }

    @Test func earlyAdviceIsResisted() async throws {
        let replies = await talk(
            try make(), ["Hi!", "You should go for a walk.", "Have you tried yoga?"])
        #expect(replies[1].stance == .resists)
        #expect(replies[2].stance == .resists)
        #expect(replies[1].state.trust < replies[0].state.trust)
        // With trust, the same advice is considered.
        let client = try make()
        let heard = await talk(client, listening)
        let late = await client.reply(to: "You should go for a walk.", turn: 13, history: [])
        #expect((heard.last?.state.trust ?? 0) >= 0.55)
        #expect(late.stance == .agrees)
    }

    @Test func hurtingLowersTrust() async throws {
        let replies = await talk(
            try make(),
            ["What happened?", "That's your own fault.", "Stop whining, get over it."])
        #expect(replies[1].state.trust < replies[0].state.trust)
        #expect(replies[2].state.trust < replies[1].state.trust)
        #expect(replies[1].state.distress > replies[0].state.distress)
        #expect(replies[1].stance == .resists)
        #expect(replies[1].intended.category == .anger)
        #expect(replies[1].intended.provenance == "persona/maya/1")
    }

    @Test func strangeInputIsAnswered() async throws {
        let client = try make()
        let inputs = [
            "", "   ", "?", "🙂", String(repeating: "why ", count: 50_000), "\u{0}\u{7F}",
            "是的，我明白", String(repeating: "a", count: 100_000), "'''", "*", "{quote}",
        ]
        for (turn, input) in inputs.enumerated() {
            let reply = await client.reply(to: input, turn: turn + 1, history: [])
            #expect(!reply.text.isEmpty)
            #expect((0...1).contains(reply.state.trust))
            #expect((0...11_000).contains(reply.delayMilliseconds))
        }
        for turn in [Int.min, -1, 0, Int.max] {
            let reply = await client.reply(to: "How are you?", turn: turn, history: [])
            #expect(!reply.text.isEmpty)
        }
    }

    @Test func aForeignStateIsRefused() async throws {
        let state = await (try make("victor")).state
        #expect(throws: SimClientError.self) { _ = try make("maya", saved: state) }
        var spoiled = await (try make("maya")).reply(to: "Hi", turn: 1, history: []).state
        spoiled.trust = .nan
        spoiled.distress = 70
        let index = try #require(spoiled.drawn.indices.first)
        spoiled.drawn[index].count = .max
        spoiled.questionsInARow = .max
        let client = try make("maya", saved: spoiled)
        let reply = await client.reply(to: "Hi, are you a bot?", turn: 2, history: [])
        #expect((0...1).contains(reply.state.trust) && (0...1).contains(reply.state.distress))
        #expect(throws: SimClientError.notAClient(persona: "supporter")) {
            _ = try make("supporter")
        }
    }

    @Test func delaysFollowThePlan() async throws {
        let maya = try Checkout.persona("maya")
        for (reply, wanted) in [
            (ReplyPlan(delay: .fixed, milliseconds: 1234), 1234), (ReplyPlan(delay: .none), 0),
        ] {
            let client = try SimClient(
                persona: maya, model: nil, plan: plan(reply: reply), saved: nil)
            let answer = await client.reply(to: "How are you?", turn: 1, history: [])
            #expect(answer.delayMilliseconds == wanted)
        }
        // By the persona's pace it follows from the texts alone, whoever wrote them.
        let text = "I don't know. It has been a long week, I guess."
        let written = try SimClient(
            persona: maya, model: FakeLanguageModel([FakeLanguageModel.reply(text)]), plan: plan(),
            saved: nil)
        let answer = await written.reply(to: "How are you?", turn: 1, history: [])
        #expect(answer.delayMilliseconds == 3 * 160 + 1500 + 38 * text.count)
    }

    @Test func piecesAreTheWholeReply() async throws {
        let pieces = Pieces()
        let reply = await (try make()).reply(to: "How are you?", turn: 1, history: []) {
            pieces.add($0)
        }
        #expect(pieces.whole == reply.text)
    }
}

struct Missing: Error {}
