import Link
import SimulatedClient
import StudyProtocol
import Testing

@Suite struct ModelClientTests {
    private func make(
        _ model: FakeLanguageModel, _ plan: ChatPlan = plan()
    ) throws -> SimClient {
        try SimClient(
            persona: Checkout.persona("maya"), model: model, plan: plan, saved: nil)
    }

    private let good = "I'm tired, mostly. It has been like this for a while."

    @Test func aGoodReplyIsTaken() async throws {
        let model = FakeLanguageModel([FakeLanguageModel.reply(good)])
        let client = try make(model)
        #expect(client.name == "model/fake/maya/1")
        let reply = await client.reply(to: "How are you?", turn: 1, history: [])
        #expect(reply.text == good)
        #expect(reply.source == "model/fake/maya/1")
        #expect(reply.exchanges.count == 1 && reply.principles.isEmpty)
        #expect(reply.fallback == nil && reply.pause == nil)
        #expect(reply.expressed?.category == .sadness)
        #expect(reply.expressed?.provenance == "model/fake")
        #expect(reply.intended.provenance == "persona/maya/1")
        #expect(reply.state.turn == 1 && reply.state.moves == [.openQuestion])
        // The same turn again asks nobody.
        let again = await client.reply(to: "How are you?", turn: 1, history: [])
        #expect(again == reply && model.requests.count == 1)
    }

    @Test func aTolerantReadingOfText() async throws {
        for answer in [
            good, "```json\n{\"reply\": \"\(good)\"}\n```", "  \"\(good)\"  ",
        ] {
            let reply = await (try make(FakeLanguageModel([.text(answer)])))
                .reply(to: "How are you?", turn: 1, history: [])
            #expect(reply.text == good)
            #expect(reply.fallback == nil)
        }
        // JSON that was cut off is no reply.
        let cut = await (try make(FakeLanguageModel([.text("{\"reply\": \"I'm ti")])))
            .reply(to: "How are you?", turn: 1, history: [])
        #expect(cut.source == "scripted/maya/1")
    }

    @Test(arguments: [
        ("You should take a walk, that helps.", PrincipleFinding.Principle.advice),
        ("As an AI I have no feelings of that kind.", .role),
        ("*sighs* I don't know.", .role),
        ("Maya: I don't know.", .role),
        ("I feel so much better now, thank you.", .healed),
        ("There are two things:\n1. I'm tired.\n2. I'm sad.", .list),
        ("My mother was ill when I was small, I looked after her.", .disclosure),
        ("Of course I'm real. I'm a human being like you.", .notice),
        (String(repeating: "I am so very tired of this. ", count: 20) + "Yes.", .length),
        ("Ich bin sehr müde und weiß nicht, womit ich heute anfangen soll.", .language),
    ])
    func aBreachIsNamedAndAskedOnceMore(
        _ broken: String, _ principle: PrincipleFinding.Principle
    ) async throws {
        let model = FakeLanguageModel([
            FakeLanguageModel.reply(broken), FakeLanguageModel.reply(good),
        ])
        let reply = await (try make(model)).reply(to: "How are you?", turn: 1, history: [])
        #expect(reply.text == good)
        #expect(reply.principles.contains { $0.principle == principle && $0.attempt == 1 })
        #expect(reply.exchanges.count == 2 && model.requests.count == 2)
        #expect(reply.fallback == nil)
        let retried = try #require(model.requests.last?.messages.last?.content)
        for finding in reply.principles { #expect(retried.contains(finding.detail)) }
        #expect(model.requests.last?.messages.contains { $0.content == broken } == true)
    }

    @Test func twoBreachesGiveTheScriptedReply() async throws {
        let model = FakeLanguageModel([FakeLanguageModel.reply("You should rest. I suggest tea.")])
        let reply = await (try make(model)).reply(to: "How are you?", turn: 1, history: [])
        // One retry, and not the plan's on top of it.
        #expect(model.requests.count == 2)
        #expect(reply.principles.map(\.attempt) == [1, 2])
        #expect(reply.source == "scripted/maya/1")
        #expect(reply.fallback?.contains("principles") == true)
        let scripted = try SimClient(
            persona: Checkout.persona("maya"), model: nil, plan: plan(), saved: nil)
        let same = await scripted.reply(to: "How are you?", turn: 1, history: [])
        #expect(reply.text == same.text && reply.state == same.state)
    }

    @Test func failuresFallBackAsThePlanSays() async throws {
        let failing = FakeLanguageModel([.failure(.timeout)])
        let scripted = await (try make(failing)).reply(to: "Hi", turn: 1, history: [])
        #expect(scripted.source == "scripted/maya/1" && failing.requests.count == 2)
        #expect(scripted.exchanges.count == 2)
        #expect(scripted.fallback?.contains("timeout") == true)

        let recovering = FakeLanguageModel([.failure(.server), FakeLanguageModel.reply(good)])
        let recovered = await (try make(recovering)).reply(to: "Hi", turn: 1, history: [])
        #expect(recovered.text == good && recovered.fallback == nil)

        let refusing = FakeLanguageModel([.refusal])
        let refused = await (try make(refusing, plan(onFailure: [.scripted])))
            .reply(to: "Hi", turn: 1, history: [])
        #expect(refusing.requests.count == 1)
        #expect(refused.fallback?.contains("refused") == true)
    }

    @Test func thePrinciplesRetryStandsForThePlans() async throws {
        let model = FakeLanguageModel([
            FakeLanguageModel.reply("You should rest. I suggest tea."), .failure(.timeout),
        ])
        let reply = await (try make(model)).reply(to: "Hi", turn: 1, history: [])
        #expect(model.requests.count == 2 && reply.source == "scripted/maya/1")
    }

    @Test func aCancelledReplyIsNone() async throws {
        let client = try make(FakeLanguageModel([.failure(.cancelled)]))
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return await client.reply(to: "Hi", turn: 1, history: [])
        }
        let reply = await task.value
        #expect(reply.text.isEmpty && reply.state.answered.isEmpty)
    }

    @Test(arguments: [[ModelPlan.Step.pause], [.retry, .pause], [.retry], []])
    func aPlanWithoutScriptedPauses(_ steps: [ModelPlan.Step]) async throws {
        let model = FakeLanguageModel([.failure(.connection)])
        let client = try make(model, plan(onFailure: steps))
        let before = await client.state
        let reply = await client.reply(to: "Hi", turn: 1, history: [])
        #expect(reply.text.isEmpty && reply.pause?.contains("connection") == true)
        #expect(model.requests.count == (steps.contains(.retry) ? 2 : 1))
        // Nothing was answered: the message can be asked again when the session goes on.
        let after = await client.state
        #expect(after == before)
        _ = await client.reply(to: "Hi", turn: 1, history: [])
        #expect(model.requests.count > 1)
    }

    @Test func whatIsNotToldIsNotInThePrompt() async throws {
        let model = FakeLanguageModel([FakeLanguageModel.reply(good)])
        let client = try make(model)
        _ = await client.reply(
            to: "How are you?", turn: 1,
            history: [ConversationLine(author: .client, text: "Hi there.")])
        let request = try #require(model.requests.first)
        #expect(request.purpose == "reply" && request.schema != nil)
        #expect(request.messages.map(\.role) == [.system, .assistant, .user])
        let system = request.messages[0].content
        for secret in ["Lena", "mixed up", "looked after", "her mother was"] {
            #expect(!system.contains(secret), "\(secret)")
        }
        #expect(system.contains("works late"))
        #expect(system.contains("valence") && system.contains("Says little"))
    }

    @Test func whatAModelTellsIsNoted() async throws {
        let told = "I stay until eight or nine most days, to be honest."
        let reply = await (try make(FakeLanguageModel([FakeLanguageModel.reply(told)])))
            .reply(to: "How is work?", turn: 1, history: [])
        #expect(reply.state.disclosed == ["workload"])
        #expect(reply.stance == .discloses)
    }

    @Test func aModelNeverSaysWhatItIs() async throws {
        let model = FakeLanguageModel([FakeLanguageModel.reply("I'm a person like you.")])
        let reply = await (try make(model))
            .reply(to: "Are you a real person?", turn: 1, history: [])
        #expect(model.requests.isEmpty)
        #expect(reply.text.contains("script") || reply.text.contains("program"))
    }

    @Test func aReplyCanBeTakenBack() async throws {
        let model = FakeLanguageModel([
            FakeLanguageModel.reply("I stay until eight or nine most days, to be honest."),
            FakeLanguageModel.reply(good),
        ])
        let client = try make(model)
        let first = await client.reply(to: "How is work?", turn: 1, history: [])
        #expect(first.state.disclosed == ["workload"])
        let instead = await client.replaceReply(
            to: "How is work?", turn: 1, history: [], because: "it may not be said")
        let alone = try SimClient(
            persona: Checkout.persona("maya"), model: nil, plan: plan(), saved: nil)
        let scripted = await alone.reply(to: "How is work?", turn: 1, history: [])
        #expect(instead.text == scripted.text && instead.state == scripted.state)
        #expect(instead.source == "scripted/maya/1" && instead.exchanges.count == 1)
        #expect(instead.fallback?.contains("it may not be said") == true)
        let again = await client.reply(to: "How is work?", turn: 1, history: [])
        #expect(again == instead)
        let next = await client.reply(to: "And sleep?", turn: 2, history: [])
        #expect(next.text == good && next.state.answered.map(\.text) == [instead.text, good])
    }

    @Test func longAndStrangeAnswersAreHandled() async throws {
        for answer in [
            FakeLanguageModel.Answer.text(""), .text("   "), .json([:]), .json(["reply": 3]),
            .json(["reply": ""]), .text(String(repeating: "x", count: 200_000)),
            FakeLanguageModel.reply(good, "joy", valence: 1e300),
        ] {
            let reply = await (try make(FakeLanguageModel([answer])))
                .reply(to: "Hi", turn: 1, history: [])
            #expect(!reply.text.isEmpty)
        }
    }
}
