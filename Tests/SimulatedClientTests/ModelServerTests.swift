import Link
import StudyProtocol
import Testing

@testable import SimulatedClient

/// Real HTTP to the stand-in server.
@Suite struct ModelServerTests {
    @Test(arguments: [
        "ok", "whole", "crlf", "cr", "bom", "comments", "multiline", "split",
        "split+crlf+comments+multiline", "no-done", "no-blank", "keep-open", "text-type",
        "parts", "whole+parts", "slow:30", "pause:2",
    ])
    func everyFormOfAnswerIsRead(behaviour: String) async throws {
        let test = try TestModel(behaviour + "#forms")
        let pieces = Pieces()
        let exchange = await test.model.run(TestModel.request("Tell me.")) { pieces.add($0) }
        #expect(exchange.failure == nil)
        let text = try #require(exchange.text)
        #expect(text.count > 20)
        #expect(pieces.whole == text)
        let isWhole = behaviour.hasPrefix("whole")
        #expect(isWhole ? pieces.texts.count == 1 : !pieces.texts.isEmpty)
        #expect(exchange.inputTokens ?? 0 > 5)
        #expect(exchange.outputTokens ?? 0 > 3)
        #expect(exchange.fingerprint == "fp_stand_in")
        #expect(exchange.finishReason == "stop")
        #expect(exchange.model == behaviour + "#forms")
        #expect(!exchange.isOtherModel)
        #expect(exchange.attempts.count == 1)
        let attempt = try #require(exchange.attempts.first)
        #expect(attempt.status == 200)
        let first = try #require(attempt.firstTokenNs)
        #expect(attempt.sentNs < first)
        #expect(first <= attempt.finishedNs)
        #expect(exchange.response.contains("fp_stand_in"))
    }

    @Test func textComesWhileItIsSaid() async throws {
        let test = try TestModel("pause:60#while")
        let pieces = Pieces()
        let exchange = await test.model.run(TestModel.request()) { pieces.add($0) }
        #expect(pieces.texts.count > 1)
        let attempt = try #require(exchange.attempts.first)
        let first = try #require(attempt.firstTokenNs)
        // Half of it at least was still to come.
        #expect(attempt.finishedNs - first > 200_000_000)
    }

    @Test func theSameTextInEveryForm() async throws {
        // The reply depends on the messages alone, so that cutting must not change a character.
        var texts: Set<String> = []
        for behaviour in ["ok", "split", "whole", "crlf+multiline", "cr+comments"] {
            let test = try TestModel(behaviour + "#same")
            texts.insert(try #require(await test.ask("Same question").text))
        }
        #expect(texts.count == 1)
        let said = "Grüße, 你好, 🙂👩‍👩‍👧 – e\u{301}"
        var encoded = Array(said.utf8).base64
        encoded = encoded.replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
        let test = try TestModel("say:\(encoded)+split#same")
        #expect(await test.ask().text == said)
        let halves = try TestModel("surrogates#same")
        #expect(await halves.ask().text?.hasSuffix("\u{FFFD}") == true)
    }

    @Test func theRequestIsWhatTheProtocolSays() async throws {
        let test = try TestModel("ok#request")
        let exchange = await test.ask("Hello there")
        let seen = try #require(try await test.server.requests(for: "ok#request").first)
        let body = try #require(seen["body"])
        #expect(seen["raw"]?.string == exchange.request)
        #expect(body["model"]?.string == "ok#request")
        #expect(body["temperature"] == 0.7)
        #expect(body["seed"] == 7)
        #expect(body["max_tokens"] == 400)
        #expect(body["stream"] == true)
        #expect(body["stream_options"] == ["include_usage": true])
        #expect(body["messages"]?.array?.last?["content"] == "Hello there")
        #expect(seen["has_key"] == true)
        #expect(exchange.purpose == "reply")
        #expect(!exchange.request.contains("purpose"))
        #expect(exchange.endpoint == test.server.base)
        // The hash is of the body without what only says how the answer is carried.
        #expect(exchange.promptHash.count == 64)
        let whole = try TestModel("no-stream#request") { $0.name = "ok#request" }
        #expect(await whole.ask("Hello there").promptHash == exchange.promptHash)
        #expect(await whole.ask("Hello there!").promptHash != exchange.promptHash)
    }

    @Test func anotherModelIsNoted() async throws {
        let exchange = try await TestModel("other-model#a").ask()
        #expect(exchange.model == "another-model-1")
        #expect(exchange.isOtherModel)
        #expect(exchange.text != nil)
    }

    @Test func cachedConnectionsAreUsedAgain() async throws {
        let server = try StandInServer()
        let test = try TestModel("ok#cached", server: server)
        for _ in 0..<5 { #expect(await test.ask().text != nil) }
        // One for the model; the one of the question is not counted.
        #expect(try await server.seen()["open"] == 1)
    }

    @Test func refusalsAreTold() async throws {
        for behaviour in ["refusal#a", "whole+refusal#a"] {
            let test = try TestModel(behaviour)
            let pieces = Pieces()
            let exchange = await test.model.run(TestModel.request()) { pieces.add($0) }
            #expect(exchange.isRefusal)
            #expect(exchange.refusal == "I'm sorry, I can't help with that.")
            #expect(exchange.failure?.code == .refused)
            #expect(exchange.text == nil)
            #expect(pieces.texts.isEmpty)
            #expect(exchange.attempts.count == 1)
        }
        let filtered = try await TestModel("filter#a").ask()
        #expect(filtered.isRefusal)
        #expect(filtered.failure?.code == .refused)
        #expect(filtered.finishReason == "content_filter")
        let prompt = try await TestModel("filter-400#a").ask()
        #expect(prompt.isRefusal)
        #expect(prompt.failure?.code == .refused)
        #expect(prompt.attempts.count == 1)
    }

    @Test func lengthIsTold() async throws {
        let exchange = try await TestModel("length#a").ask()
        #expect(exchange.finishReason == "length")
        #expect(exchange.text?.isEmpty == false)
        let json = try await TestModel("length#b").askForJSON()
        #expect(json.failure?.code == .schema)
        #expect(json.failure?.message.contains("maximumTokens") == true)
    }
}

extension [UInt8] {
    /// RFC 4648, for the tests' own use.
    var base64: String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        for start in stride(from: 0, to: count, by: 3) {
            let group = self[start..<Swift.min(start + 3, count)]
            var bits = 0
            for index in 0..<3 {
                bits = bits << 8 | (index < group.count ? Int(self[start + index]) : 0)
            }
            for index in 0...group.count { result.append(digits[bits >> (18 - 6 * index) & 63]) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
