import Declarations
import Testing

private struct Station: Decodable, CheckedDeclaration {
    enum Colour: String, Decodable, CaseIterable { case red, green }
    struct Port: Decodable {
        var path: String
        var baud: UInt32
    }
    var name: String
    var rate: Double
    var count: Int
    var small: UInt8?
    var colour: Colour?
    var enabled: Bool?
    var ports: [Port]?
    var table: [String: Double]?

    func check(_ report: inout DeclarationReport) {
        report.requireName(name, at: "name")
        report.require(rate, in: 1...1000, at: "rate")
        for (index, port) in (ports ?? []).enumerated() where port.baud == 0 {
            report.add(at: "ports", "\(index)", "baud", message: "expected a rate, found 0")
        }
    }
}

/// The messages of reading a text as a station.
private func mistakes(_ text: String) -> [String] {
    do {
        _ = try Declaration.decode(Station.self, from: text, file: "s.yaml")
        return []
    } catch {
        return error.errors.map(\.description)
    }
}

@Suite struct DeclarationTests {
    @Test func readsEveryKindOfValue() throws {
        let station = try Declaration.decode(
            Station.self,
            from: """
                name: "lab"     # a comment
                rate: 12.5
                count: -3
                small: 0xff
                colour: green
                enabled: true
                ports:
                  - {path: /dev/ttyUSB0, baud: 9600}
                  - path: 12
                    baud: 1
                table: {a: 1, b: 2e3}
                """, file: "s.yaml")
        #expect(station.name == "lab")
        #expect(station.rate == 12.5)
        #expect(station.count == -3)
        #expect(station.small == 255)
        #expect(station.colour == .green)
        #expect(station.enabled == true)
        #expect(station.ports?.map(\.path) == ["/dev/ttyUSB0", "12"])
        #expect(station.table == ["a": 1, "b": 2000])
    }

    @Test(
        arguments: [
            ("rate: 1\ncount: 1", "s.yaml:1:1: name: expected a text, found no such key"),
            (
                "name: a\nrate: fast\ncount: 1",
                "s.yaml:2:7: rate: expected a number, found 'fast'"
            ),
            (
                "name: a\nrate: 1\ncount: 1.5",
                "s.yaml:3:8: count: expected a whole number, found '1.5'"
            ),
            (
                "name: a\nrate: 1\ncount: 1\nsmall: 256",
                "s.yaml:4:8: small: expected a whole number from 0 to 255, found '256'"
            ),
            (
                "name: a\nrate: 1\ncount: \"1\"",
                "s.yaml:3:8: count: expected a whole number, found the text '1'"
            ),
            (
                "name: a\nrate: 1\ncount: 1\ncolour: blue",
                "s.yaml:4:9: colour: expected one of red, green, found 'blue'"
            ),
            (
                "name: a\nrate: 1\ncount: 1\nenabled: yes",
                "s.yaml:4:10: enabled: expected true or false, found 'yes'"
            ),
            (
                "name: a\nrate: 1\ncount: 1\n  \ncolor: red",
                "s.yaml:5:1: color: there is no such key; did you mean 'colour'?"
            ),
            (
                "name: a\nrate: 1\ncount: 1\nzzz: red",
                "s.yaml:4:1: zzz: there is no such key; the keys here are colour, count, enabled, name, ports, rate, small, table"
            ),
            (
                "name: a\nrate: 5000\ncount: 1",
                "s.yaml:2:7: rate: expected 1.0 to 1000.0, found 5000.0"
            ),
            (
                "name: a b\nrate: 1\ncount: 1",
                "s.yaml:1:7: name: expected a name of letters, digits, '-', '_' and '.', found 'a b'"
            ),
            (
                "name: a\nrate: 1\ncount: 1\nports:\n  - {path: p, baud: 0}",
                "s.yaml:5:21: ports[0].baud: expected a rate, found 0"
            ),
            (
                "name: a\nrate: 1\ncount: 1\nports: {a: b}",
                "s.yaml:4:8: ports: expected a list, found a mapping"
            ),
            (
                "name: a\nrate: 1\ncount: 1\nports: [x]",
                "s.yaml:4:9: ports[0]: expected keys with values, found 'x'"
            ),
            (
                "name:\nrate: 1\ncount: 1",
                "s.yaml:1:1: name: expected a text, found nothing"
            ),
            (
                "name: a\nrate: 1e999\ncount: 1",
                "s.yaml:2:7: rate: expected a number, found '1e999'"
            ),
            ("name: a\nrate: .nan\ncount: 1", "s.yaml:2:7: rate: expected a number, found '.nan'"),
            (
                "name: a\nrate: 1\ncount: 99999999999999999999999",
                "s.yaml:3:8: count: expected a whole number, found '99999999999999999999999'"
            ),
            ("", "s.yaml:1:1: expected keys with values, found an empty file"),
            ("# only this\n", "s.yaml:1:1: expected keys with values, found an empty file"),
            ("[1, 2]", "s.yaml:1:1: expected keys with values, found a list"),
            (
                "name: a\n\trate: 1",
                "s.yaml:2:1: expected spaces for indentation, found a tab"
            ),
            (
                "name: a\nrate: 1\nname: b\n",
                "s.yaml:1:1: expected each key once, found 'name' more than once in the same mapping"
            ),
        ])
    func namesFileLineColumnAndKey(_ text: String, _ expected: String) {
        #expect(mistakes(text).first == expected)
        #expect(mistakes(text).count == 1 || text.hasPrefix("[") || !text.contains("name"))
    }

    @Test func syntaxErrorsHaveAPlace() {
        #expect(mistakes("name: [a\nrate: }").first?.hasPrefix("s.yaml:2:") == true)
        #expect(mistakes("name: 'a\n").first?.hasPrefix("s.yaml:") == true)
        #expect(mistakes("a: *nowhere").first?.hasPrefix("s.yaml:1:4: ") == true)
        #expect(mistakes("a: 1\n---\nb: 2").first?.contains("another document") == true)
        #expect(mistakes("a: 1\nb: \u{01}").first?.hasPrefix("s.yaml:2:4: ") == true)
    }

    @Test func severalMistakesInOneGo() {
        let found = mistakes(
            """
            name: [x]
            rate: fast
            cuont: 1
            colour: blue
            ports: [{path: a, baud: -1}, {baud: 5}]
            """)
        #expect(
            found.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
                "s.yaml:1:1: count:", "s.yaml:1:7: name:", "s.yaml:2:7: rate:",
                "s.yaml:3:1: cuont:", "s.yaml:4:9: colour:", "s.yaml:5:25: ports[0].baud:",
                "s.yaml:5:30: ports[1].path:",
            ])
    }

    @Test func columnsCountUnicodeScalars() {
        #expect(
            mistakes("{name: µµµ, rate: x, count: 1}").first?.hasPrefix("s.yaml:1:19: ") == true)
    }

    @Test func hostileFilesAreRefusedAtOnce() {
        #expect(mistakes(String(repeating: "[", count: 100_000)).count == 1)
        #expect(mistakes(String(repeating: "- ", count: 100_000)).count == 1)
        #expect(mistakes(String(repeating: "{a: ", count: 900)).count == 1)
        #expect(
            !mistakes(
                "name: " + String(repeating: "[", count: 900)
                    + String(repeating: "]", count: 900)
            ).isEmpty)
        var laughs = "a0: &a0 [x, x]\n"
        for level in 1...40 {
            laughs += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        #expect(mistakes(laughs).first?.contains("at most 16 aliases") == true)
        #expect(mistakes(String(repeating: "x", count: 2 << 20)).first?.contains("at most") == true)
    }

    @Test func aFewAliasesWork() throws {
        let values = try Declaration.decode(
            [String: [Int]].self, from: "a: &a [1, 2]\nb: *a\n", file: "f")
        #expect(values == ["a": [1, 2], "b": [1, 2]])
    }

    @Test func bytesThatAreNotUTF8HaveAPlace() {
        let bytes = Array("a: 1\nµ: ".utf8) + [0xFF, 0x0A]
        let error = #expect(throws: DeclarationErrors.self) {
            try DeclarationDocument(bytes: bytes, file: "f")
        }
        #expect(
            error?.errors.first?.description
                == "f:2:4: expected UTF-8 text, found a byte that is none")
    }

    @Test func aMissingFileSaysSo() {
        let error = #expect(throws: DeclarationErrors.self) {
            try Declaration.load(Station.self, path: "/nowhere/x.yaml")
        }
        #expect(
            error?.description.hasPrefix("/nowhere/x.yaml:1:1: the file cannot be read") == true)
    }

    @Test func aDocumentKnowsWhereItsKeysAre() throws {
        let document = try DeclarationDocument(
            text: "devices:\n  - profile: x\n    options: {rate: 7}\n", file: "f")
        #expect(
            document.error(at: ["devices", "0", "options", "rate"], "no").description
                == "f:3:21: devices[0].options.rate: no")
        #expect(
            document.error(at: ["devices", "0", "none"], "no").description
                == "f:2:5: devices[0].none: no")
    }

    @Test func randomTextNeverTraps() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "a", ":", " ", "\n", "-", "[", "]", "{", "}", "&a", "*a", "\"", "'", "|", ">", "?", "!",
            "%", "#", "\t", "0", "1e9", "~", "name", "rate", "ports", ": ", "- ", "\u{0}", "µ",
            "<<",
            "!!int", "---", "...", "\r",
        ]
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<30, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            _ = mistakes(text)
        }
    }
}
