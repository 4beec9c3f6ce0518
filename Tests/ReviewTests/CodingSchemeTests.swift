import Declarations
import Link
import SystemCalls
import Testing

@testable import Review

/// Coding schemes are read with everything that they say, and mistakes are told with their place.
@Suite struct CodingSchemeTests {
    private func scheme(_ codes: String, head: String = "") -> String {
        "name: s\nversion: \"1\"\ntitle: T\n\(head)codes:\n\(codes)"
    }

    private func mistakes(_ text: String) -> [String] {
        do throws(DeclarationErrors) {
            _ = try CodingScheme.read(text, file: "s.yaml")
            return []
        } catch {
            return error.errors.map { "\($0.line): \($0.keyPath): \($0.message)" }
        }
    }

    @Test func whatIsLeftOutIsPutIn() throws {
        let text = scheme(
            """
              - {code: a, title: A, kind: interval, key: "1", group: g}
              - {code: b, title: B, kind: interval, group: g, parent: a}
              - code: c
                title: C
                kind: point
                parent: b
                colour: 7
                modifiers:
                  - {name: m, kind: choice, choices: [x, y]}
                  - {name: n, title: N, kind: number, minimum: 1, maximum: 5, required: true}

            """, head: "groups: [{name: g}]\n")
        let read = try CodingScheme.read(text, file: "s.yaml")
        #expect(read.version == "1" && read.layer == nil)
        #expect(read.groups == [CodeGroup(name: "g", title: "g", exclusive: true)])
        #expect(read.codes.map(\.colour) == [1, 2, 7])
        let c = try #require(read.code("c"))
        #expect(read.ancestors(of: c).map(\.code) == ["b", "a"])
        #expect(c.modifiers[0].title == "m" && !c.modifiers[0].required)
        #expect(c.modifiers[1].maximum == 5 && c.modifiers[1].required)
    }

    @Test(arguments: [
        ("  - {code: a, title: A, kind: moment}", "5: codes[0].kind"),
        ("  - {code: a b, title: A, kind: point}", "5: codes[0].code"),
        ("  - {code: a, title: A, kind: point, key: '10'}", "5: codes[0].key"),
        ("  - {code: a, title: A, kind: point, key: m}", "5: codes[0].key"),
        ("  - {code: a, title: A, kind: point, colour: 9}", "5: codes[0].colour"),
        ("  - {code: a, title: A, kind: point, group: g}", "5: codes[0].group"),
        ("  - {code: a, title: A, kind: point, parent: b}", "5: codes[0].parent"),
        ("  - {code: a, title: A, kind: interval, parent: a}", "5: codes[0].parent"),
        ("  - {code: a, title: A, kind: point, colou: 1}", "5: codes[0].colou"),
        ("  - {code: a, title: A, kind: point, modifiers: [{name: m, kind: choice}]}", "choices"),
        (
            "  - {code: a, title: A, kind: point, modifiers: [{name: m, kind: text, unit: s}]}",
            "unit"
        ),
        (
            "  - {code: a, title: A, kind: point, key: '1'}\n  - {code: a, title: B, kind: turn, key: '1'}",
            "6: codes[1].code"
        ),
        (
            "  - {code: a, title: A, kind: point}\n  - {code: b, title: B, kind: turn, parent: a}",
            "6: codes[1].parent"
        ),
        (
            "  - {code: a, title: A, kind: interval, parent: b}\n  - {code: b, title: B, kind: interval, parent: a}",
            "5: codes[0].parent"
        ),
        ("  []", "4: codes"),
    ])
    func aMistakeIsToldWithItsPlace(codes: String, place: String) throws {
        let found = mistakes(scheme(codes))
        #expect(!found.isEmpty && found[0].contains(place), "\(found)")
    }

    /// Everything that comes with the programs can be used.
    @Test func thoseThatComeWithTheProgramsAreRight() throws {
        let folder = try #require(FolderOfSchemes.path)
        let files = try FileSystem.list(folder).filter { $0.hasSuffix(".yaml") }.sorted()
        #expect(files.contains("peer-support-moments.yaml") && files.contains("artefacts.yaml"))
        for file in files {
            let (scheme, _) = try CodingScheme.load(path: "\(folder)/\(file)")
            #expect("\(scheme.name).yaml" == file)
            #expect(try JSONValue(encoding: scheme).decode(CodingScheme.self) == scheme)
        }
    }

    @Test(arguments: [
        ("a", "interval", #"{"m":"x"}"#, nil), ("a", "interval", "{}", nil),
        ("z", "interval", "{}", "no code 'z'"), ("a", "point", "{}", "not on a point"),
        ("a", "interval", #"{"m":"z"}"#, "one of x, y"),
        ("a", "interval", #"{"q":1}"#, "no modifier 'q'"),
        ("a", "interval", #"{"n":9}"#, "at most 5"), ("a", "interval", #"{"n":"2"}"#, "a number"),
        ("a", "interval", #"{"t":2}"#, "a text"), ("a", "interval", "[]", "an object"),
    ])
    func annotationsAreHeldAgainstIt(code: String, kind: String, modifiers: String, words: String?)
        throws
    {
        let read = try CodingScheme.read(
            scheme(
                """
                  - code: a
                    title: A
                    kind: interval
                    modifiers:
                      - {name: m, kind: choice, choices: [x, y]}
                      - {name: n, kind: number, minimum: 1, maximum: 5, required: true}
                      - {name: t, kind: text}

                """), file: "s.yaml")
        let problem = SchemeCheck(scheme: read).problem(
            code: code, kind: kind, modifiers: try JSONValue(parsing: modifiers))
        if let words {
            #expect(problem?.contains(words) == true, "\(problem ?? "nothing")")
        } else {
            #expect(problem == nil)
        }
    }
}

enum FolderOfSchemes {
    static var path: String? {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/Protocols/schemes"
    }
}
