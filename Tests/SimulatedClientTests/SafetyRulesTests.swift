import TestSupport
import SystemCalls
import Testing

@testable import SimulatedClient

/// Files of rules, and who they guard.
@Suite struct SafetyRulesTests {
    private func file(_ rules: String, language: String = "en") -> String {
        """
        language: \(language)
        version: 3
        title: Test
        categories: [{name: c, title: C}]
        spellings: {dont: do not}
        negations: [not]
        rules:
        \(rules)
        """
    }

    private func rules(_ patterns: String) throws -> SafetyRules {
        try SafetyRules.read(
            file("  - {name: r, category: c, severity: urgent, anyOf: [\(patterns)]}"),
            file: "t.yaml")
    }

    @Test(arguments: [
        ("a b", "x a b y", true), ("a b", "a x b", false), ("a _2 b", "a x y b", true),
        ("a _2 b", "a x y z b", false), ("a _2 b", "a b", true), ("a _2 b", "a. b", false),
        ("a ~2 b", "a x, y b", false), ("a ~2 b", "a x y b", true),
        ("a (b|c d) e", "a c d e", true),
        ("a (b|c d|) e", "a e", true), ("a (b|c d) e", "a e", false), ("kill*", "Killings", true),
        ("N pills", "20 pills", true), ("N pills", "some pills", false), ("^ a", "x. a", true),
        ("^ a", "x a", false), ("a $", "a! x", true), ("a $", "a x", false), ("a", "not a", false),
        ("a", "don't, a", true), ("((a|b) c|d)", "b c", true), ("a", "A\n\nb", true),
        ("a b", "a\n\nb", false), ("a b", "a\nb", true), ("a b", "a... b", true),
        ("über", "UBER", false), ("uber", "Über", true), ("i'm", "I’m", true),
    ])
    func patternsMatch(pattern: String, text: String, matches: Bool) throws {
        let found = try rules("\"\(pattern)\"").check(text, side: .participant)
        #expect((found != nil) == matches, "\(found as Any)")
    }

    @Test(arguments: [
        ("(a", "expected ')'"), ("a)", "expected '('"), ("a | b", "expected '('"),
        ("_3", "at least one word"), ("_0 a", "expected _1 to _10"), ("A", "lower case"),
        ("(|)", "expected words"), ("((((((a))))))", "fewer brackets"), ("a,b", "lower case"),
        ("", "at least one word"), ("~99 a", "~10"),
    ])
    func mistakesAreNamed(pattern: String, words: String) {
        do throws(SafetyRulesError) {
            _ = try SafetyRules.read(
                file(
                    """
                      - name: r
                        category: c
                        severity: urgent
                        anyOf:
                          - "\(pattern)"
                    """), file: "t.yaml")
            Issue.record("\(pattern) was taken")
        } catch {
            #expect(error.code == .mistake)
            #expect(error.message.contains(words), "\(error.message)")
            #expect(error.message.contains("t.yaml:12:"), "\(error.message)")
        }
    }

    @Test func filesAreChecked() {
        for (rules, words) in [
            ("  - {name: r, category: d, severity: urgent, anyOf: [a]}", "expected one of c"),
            ("  - {name: r, category: c, severity: loud, anyOf: [a]}", "severity"),
            ("  - {name: r, category: c, severity: urgent, anyOf: []}", "at least one pattern"),
            ("  - {name: r, category: c, severity: urgent, anyof: [a]}", "anyof"),
            ("  []", "at least one rule"),
        ] {
            do throws(SafetyRulesError) {
                _ = try SafetyRules.read(file(rules), file: "t.yaml")
                Issue.record("\(rules) was taken")
            } catch {
                #expect(error.message.contains(words), "\(error.message)")
            }
        }
    }

    @Test func anotherLanguageIsRefused() throws {
        let directory = try TemporaryDirectory("safety")
        func write(_ name: String, language: String) throws {
            let rules = "  - {name: r, category: c, severity: urgent, anyOf: [a]}"
            try FileSystem.write(
                Array(file(rules, language: language).utf8), to: directory.file("\(name).yaml"))
        }
        try write("en", language: "en")
        try write("de", language: "en")
        try write("en-strict", language: "en-GB")
        func code(_ name: String, _ language: String) -> SafetyRulesError.Code? {
            do throws(SafetyRulesError) {
                _ = try SafetyRules.load(
                    named: name, sessionLanguage: language, directory: directory.path)
                return nil
            } catch {
                #expect(!error.message.isEmpty)
                return error.code
            }
        }
        #expect(code("en", "en") == nil)
        #expect(code("en", "en-GB") == nil)
        #expect(code("en", "EN_us") == nil)
        #expect(code("en-strict", "en") == nil)
        #expect(code("en", "de") == .language)
        #expect(code("de", "de") == .language)
        #expect(code("en", "") == .language)
        #expect(code("en", "enm") == .language)
        #expect(code("fr", "fr") == .missing)
        #expect(code("../en", "en") == .missing)
        #expect(code("", "en") == .missing)
        #expect(throws: SafetyRulesError.self) {
            try SafetyRules.load(language: "de", directory: directory.path)
        }
    }
}
