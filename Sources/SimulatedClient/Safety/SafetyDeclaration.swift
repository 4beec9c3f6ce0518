import Declarations

/// A rules file as it is written; `Protocols/formats/safety-rules.md` describes it.
struct SafetyDeclaration: CheckedDeclaration {
    struct Category: Decodable {
        var name: String
        var title: String
    }

    struct Rule: Decodable {
        var name: String
        var category: String
        var severity: SafetyFinding.Severity
        var sides: [SafetySide]?
        var anyOf: [String]
        var unless: [String]?
        var negatable: Bool?
    }

    var language: String
    var version: Int
    var title: String
    var sources: [String]?
    var categories: [Category]
    var spellings: [String: String]?
    var negations: [String]?
    var notNegations: [String]?
    var clauseBreaks: [String]?
    var unless: [String]?
    var rules: [Rule]

    func check(_ report: inout DeclarationReport) {
        report.requireName(language, at: "language")
        report.require(version, in: 1...1_000_000, at: "version")
        for (index, category) in categories.enumerated() {
            report.requireName(category.name, at: "categories", "\(index)", "name")
        }
        if rules.isEmpty { report.add(at: "rules", message: "expected at least one rule") }
        check(negations, &report, at: ["negations"])
        check(notNegations, &report, at: ["notNegations"])
        check(unless, &report, at: ["unless"])
        var names: Set<String> = []
        for (index, rule) in rules.enumerated() {
            let place = ["rules", "\(index)"]
            report.requireName(rule.name, at: "rules", "\(index)", "name")
            if !names.insert(rule.name).inserted {
                report.add(at: place + ["name"], message: "the rule '\(rule.name)' stands twice")
            }
            if !categories.contains(where: { $0.name == rule.category }) {
                report.add(
                    at: place + ["category"],
                    message: "expected one of \(categories.map(\.name).joined(separator: ", ")), "
                        + "found '\(rule.category)'")
            }
            if rule.anyOf.isEmpty {
                report.add(at: place + ["anyOf"], message: "expected at least one pattern")
            }
            if rule.sides?.isEmpty ?? false {
                report.add(
                    at: place + ["sides"], message: "expected at least one of participant, client")
            }
            check(rule.anyOf, &report, at: place + ["anyOf"])
            check(rule.unless, &report, at: place + ["unless"])
        }
    }

    private func check(
        _ patterns: [String]?, _ report: inout DeclarationReport, at place: [String]
    ) {
        for (index, pattern) in (patterns ?? []).enumerated() {
            do throws(SafetyPattern.Mistake) {
                _ = try SafetyPattern(pattern)
            } catch {
                report.add(at: place + ["\(index)"], message: error.message)
            }
        }
    }
}
