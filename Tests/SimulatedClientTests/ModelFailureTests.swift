import Link
import StudyProtocol
import Testing

@testable import SimulatedClient

/// Everything that a server can do wrong.
@Suite struct ModelFailureTests {
    @Test(arguments: [
        ("400", ModelFailure.Code.refusedRequest, 400), ("401", .unauthorised, 401),
        ("403", .forbidden, 403), ("404", .notFound, 404), ("413", .refusedRequest, 413),
        ("422", .refusedRequest, 422), ("429-quota", .quota, 429),
        ("context-400", .refusedRequest, 400), ("html", .contentType, 200),
        ("malformed", .malformed, 200), ("whole+malformed", .malformed, 200),
        ("empty", .empty, 200), ("redirect:http://127.0.0.1:1/v1", .redirected, 307),
    ])
    func whatIsWrongForGoodIsNotTriedAgain(
        behaviour: String, code: ModelFailure.Code, status: Int
    ) async throws {
        let test = try TestModel(behaviour + "#final")
        let exchange = await test.ask()
        #expect(exchange.failure?.code == code)
        #expect(exchange.attempts.last?.status == status)
        #expect(exchange.text == nil)
        #expect(exchange.failure?.message.count ?? 0 > 20)
        #expect(test.waits.seconds.isEmpty)
        // What is not accepted may be left out once; nothing else is sent twice.
        let again = exchange.attempts.dropLast().map(\.leftOut)
        #expect(again.allSatisfy { $0 != nil })
        #expect(exchange.attempts.count <= 2)
    }

    @Test(arguments: [
        ("500", ModelFailure.Code.server), ("503", .server), ("408", .server),
        ("429", .rateLimited), ("cut", .cutOff), ("whole+cut", .cutOff),
        ("cut-head", .connection), ("reset", .connection), ("error", .server),
        ("no-done+cut", .cutOff),
    ])
    func whatPassesIsTriedAgain(behaviour: String, code: ModelFailure.Code) async throws {
        let test = try TestModel("\(behaviour),\(behaviour),ok#passing")
        let exchange = await test.ask()
        #expect(exchange.text?.isEmpty == false)
        #expect(exchange.failure == nil)
        #expect(exchange.attempts.map { $0.failure?.code } == [code, code, nil])
        // Full jitter at its middle: half of half a second, half of one second.
        #expect(test.waits.seconds == [0.25, 0.5])
        #expect(test.budget.state.requests == 3)
        let never = try TestModel("\(behaviour)#never")
        let failed = await never.ask()
        #expect(failed.failure?.code == code)
        #expect(failed.attempts.count == 3)
        let once = try TestModel("\(behaviour)#once") { $0.onFailure = [.scripted] }
        #expect(await once.ask().attempts.count == 1)
    }

    @Test func whatWasShownIsNotBegunAnew() async throws {
        let test = try TestModel("cut,ok#shown")
        let pieces = Pieces()
        let exchange = await test.model.run(TestModel.request()) { pieces.add($0) }
        #expect(exchange.failure?.code == .cutOff)
        #expect(exchange.attempts.count == 1)
        #expect(!pieces.texts.isEmpty)
        // Nothing was shown before the failure: it is tried again.
        let before = try TestModel("500,ok#shown")
        let later = Pieces()
        let good = await before.model.run(TestModel.request()) { later.add($0) }
        #expect(good.text == later.whole)
        #expect(good.attempts.count == 2)
    }

    @Test func theServerSaysHowLongToWait() async throws {
        let seconds = try TestModel("429:3,ok#after")
        #expect(await seconds.ask().text != nil)
        #expect(seconds.waits.seconds == [3.25])
        let date = try TestModel("429-date:4,503:0,ok#after")
        let exchange = await date.ask()
        #expect(exchange.text != nil)
        let waited = try #require(date.waits.seconds.first)
        #expect((3.0...4.5).contains(waited))
        #expect(date.waits.seconds.last == 0.5)
        // A participant is not kept waiting for an hour.
        let long = try TestModel("429:3600,ok#after")
        let refused = await long.ask()
        #expect(refused.failure?.code == .rateLimited)
        #expect(refused.failure?.retryAfterSeconds == 3600)
        #expect(long.waits.seconds.isEmpty)
    }

    @Test func redirectionsAreNotFollowed() async throws {
        // It leads to a server that would answer.
        let server = try StandInServer.shared.get()
        for host in ["127.0.0.1", "localhost"] {
            let test = try TestModel(
                "redirect:http://\(host):\(server.port)/v1/chat/completions,ok#redirect")
            let exchange = await test.ask()
            #expect(exchange.failure?.code == .redirected)
            #expect(exchange.failure?.message.contains(host) == true)
            #expect(try await test.server.requests(for: test.model.description.name).count == 1)
        }
    }

    @Test func nobodyListens() async throws {
        let test = try TestModel("ok#nobody") { $0.url = "http://127.0.0.1:1/v1" }
        let exchange = await test.ask()
        #expect(exchange.failure?.code == .connection)
        #expect(exchange.attempts.count == 3)
        #expect(exchange.attempts.allSatisfy { $0.status == nil })
        #expect(exchange.response.isEmpty)
        #expect(test.budget.state.inputTokens == 0)
    }

    @Test func silenceEnds() async throws {
        let stall = try TestModel(
            "stall#silence", limits: TransferLimits(stallSeconds: 0.3)
        ) { $0.retries = 0 }
        #expect(await stall.ask().failure?.code == .stalled)
        let head = try TestModel("stall-head#silence") {
            $0.retries = 0
            $0.timeoutSeconds = 0.5
        }
        #expect(await head.ask().failure?.code == .timeout)
        // Slow to begin with is no stall.
        let slow = try TestModel("slow:2500#silence", limits: TransferLimits(stallSeconds: 2))
        #expect(await slow.ask().text != nil)
        // An answer that goes on and on ends with its whole time.
        let endless = try TestModel("pause:200#silence") {
            $0.retries = 0
            $0.timeoutSeconds = 0.7
        }
        #expect(await endless.ask().failure?.code == .timeout)
        try await eventually("the transfers are gone") {
            stall.transport.runningTransfers + head.transport.runningTransfers
                + endless.transport.runningTransfers == 0
        }
    }

    @Test func tooMuchIsRefused() async throws {
        let test = try TestModel(
            "huge:3000000#much", limits: TransferLimits(responseBytes: 500_000))
        let exchange = await test.ask()
        #expect(exchange.failure?.code == .tooLarge)
        #expect(exchange.attempts.count == 1)
        #expect(exchange.response.utf8.count <= 16_384)
    }

    @Test func whatAServerDoesNotKnowIsLeftOut() async throws {
        for hint in ["", "+quiet", "+mistral"] {
            let test = try TestModel("no-stream_options\(hint)#left")
            let exchange = await test.ask()
            #expect(exchange.text != nil)
            #expect(exchange.attempts.map(\.leftOut) == ["stream_options", nil])
            // It is remembered.
            #expect(await test.ask().attempts.count == 1)
            #expect(test.waits.seconds.isEmpty)
        }
        let newer = try TestModel("no-max_tokens#left")
        let exchange = await newer.ask()
        #expect(exchange.text != nil)
        #expect(exchange.request.contains("max_completion_tokens"))
        let whole = try TestModel("no-stream_options+no-stream#left")
        let answer = await whole.ask()
        #expect(answer.text != nil)
        #expect(answer.attempts.map(\.leftOut) == ["stream_options", "stream", nil])
        // What makes a study reproducible is never left out in silence.
        for field in ["seed", "temperature"] {
            let test = try TestModel("no-\(field)#left")
            let exchange = await test.ask()
            #expect(exchange.failure?.code == .refusedRequest)
            #expect(exchange.failure?.message.contains(field) == true)
            #expect(exchange.attempts.count == 1)
        }
    }
}
