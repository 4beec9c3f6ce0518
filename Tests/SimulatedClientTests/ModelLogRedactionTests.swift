import Foundation
import Link
import SessionStore
import Testing

@testable import SimulatedClient

/// A name goes from what is stored of a request to a model, as it was sent and as it came.
@Suite struct ModelLogRedactionTests {
    private static let names = ["Anna Maria", "Zoë"]
    private static let said = "Hello.\nAnna Maria told Zoë, and not Annabel."

    private static func payload(_ exchange: ModelExchange) throws -> String {
        try JSONValue(encoding: exchange).text
    }

    @Test(arguments: [
        "letters", "letters+multiline+crlf", "letters+parts+comments+bom", "whole", "ok+cr",
        "letters+no-blank+no-done",
    ])
    func aNameGoesHoweverTheAnswerCame(behaviour: String) async throws {
        let encoded = Data(Self.said.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let test = try TestModel("say:\(encoded)+\(behaviour)#redaction")
        let exchange = await test.ask("What of her?\nAnna Maria wrote: \"I am Zoë\"")
        let payload = try Self.payload(exchange)
        let covered = try #require(TextRedaction(Self.names).redact(json: payload))
        let redacted = try ModelExchange(decoding: covered)
        // What the model said is read out of the body once more.
        var reader = AnswerReader(
            contentType: behaviour == "whole" ? "application/json" : "text/event-stream")
        _ = reader.feed(Array(redacted.response.utf8))
        _ = reader.finish(after: nil)
        let expected = "Hello.\n██████████ told ███, and not Annabel."
        #expect(reader.text == expected)
        #expect(redacted.text == expected || exchange.text == nil)
        let request = try JSONValue(parsing: redacted.request)
        #expect(
            request["messages"]?.array?.last?["content"]?.string
                == "What of her?\n██████████ wrote: \"I am ███\"")
        #expect(redacted.response.utf16.count <= exchange.response.utf16.count)
        #expect(TextRedaction(Self.names).redact(json: covered) == nil)
    }

    /// What a server may write, and what was cut off in its middle.
    @Test(arguments: [
        (#"{"content":"x\nAnna Maria"}"#, #"{"content":"x\n██████████"}"#),
        (
            #"{"content":"Zo\u00eb \ud83d\ude42 Zoe\u0308"}"#,
            #"{"content":"███ \ud83d\ude42 ████"}"#
        ),
        (#"{"content":"half \ud83d Zoë"}"#, #"{"content":"half \ud83d ███"}"#),
        (
            #"{"content":"{\"inner\":\"\\nZo\\u00eb\"}","n":7}"#,
            #"{"content":"{\"inner\":\"\\n███\"}","n":7}"#
        ),
        (#"{"content":"a 5\" screen\nZoë, cut of"#, #"{"content":"a 5\" screen\n███, cut of"#),
        ("Sure: {\"a\": \"\\nZo\\u00eb\"} as asked", "Sure: {\"a\": \"\\n███\"} as asked"),
        (
            "```json\n{\"a\": \"x\\tAnna Maria\"}\n```",
            "```json\n{\"a\": \"x\\t██████████\"}\n```"
        ),
        (
            "data: Zoë\n\ndata: {\"a\":\"Anna\"}\n\n: Zoë\n\ndata: {\"a\":\" Maria\"}\n\n"
                + "data: [DONE]",
            "data: ███\n\ndata: {\"a\":\"████\"}\n\n: ███\n\ndata: {\"a\":\"██████\"}\n\n"
                + "data: [DONE]"
        ),
    ])
    func aBodyOfAnyForm(body: String, expected: String) throws {
        for place in [\ModelExchange.response, \ModelExchange.request] {
            var exchange = ModelExchange(purpose: "reply")
            exchange[keyPath: place] = body
            let covered = try #require(
                TextRedaction(Self.names).redact(json: try Self.payload(exchange)))
            #expect(try ModelExchange(decoding: covered)[keyPath: place] == expected)
        }
    }

    /// A body is stored as far as it came, and up to so many characters: what was there of a name goes as well,
    /// and the beginning of a name counts nowhere else.
    @Test(arguments: [
        ("{\"content\":\"told Anna Mar", "{\"content\":\"told ████████"),
        ("{\"content\":\"told\\nAnna", "{\"content\":\"told\\n████"),
        ("{\"content\":\"told Zo\\u00e", "{\"content\":\"told ███████"),
        ("{\"content\":\"told Zo\\", "{\"content\":\"told ███"),
        ("{\"content\":\"told Zoe", "{\"content\":\"told ███"),
        ("{\"content\":\"told Zo\u{FFFD}", "{\"content\":\"told ███"),
        (#"{"content":"{\"inner\":\"\\nAnna M"#, #"{"content":"{\"inner\":\"\\n██████"#),
        ("{\"content\":\"Anna Maria and Anna Mari", "{\"content\":\"██████████ and █████████"),
        (
            "data: {\"a\":\"told An\"}\n\ndata: {\"a\":\"na\"}\n\ndata: {\"a\":\" Ma",
            "data: {\"a\":\"told ██\"}\n\ndata: {\"a\":\"██\"}\n\ndata: {\"a\":\"███"
        ),
        (
            "data: {\"a\":\"told An\"}\n\ndata: {\"a\":\"na\"}\n\n",
            "data: {\"a\":\"told ██\"}\n\ndata: {\"a\":\"██\"}\n\n"
        ),
        // Whole, or no name's beginning.
        ("{\"content\":\"told Anna\"}", nil), ("data: {\"a\":\"Anna\"}\n\ndata: [DONE]\n\n", nil),
        ("{\"content\":\"told Hanna", nil), ("{\"content\":\"told Anna Mb", nil),
        ("{\"content\":\"told \\u00e", nil),
    ])
    func whatTheCutLeftOfAName(body: String, expected: String?) throws {
        for place in [\ModelExchange.response, \ModelExchange.request] {
            var exchange = ModelExchange(purpose: "reply")
            exchange[keyPath: place] = body
            let covered = TextRedaction(Self.names).redact(json: try Self.payload(exchange))
            let found = try covered.map { try ModelExchange(decoding: $0)[keyPath: place] }
            #expect(found == expected)
        }
        // What people said is whole.
        let said = try JSONValue(encoding: ["response": body, "text": "told Anna Mar"]).text
        #expect(body.contains("Maria") || TextRedaction(Self.names).redact(json: said) == nil)
    }

    /// A failure ends with up to so many characters of what the server said.
    @Test func whatTheCutLeftOfANameInAFailure() throws {
        let failure = ModelFailure(.server, "The server failed (500). The server says: no Anna Mar")
        var exchange = ModelExchange(purpose: "reply", failure: failure)
        exchange.attempts = [
            ModelAttempt(sentNs: 1, finishedNs: 2, failure: failure),
            ModelAttempt(sentNs: 3, finishedNs: 4, failure: failure),
        ]
        let covered = try #require(
            TextRedaction(Self.names).redact(json: try Self.payload(exchange)))
        let found = try ModelExchange(decoding: covered)
        for failure in [found.failure] + found.attempts.map(\.failure) {
            #expect(failure?.message == "The server failed (500). The server says: no ████████")
        }
    }

    /// A number is no word, and what is JSON stays JSON.
    @Test func numbersOfABodyStay() throws {
        let exchange = ModelExchange(
            purpose: "reply", request: #"{"seed":12,"content":"room 12"}"#)
        let covered = try #require(TextRedaction(["12"]).redact(json: try Self.payload(exchange)))
        #expect(
            try ModelExchange(decoding: covered).request == #"{"seed":12,"content":"room ██"}"#)
    }
}

extension ModelExchange {
    fileprivate init(decoding text: String) throws {
        self = try JSONValue(parsing: text).decode()
    }
}
