import Testing
import TestSupport

@testable import Link

@Suite struct JSONTests {
    @Test(arguments: [
        "0", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993", "1.5",
        "-0.25", "1e+300", "5e-324", "true", "false", "null", "\"\"", "\"ä€😀\\n\\\"\\\\\"",
        "[]", "{}", "[1,[2,{\"a\":[]}]]", "{\"a\":1,\"b\":null}",
    ])
    func whatIsReadIsWrittenTheSame(text: String) throws {
        #expect(try JSONValue(parsing: text).text == text)
    }

    @Test func largeIntegersAreExact() throws {
        #expect(try JSONValue(parsing: "9007199254740993") == .integer(9_007_199_254_740_993))
        #expect(try JSONValue(parsing: "1.0") == .real(1))
    }

    @Test func escapesAreRead() throws {
        #expect(
            try JSONValue(parsing: #""\u0041\ud83d\ude00\/\b\f\n\r\t\u0000""#)
                == .string("A😀/\u{8}\u{c}\n\r\t\0"))
        // No NUL may stand in a message but its last byte.
        #expect(!JSONValue.string("a\0b").serialised.contains(0))
    }

    @Test(arguments: [
        "", " ", "tru", "nul", "01", "-", "1.", ".5", "1e", "+1", "NaN", "Infinity", "1e999",
        "9223372036854775808", "\"", "\"\\", "\"\\u12", "\"\\ud800\"", "\"\\ud800\\u0041\"",
        "\"\\udc00\"", "\"\\x\"", "\"\n\"", "[", "[1", "[1,", "[1,]", "{", "{\"a\"", "{\"a\":",
        "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{1:2}", "{\"a\":1,\"a\":2}", "1 2", "[]]", "'a'",
    ])
    func whatIsNoJSONIsRefused(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func badBytesAreRefused() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFE],
        ] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes[...]) }
        }
    }

    @Test func depthAndCountAreBounded() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: deep) }
        let nested = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        _ = try JSONValue(parsing: nested)
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[\(nested)]") }
        let many = "[" + String(repeating: "0,", count: 100) + "0]"
        #expect(throws: JSONError.self) {
            try JSONValue(parsing: many, limits: JSONLimits(values: 100))
        }
        _ = try JSONValue(parsing: many, limits: JSONLimits(values: 102))
    }

    @Test func randomBytesNeverTrap() {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \u{e4}".utf8) + [0, 0xFF]
        var accepted = 0
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            guard let value = try? JSONValue(parsing: bytes[...]) else { continue }
            accepted += 1
            #expect((try? JSONValue(parsing: value.serialised[...])) == value)
        }
        #expect(accepted > 0)
    }

    @Test func typesKeepTheirNamesOnTheWire() throws {
        let event = LinkEvent(
            sequence: 1, timeNs: .max, boundNs: nil, stream: nil, kind: "turn",
            payload: ["aB": 1, "nested": ["x": nil]])
        let value = try JSONValue(encoding: event)
        #expect(
            value.text
                == #"{"kind":"turn","payload":{"aB":1,"nested":{"x":null}},"sequence":1,"time_ns":9223372036854775807}"#
        )
        #expect(try value.decode(LinkEvent.self) == event)
    }

    private enum Fact: Codable, Hashable {
        case plain
        case severalWords(Int, byWhom: String)
    }

    /// The case of an enum is a key, and its name may be of several words.
    @Test func casesOfEnumsComeBack() throws {
        let facts: [Fact] = [.plain, .severalWords(3, byWhom: "x")]
        let value = try JSONValue(encoding: facts)
        #expect(value.text == #"[{"plain":{}},{"several_words":{"_0":3,"by_whom":"x"}}]"#)
        #expect(try value.decode([Fact].self) == facts)
    }

    @Test func aMismatchNamesItsPlace() {
        let value: JSONValue = [
            "session": "s", "client": "c",
            "events": [["sequence": 1, "time_ns": "x", "kind": "k", "payload": [:]]],
        ]
        #expect(
            throws: JSONMismatch(
                path: "events[0].time_ns", reason: "an integer is expected, not a string")
        ) {
            try value.decode(LinkInterface.SendEvents.Parameters.self)
        }
        #expect(throws: JSONMismatch(path: "events", reason: "it is missing")) {
            try (["session": "s", "client": "c"] as JSONValue).decode(
                LinkInterface.SendEvents.Parameters.self)
        }
    }
}
