import Link
import TestSupport
import Testing

@testable import SimulatedClient

/// Streams and JSON as strangers write them.
@Suite struct ModelReadingTests {
    private typealias Event = ServerSentEvents.Event

    private func events(_ text: String, pieces: [Int]) -> [Event] {
        var parser = ServerSentEvents()
        var events: [Event] = []
        var rest = Array(text.utf8)[...]
        var turn = 0
        while !rest.isEmpty {
            let length = min(rest.count, max(1, pieces[turn % pieces.count]))
            events += parser.feed(rest.prefix(length))
            rest = rest.dropFirst(length)
            turn += 1
        }
        if let last = parser.finish() { events.append(last) }
        return events
    }

    @Test(arguments: [
        ("data: a\n\ndata: b\n\n", ["a", "b"]), ("data: a\r\n\r\ndata:b\r\n\r\n", ["a", "b"]),
        ("data: a\r\ndata: b\r\n\r\n", ["a\nb"]),
        ("data: a\r\rdata: b\r\r", ["a", "b"]), ("data: a\n\r\ndata: b\r\n\n", ["a", "b"]),
        ("\u{FEFF}data: a\n\n", ["a"]), (": hello\n\n:\n\ndata: a\n\n", ["a"]),
        ("data: a\ndata: b\ndata\n\n", ["a\nb\n"]), ("data:  a\n\n", [" a"]),
        ("id: 1\nretry: 3\nfoo: bar\nfoo\ndata: a\n\n", ["a"]), ("event: x\n\ndata: a\n\n", ["a"]),
        ("data: [DONE]", ["[DONE]"]), ("data: a\n", ["a"]), ("data\n\n", [""]), ("\n\n\n", []),
        ("data: grün 🙂 你好\r\n\r\n", ["grün 🙂 你好"]), ("DATA: a\n\n", []),
        ("data: {\"a\": \"data: b\"}\n\n", ["{\"a\": \"data: b\"}"]),
    ])
    func eventsAreReadHoweverTheyAreCut(text: String, data: [String]) {
        for pieces in [[1000], [1], [2], [3], [1, 5], [7, 2, 1]] {
            #expect(events(text, pieces: pieces).map(\.data) == data)
        }
        var random = SeededGenerator(seed: 1)
        for _ in 0..<50 {
            let pieces = (0..<5).map { _ in Int.random(in: 1...9, using: &random) }
            #expect(events(text, pieces: pieces).map(\.data) == data)
        }
    }

    @Test func eventsHaveNames() {
        #expect(
            events("event: error\ndata: x\n\ndata: y\n\n", pieces: [4])
                == [Event(name: "error", data: "x"), Event(name: "", data: "y")])
    }

    @Test(arguments: [
        ("<think>Hm. {x}</think>\n\nHello", "Hello"), ("\n<think></think>Hello", "Hello"),
        ("Hello <think>no</think>", "Hello <think>no</think>"), ("<thin", "<thin"),
        ("<think>for ever", ""), ("<b>Hello", "<b>Hello"), ("", ""), (" Hello ", " Hello "),
        ("<think>a</thin</think>Hello 🙂", "Hello 🙂"),
    ])
    func whatAModelSaysToItselfIsNoAnswer(text: String, answer: String) {
        for length in [1, 2, 5, 100] {
            var filter = ThinkingFilter()
            var result = ""
            var rest = text[...]
            while !rest.isEmpty {
                result += filter.feed(String(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(result + filter.finish() == answer)
        }
    }

    private let schema: JSONValue = ["type": "object", "required": ["a"]]

    @Test(arguments: [
        #"{"a": 1}"#, #"```json\#n{"a": 1}\#n```"#, #"Here: {"a": 1}. Good?"#, #"{"a": 1,}"#,
        #"{'a': 1}"#, "{a: 1}", #"{"a": 1} {"a": 2}"#, #"{"b": 1} then {"a": 1}"#,
        #"[1, 2] {"a": 1}"#, #"{not json} {"a": 1}"#, #"{ // what it is\#n"a": 1 /* one */ }"#,
        #"<think>{"x": [}</think>{"a": 1}"#, "\u{FEFF}{\"a\": 1}", #"{"a": +1}"#,
        #"{"a": 1, "b": [1,2,], "c": {"d": None, "e": True,},}"#, #"{"a":1,"b":"line\#nbreak"}"#,
        #"{"a": 1, "s": "he said \"{\" and }"}"#, #"{"a": 9, "a": 1}"#,
    ])
    func jsonIsFoundInProse(text: String) throws {
        let value = try JSONAnswer.value(in: text, fitting: schema)
        #expect(value["a"] == 1)
    }

    @Test(arguments: [
        "", "no", #"{"a": 1"#, #"{"a": }"#, #"{"b": 1}"#, "[1]", "1", #""{\"a\": 1}""#, "{{{{{{{{",
        #"{"a" 1}"#, #"{"a": 1"b": 2}"#, "{\"a\": \"\\u12\"", "null",
    ])
    func whatIsNotThereIsNotGuessed(text: String) {
        #expect(throws: ModelFailure.self) { try JSONAnswer.value(in: text, fitting: schema) }
    }

    @Test func nothingTakesForEver() {
        for text in [
            String(repeating: "{", count: 200_000), String(repeating: "[", count: 200_000),
            String(repeating: "{\"a\":", count: 50_000), String(repeating: "{a:1,", count: 50_000),
            String(repeating: "/*{", count: 50_000), String(repeating: "[{},", count: 50_000),
        ] {
            #expect(throws: ModelFailure.self) { try JSONAnswer.value(in: text, fitting: schema) }
        }
        #expect(
            LenientJSON.value(of: #""\ud83d\ude42 \ud83d x \ude42""#) == "🙂 \u{FFFD} x \u{FFFD}")
        #expect(LenientJSON.value(of: "1e999") == nil)
        #expect(LenientJSON.value(of: "99999999999999999999") == .real(1e20))
    }

    @Test func schemasAreChecked() {
        func problem(_ value: JSONValue, _ schema: JSONValue) -> String? {
            SchemaCheck.problem(of: value, schema: schema)
        }
        let schema: JSONValue = [
            "type": "object", "required": ["list", "n"], "additionalProperties": false,
            "properties": [
                "list": [
                    "type": "array", "minItems": 1, "maxItems": 2,
                    "items": ["type": "string", "minLength": 1, "maxLength": 3],
                ],
                "n": ["type": ["number", "null"], "minimum": -1, "maximum": 1],
                "k": ["enum": ["x", 1]], "i": ["type": "integer"],
                "u": ["anyOf": [["type": "string"], ["type": "boolean"]]],
            ],
        ]
        #expect(problem(["list": ["a"], "n": 0.5, "k": 1.0, "i": 2.0, "u": true], schema) == nil)
        #expect(problem(["list": ["a"], "n": nil], schema) == nil)
        for (value, words) in [
            (["n": 1] as JSONValue, "has no 'list'"), (["list": [], "n": 1], "at least 1"),
            (["list": ["a", "b", "c"], "n": 1], "at most 2"), (["list": [1], "n": 1], "list[0]"),
            (["list": ["abcd"], "n": 1], "longer"), (["list": [""], "n": 1], "shorter"),
            (["list": ["a"], "n": 2], "more than"), (["list": ["a"], "n": -2], "less than"),
            (["list": ["a"], "n": "1"], "not number or null"),
            (["list": ["a"], "n": 1, "k": "y"], "none of"),
            (["list": ["a"], "n": 1, "i": 1.5], "not integer"),
            (["list": ["a"], "n": 1, "u": 1], "none of the allowed"),
            (["list": ["a"], "n": 1, "z": 1], "unexpected 'z'"), ([1], "not object"),
        ] {
            #expect(problem(value, schema)?.contains(words) == true, "\(value.text)")
        }
    }
}
