import Link
import Testing

@testable import SimulatedClient

/// Answers in JSON, from servers that offer schemas and from those that do not.
@Suite struct ModelJSONTests {
    @Test(arguments: [
        "ok", "whole", "fence", "prose", "trailing", "quotes", "prose+trailing", "fence+split",
    ])
    func jsonIsFound(behaviour: String) async throws {
        let exchange = try await TestModel(behaviour + "#json").askForJSON()
        #expect(exchange.failure == nil)
        #expect(exchange.json?["category"] == "sadness")
        #expect(exchange.json?["valence"] == -0.67)
        #expect(exchange.request.contains("json_schema"))
        #expect(exchange.request.contains("\"strict\":true"))
        #expect(exchange.attempts.count == 1)
    }

    @Test(arguments: ["", "+quiet", "+mistral"])
    func schemasAreAskedForInWordsWhereTheyMustBe(hint: String) async throws {
        let object = try TestModel("no-schema\(hint)#fall")
        let first = await object.askForJSON()
        #expect(first.json?["category"] == "sadness")
        #expect(first.request.contains("json_object"))
        #expect(first.request.contains("JSON Schema"))
        #expect(await object.askForJSON().attempts.count == 1)

        let plain = try TestModel("no-schema+no-object\(hint)#fall")
        let second = await plain.askForJSON()
        #expect(second.json?["category"] == "sadness")
        #expect(!second.request.contains("response_format"))
        #expect(second.attempts.count >= 3)
        #expect(await plain.askForJSON().attempts.count == 1)
        // A text is still asked for as one.
        #expect(await plain.ask().text != nil)
    }

    @Test func whatDoesNotFitIsAFailure() async throws {
        let wrong = try await TestModel("wrong#fit").askForJSON()
        #expect(wrong.json == nil)
        #expect(wrong.text?.hasPrefix("{") == true)
        #expect(wrong.failure?.code == .schema)
        #expect(wrong.failure?.message.contains("has no 'category'") == true)
        let prose = try await TestModel("not-json#fit").askForJSON()
        #expect(prose.failure?.code == .schema)
    }
}
