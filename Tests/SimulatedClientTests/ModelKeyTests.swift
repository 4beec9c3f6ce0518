import Link
import StudyProtocol
import SystemCalls
import TestSupport
import Testing

@testable import SimulatedClient

/// The key goes to the server and nowhere else.
@Suite struct ModelKeyTests {
    /// Everything of a record in one text.
    private func all(_ exchange: ModelExchange, _ test: TestModel) throws -> String {
        try JSONValue(encoding: exchange).text + "\(exchange)" + "\(exchange.failure as Any)"
            + (try JSONValue(encoding: test.model.description).text)
            + (try JSONValue(encoding: test.budget.state).text)
    }

    @Test(arguments: [
        "ok", "401", "echo", "whole+echo", "echo+split", "500", "not-json+echo", "malformed+echo",
        "cut+echo", "length+echo", "html", "redirect:http://127.0.0.1:1/",
    ])
    func theKeyIsInNoRecord(behaviour: String) async throws {
        let test = try TestModel(behaviour + "#key") { $0.retries = 1 }
        let pieces = Pieces()
        let exchange = await test.model.run(TestModel.request()) { pieces.add($0) }
        let text = try all(exchange, test) + pieces.whole
        #expect(!text.contains(TestModel.key))
        #expect(!text.contains("SECRET"))
        #expect(!text.contains("0123456789abcdef"))
        let seen = try await test.server.requests(for: behaviour + "#key")
        #expect(seen.allSatisfy { $0["has_key"] == true })
        if behaviour == "echo" {
            #expect(exchange.text == "You sent Bearer [key] to me.")
            #expect(pieces.whole == exchange.text)
        }
    }

    @Test func aWrongKeyIsNotTold() async throws {
        let server = try StandInServer(["--key", "another"])
        let test = try TestModel("ok#wrong", server: server)
        let exchange = await test.ask()
        #expect(exchange.failure?.code == .unauthorised)
        let text = try all(exchange, test)
        // The server says "sk-test-********+xyz".
        #expect(exchange.response.contains("Incorrect API key provided: [key]"))
        #expect(!text.contains("sk-test-"))
        #expect(!text.contains("+xyz"))
        let none = try OpenAIModel(
            plan: ModelPlan(url: server.base, name: "ok#wrong"),
            credential: nil as ModelCredential?, transport: test.transport, budget: test.budget)
        let without = await none.run(TestModel.request())
        #expect(without.failure?.message.contains("None was sent") == true)
    }

    @Test func keysAreTakenOutInEveryForm() {
        let scrubber = KeyScrubber(key: "ab/cd+ef\"gh-ijklmnopqrstuv")
        #expect(scrubber.scrub("x ab/cd+ef\"gh-ijklmnopqrstuv y") == "x [key] y")
        #expect(scrubber.scrub("x ab\\/cd+ef\\\"gh-ijklmnopqrstuv y") == "x [key] y")
        #expect(scrubber.scrub("x ab%2Fcd%2Bef%22gh-ijklmnopqrstuv y") == "x [key] y")
        #expect(scrubber.scrub("ijklmnopqrst") == "ijklmnopqrst")
        #expect(scrubber.scrubError("part ijklmnopqrst!") == "part [key]!")
        #expect(scrubber.scrubError("ab/c…tuv") == "[key]")
        #expect(scrubber.scrubError("ab/c****************stuv.") == "[key].")
        #expect(scrubber.scrubError("about") == "about")
        #expect(KeyScrubber(key: nil).scrub("anything") == "anything")
        #expect(KeyScrubber(key: "abc").scrub("abc") == "abc")
        let (shown, held) = scrubber.held("hello ab/cd")
        #expect(shown == "hello ")
        #expect(held == "ab/cd")
    }

    private func write(_ text: String, to path: String) throws {
        try FileSystem.write(Array(text.utf8), to: path)
    }

    @Test func keysAreReadFromTheirPlaces() throws {
        let directory = try TemporaryDirectory("models-key")
        try write("  file-key-1234\n", to: directory.file("openai"))
        try write("two words\n", to: directory.file("bad"))
        try write("\n", to: directory.file("empty"))
        func read(_ name: String?, _ variables: [String: String]) throws(ModelFailure) -> String? {
            try ModelCredential.read(named: name) { variables[$0] }?.key
        }
        let both = ["CREDENTIALS_DIRECTORY": directory.path, "ATTUNE_MODEL_KEY": "variable-key\n"]
        #expect(try read("openai", both) == "file-key-1234")
        #expect(try read("other", both) == "variable-key")
        #expect(try read(nil, both) == nil)
        for (name, variables) in [
            ("bad", both), ("empty", both), ("../openai", both), ("openai", [:]),
            ("openai", ["ATTUNE_MODEL_KEY": " "]),
        ] {
            #expect(throws: ModelFailure.self) { try read(name, variables) }
        }
        let credential = try #require(try ModelCredential.read(named: "openai") { both[$0] })
        #expect(!"\(credential) \(String(reflecting: credential))".contains("1234"))
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!dumped.contains("1234"))
        #expect(throws: ModelFailure.self) { try ModelCredential("a\r\nHost: evil") }
    }
}
