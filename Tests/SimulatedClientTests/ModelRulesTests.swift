import Link
import StudyProtocol
import Testing

@testable import SimulatedClient

/// Limits, consent, retries: what needs no server.
@Suite struct ModelRulesTests {
    private let prices = ModelPlan.Prices(inputPerMillion: 10, outputPerMillion: 30)

    @Test func theBudgetRefusesBeforeItIsPassed() throws {
        let budget = ModelBudget(tokenLimit: 100, spendLimit: 0.01, prices: prices)
        let small = ModelBudget.Reservation(input: 40, output: 20)
        try budget.reserve(small)
        // What is under way counts with its worst.
        #expect(throws: ModelFailure.self) { try budget.reserve(small) }
        #expect(budget.settle(small, input: 10, output: 5, isEstimated: false) == 0.00025)
        try budget.reserve(small)
        budget.settle(small, input: 40, output: 20, isEstimated: true)
        #expect(budget.state.requests == 2)
        #expect(budget.state.inputTokens + budget.state.outputTokens == 75)
        #expect(budget.state.estimatedTokens == 60)
        #expect(throws: ModelFailure.self) { try budget.reserve(small) }
        try budget.reserve(.init(input: 20, output: 5))
        #expect(throws: ModelFailure.self) {
            try budget.reserve(.init(input: .max / 2, output: .max / 2))
        }

        let dear = ModelBudget(spendLimit: 0.001, prices: prices)
        #expect(throws: ModelFailure.self) { try dear.reserve(.init(input: 0, output: 34)) }
        try dear.reserve(.init(input: 0, output: 33))
        #expect(throws: ModelFailure.self) {
            try ModelBudget(spendLimit: 1).reserve(.init(input: 1, output: 1))
        }
    }

    @Test func theBudgetIsSavedAndGoesOn() throws {
        let first = ModelBudget(tokenLimit: 100)
        let all = ModelBudget.Reservation(input: 60, output: 30)
        try first.reserve(all)
        first.settle(all, input: 60, output: 30, isEstimated: false)
        let text = try JSONValue(encoding: first.state).text
        let saved: ModelBudget.State = try JSONValue(parsing: text).decode()
        let second = ModelBudget(tokenLimit: 100, saved: saved)
        #expect(second.state == first.state)
        #expect(throws: ModelFailure.self) { try second.reserve(.init(input: 11, output: 0)) }
        try second.reserve(.init(input: 10, output: 0))
    }

    @Test func noCountOverflows() async throws {
        var saved = ModelBudget.State()
        saved.inputTokens = .max
        saved.outputTokens = .max
        saved.spend = .nan
        let budget = ModelBudget(tokenLimit: .max, prices: prices, saved: saved)
        try budget.reserve(.init(input: 10, output: 10))
        budget.settle(.init(input: 10, output: 10), input: 10, output: 10, isEstimated: true)
        #expect(budget.state.spend > 0)
        #expect(JSONText.count(.integer(.max)) == nil)
        #expect(JSONText.count(.real(1e300)) == nil)
        #expect(JSONText.count(-1) == nil)
        #expect(JSONText.count(12.0) == 12)
    }

    @Test func aRequestBeyondTheLimitIsNotSent() async throws {
        let budget = ModelBudget(tokenLimit: 1200)
        let test = try TestModel("ok#budget", budget: budget)
        // 400 tokens of an answer, and each byte of the messages.
        #expect(await test.ask().text != nil)
        let used = budget.state.inputTokens + budget.state.outputTokens
        #expect(used > 10)
        let long = await test.ask(String(repeating: "x", count: 900))
        #expect(long.failure?.code == .limit)
        #expect(long.request.isEmpty)
        #expect(long.attempts.isEmpty)
        #expect(budget.state.inputTokens + budget.state.outputTokens == used)
        #expect(try await test.server.requests(for: "ok#budget").count == 1)
        let priced = try TestModel(
            "ok#budget", budget: ModelBudget(spendLimit: 5, prices: prices))
        let exchange = await priced.ask()
        #expect(exchange.cost == priced.budget.state.spend)
        #expect(exchange.cost ?? 0 > 0)
        // A server that does not count.
        let uncounted = try TestModel("no-usage#budget")
        _ = await uncounted.ask()
        #expect(uncounted.budget.state.estimatedTokens > 10)
    }

    private func tier(_ url: String?) -> ConsentTier {
        ConsentTier(
            name: .modelEndpoint, title: "Model", covers: [.modelRequests],
            endpoint: url.map {
                .init(url: $0, operatorName: "A", country: "B", retention: "30 days")
            })
    }

    @Test(arguments: [
        ("https://api.example.org/v1", "https://api.example.org/v1", true),
        ("https://API.example.org:443/v1/", "https://api.example.org/v1", true),
        ("https://api.example.org/v1", "https://api.example.org/v2", false),
        ("https://api.example.org.evil.org/v1", "https://api.example.org/v1", false),
        ("https://api.example.org:8443/v1", "https://api.example.org/v1", false),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1", true),
        ("http://127.0.0.1:8081/v1", "http://127.0.0.1:8080/v1", false),
        ("http://127.0.0.1:8080/v1", "https://api.example.org/v1", false),
        ("http://127.0.0.1:8080/v1", nil, true),
        ("https://api.example.org/v1", nil, false),
        ("http://api.example.org/v1", "http://api.example.org/v1", false),
        ("not a url", "https://api.example.org/v1", false),
    ])
    func onlyWhatTheConsentNames(url: String, named: String?, isAllowed: Bool) {
        let plan = ModelPlan(url: url, name: "m")
        let failure = failure(plan, [tier(named)])
        #expect((failure == nil) == isAllowed, "\(failure as Any)")
        #expect(failure.map { !$0.message.isEmpty } ?? true)
    }

    private func failure(
        _ plan: ModelPlan, _ consent: [ConsentTier], declined: [ConsentTier] = []
    ) -> ModelFailure? {
        do throws(ModelFailure) {
            try ModelPolicy.check(plan: plan, consent: consent, declined: declined)
            return nil
        } catch {
            return error
        }
    }

    @Test func withoutConsentNothingLeaves() {
        let remote = ModelPlan(url: "https://api.example.org/v1", name: "m")
        let local = ModelPlan(url: "http://localhost:8080/v1", name: "m")
        #expect(failure(remote, [])?.code == .notConsented)
        #expect(failure(local, []) == nil)
        // Declined is declined, wherever the model is.
        #expect(failure(local, [], declined: [tier(nil)])?.code == .notConsented)
        #expect(
            failure(remote, [], declined: [tier(remote.url)])?.code == .notConsented)
        let conversation = ConsentTier(name: .conversation, title: "C", covers: [.turns])
        #expect(failure(remote, [conversation])?.code == .notConsented)
    }

    @Test func endpointsAreChecked() throws {
        func endpoint(_ url: String, plain: Bool = false) throws(ModelFailure) -> ModelEndpoint {
            try ModelEndpoint(ModelPlan(url: url, name: "m"), allowsPlainHTTP: plain)
        }
        #expect(
            try endpoint("https://Api.Example.org/v1/").completions
                == "https://api.example.org/v1/chat/completions")
        #expect(try endpoint("http://[::1]:80/v1").base == "http://[::1]/v1")
        #expect(
            try endpoint("http://127.9.0.1:9/v1/chat/completions").completions
                == "http://127.9.0.1:9/v1/chat/completions")
        #expect(try endpoint("http://lab.example:1/v1", plain: true).isLoopback == false)
        do throws(ModelFailure) {
            _ = try endpoint("https://me:secret@lab.example/v1")
        } catch {
            #expect(error.code == .configuration)
            #expect(!error.message.contains("secret"))
        }
        for url in [
            "http://lab.example/v1", "https://a:b@c/v1", "ftp://a/v1", "https://", "",
            "https://a/v1?key=1", "https://a b/v1", "http://127.0.0.1.example.org/v1",
            "http://localhost.example.org/", "http://127.0.0.1\\@example.org/v1",
        ] {
            #expect(throws: ModelFailure.self, "\(url)") { try endpoint(url) }
        }
    }

    @Test func retriesWaitLongerAndNeverAllAtOnce() {
        let rules = RetryRules(baseSeconds: 1, longestSeconds: 8, longestAskedSeconds: 20)
        #expect(
            (1...6).map { rules.wait(afterTries: $0, asked: nil, random: 1) } == [1, 2, 4, 8, 8, 8])
        #expect(rules.wait(afterTries: 3, asked: nil, random: 0) == 0)
        #expect(rules.wait(afterTries: .max, asked: nil, random: 1) == 8)
        #expect(rules.wait(afterTries: 1, asked: 20, random: 1) == 21)
        #expect(rules.wait(afterTries: 1, asked: 21, random: 1) == nil)
    }

    @Test func retryAfterIsReadInAllForms() {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        #expect(HTTPDate.seconds(date) == 784_111_777)
        #expect(HTTPDate.seconds("Sunday, 06-Nov-94 08:49:37 GMT") == 784_111_777)
        #expect(HTTPDate.seconds("Sun Nov  6 08:49:37 1994") == 784_111_777)
        #expect(HTTPDate.seconds("Thu, 29 Feb 2024 23:59:60 GMT") == 1_709_251_200)
        #expect(HTTPDate.seconds("Thu, 01 Jan 1970 00:00:00 GMT") == 0)
        for text in [
            "", "soon", "12:00", "Nov", "Sun, 99 Nov 1994 08:49:37 GMT", "Nov 6 1 1:1:1:1",
        ] {
            #expect(HTTPDate.seconds(text) == nil, "\(text)")
        }
        func seconds(_ text: String?, date: String? = nil) -> Double? {
            RetryRules.seconds(retryAfter: text, date: date, now: 784_111_700)
        }
        #expect(seconds("120") == 120)
        #expect(seconds("-5") == 0)
        #expect(seconds("1.5") == 1.5)
        #expect(seconds("inf") == nil)
        #expect(seconds("soon") == nil)
        #expect(seconds(nil) == nil)
        #expect(seconds(date) == 77)
        #expect(seconds(date, date: "Sun, 06 Nov 1994 08:49:30 GMT") == 7)
        #expect(seconds(date, date: "Sun, 06 Nov 1994 09:49:30 GMT") == 0)
    }
}
