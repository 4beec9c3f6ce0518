import Declarations
import SystemCalls

/// Rules of one language that look for danger in what is said.
///
/// Rules know words, not people: they miss what is put in other words, over several messages, or in
/// another language, and they find what was meant otherwise. They are a net below a person who
/// watches, never one instead.
public struct SafetyRules: Sendable {
    struct Rule: Sendable {
        var name: String
        var category: String
        var severity: SafetyFinding.Severity
        var sides: [SafetySide]
        var anyOf: [SafetyPattern]
        var unless: [SafetyPattern]
        var isNegatable: Bool
    }

    /// Such as `en`.
    public let language: String
    public let version: Int
    public let title: String
    /// Names and titles of what rules look for.
    public let categories: [(name: String, title: String)]
    let rules: [Rule]
    /// The names of the rules, by which a protocol may permit them one by one.
    public var ruleNames: [String] { rules.map(\.name) }
    private let spellings: [String: [String]]
    private let negations: [SafetyPattern]
    private let notNegations: [SafetyPattern]
    private let clauseBreaks: Set<String>
    private let unless: [SafetyPattern]

    /// How many words may stand between a negation and what it negates.
    private static let negationReach = 4

    init(_ declaration: SafetyDeclaration) {
        // Patterns that cannot be read were refused by the declaration's check.
        func patterns(_ texts: [String]?) -> [SafetyPattern] {
            (texts ?? []).compactMap { try? SafetyPattern($0) }
        }
        language = declaration.language
        version = declaration.version
        title = declaration.title
        categories = declaration.categories.map { ($0.name, $0.title) }
        spellings = (declaration.spellings ?? [:]).mapValues {
            $0.split(separator: " ").map { String($0) }
        }
        negations = patterns(declaration.negations)
        notNegations = patterns(declaration.notNegations)
        clauseBreaks = Set(declaration.clauseBreaks ?? [])
        unless = patterns(declaration.unless)
        rules = declaration.rules.map {
            Rule(
                name: $0.name, category: $0.category, severity: $0.severity,
                sides: $0.sides ?? SafetySide.allCases, anyOf: patterns($0.anyOf),
                unless: patterns($0.unless), isNegatable: $0.negatable ?? true)
        }
    }

    /// What stands in findings as their source, such as `rules/en/1`.
    public var source: String { "rules/\(language)/\(version)" }

    /// The rules of a language, from the folder of rules that belongs to the programs.
    ///
    /// - Parameter directory: nil for `Places.safety`.
    /// - Throws: `missing` where there are none, `language` where the file declares another one.
    public static func load(
        language: String, directory: String? = nil
    ) throws(SafetyRulesError) -> SafetyRules {
        try load(named: language, sessionLanguage: language, directory: directory)
    }

    /// The rules of a protocol, which must be of the language that the session is in. `en` guards
    /// `en-GB` too; nothing guards a language that it does not declare.
    ///
    /// - Parameters:
    ///   - name: the rules' name, the file is `NAME.yaml`; usually the language.
    ///   - sessionLanguage: the language of the protocol.
    public static func load(
        named name: String, sessionLanguage: String, directory: String? = nil
    ) throws(SafetyRulesError) -> SafetyRules {
        let directory = directory ?? Places.safety
        let isName = name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "-_.".utf8.contains($0)
        }
        let path = "\(directory)/\(name).yaml"
        guard isName, !name.isEmpty, !name.hasPrefix("."), FileSystem.exists(path) else {
            throw SafetyRulesError(
                .missing,
                "There are no safety rules '\(name.prefix(80))' in \(directory), and a session without "
                    + "them is not begun. Write such a file, or name another one in the protocol.")
        }
        let rules = try load(path: path)
        try rules.require(sessionLanguage: sessionLanguage)
        return rules
    }

    /// Rules of a file.
    public static func load(path: String) throws(SafetyRulesError) -> SafetyRules {
        do throws(DeclarationErrors) {
            return SafetyRules(try Declaration.load(SafetyDeclaration.self, path: path).value)
        } catch {
            throw SafetyRulesError(.mistake, "\(error)")
        }
    }

    /// Rules of a text; `file` is the name that errors show.
    public static func read(_ text: String, file: String) throws(SafetyRulesError) -> SafetyRules {
        do throws(DeclarationErrors) {
            return SafetyRules(
                try Declaration.decode(SafetyDeclaration.self, from: text, file: file))
        } catch {
            throw SafetyRulesError(.mistake, "\(error)")
        }
    }

    /// Refuses a session in another language.
    public func require(sessionLanguage: String) throws(SafetyRulesError) {
        func primary(_ tag: String) -> String {
            tag.lowercased().split { $0 == "-" || $0 == "_" }.first.map { String($0) } ?? ""
        }
        guard !primary(language).isEmpty, primary(language) == primary(sessionLanguage) else {
            throw SafetyRulesError(
                .language,
                "The safety rules are of the language '\(language)', the session of "
                    + "'\(sessionLanguage)': it would be unguarded. Name rules of its language in the "
                    + "protocol.")
        }
    }

    /// The gravest finding in a text; of equals, the first in it.
    ///
    /// - Parameter permits: categories, or names of rules, that do not alarm on the client's side. On
    ///   the participant's side everything does.
    public func check(
        _ text: String, side: SafetySide, permits: [String] = []
    ) -> SafetyFinding? {
        let all = findings(in: text, side: side, permits: permits)
        return all.first { finding in all.allSatisfy { $0.severity <= finding.severity } }
    }

    /// Everything that rules find in a text, by place; each rule at most once.
    ///
    /// - Parameter withQuotes: whether findings hold the words.
    public func findings(
        in text: String, side: SafetySide, permits: [String] = [], withQuotes: Bool = false
    ) -> [SafetyFinding] {
        let words =
            SafetyText(text, spellings: spellings, clauseBreaks: clauseBreaks).words
        guard !words.isEmpty else { return [] }
        var found: [SafetyFinding] = []
        var negated: [Bool]?
        var passed: [Range<Int>]?
        for rule in rules where rule.sides.contains(side) {
            if side == .client, permits.contains(rule.category) || permits.contains(rule.name) {
                continue
            }
            let places = rule.anyOf.flatMap { $0.matches(in: words) }
            guard !places.isEmpty else { continue }
            let general = passed ?? unless.flatMap { $0.matches(in: words) }
            passed = general
            let own = rule.unless.flatMap { $0.matches(in: words) }
            let marks = negated ?? negations(in: words)
            negated = marks
            let place = places.sorted { $0.lowerBound < $1.lowerBound }.first { place in
                if (general + own).contains(where: { $0.overlaps(place) }) { return false }
                return !(rule.isNegatable && place.contains { marks[$0] })
            }
            guard let place else { continue }
            let start = words[place.lowerBound].start
            let end = words[place.upperBound - 1].end
            found.append(
                SafetyFinding(
                    category: rule.category, severity: rule.severity, rule: rule.name, side: side,
                    start: start, length: end - start,
                    quote: withQuotes ? Self.quote(text, start, end) : nil, source: source))
        }
        return found.sorted { ($0.start, $0.rule) < ($1.start, $1.rule) }
    }

    /// For each word, whether it is negated: by a negation at most a few words before it, in the same
    /// clause, that is not one of those that negate nothing.
    private func negations(in words: [SafetyText.Word]) -> [Bool] {
        var marks = [Bool](repeating: false, count: words.count)
        let exempt = notNegations.flatMap { $0.matches(in: words) }
        for pattern in negations {
            for place in pattern.matches(in: words)
            where !exempt.contains(where: { $0.overlaps(place) }) {
                let last = min(place.upperBound + Self.negationReach, words.count - 1)
                guard place.upperBound <= last else { continue }
                for index in place.upperBound...last {
                    let word = words[index]
                    let isBeyond =
                        word.sentence != words[place.lowerBound].sentence || word.beginsClause
                    if isBeyond { break }
                    marks[index] = true
                }
            }
        }
        return marks
    }

    private static func quote(_ text: String, _ start: Int, _ end: Int) -> String {
        let units = Array(text.utf16)
        return String(
            decoding: units[min(start, units.count)..<min(end, units.count)], as: UTF16.self)
    }
}
