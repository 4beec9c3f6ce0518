import Declarations

/// A condition of an item as it is written.
struct WhenDeclaration: Decodable {
    /// A number or a text.
    struct Value: Decodable {
        var raw: String
        var number: Double?

        init(from decoder: any Decoder) throws {
            raw = try String(from: decoder)
            if decoder.declaredForm == .number { number = try Double(from: decoder) }
        }

        var value: ItemCondition.Value { number.map(ItemCondition.Value.number) ?? .text(raw) }
    }

    var item: String?
    var factor: String?
    var equals: Value?
    var anyOf: [Value]?
    var atLeast: Double?
    var atMost: Double?
    var answered: Bool?
    var all: [WhenDeclaration]?
    var any: [WhenDeclaration]?

    /// The keys that are given and say what must hold.
    private var tests: [String] {
        [
            ("equals", equals != nil), ("anyOf", anyOf != nil), ("atLeast", atLeast != nil),
            ("atMost", atMost != nil), ("answered", answered != nil),
        ].filter(\.1).map(\.0)
    }

    /// - Parameters:
    ///   - earlier: the items that come before.
    ///   - later: the names of the item itself and of those behind it.
    func check(
        _ report: inout DeclarationReport, at place: [String],
        earlier: [QuestionnaireDeclaration.Item], later: [String],
        factors: [ConditionDeclaration.Factor]
    ) {
        let subjects = [
            ("item", item != nil), ("factor", factor != nil), ("all", all != nil),
            ("any", any != nil),
        ].filter(\.1).map(\.0)
        guard subjects.count == 1 else {
            let found = subjects.isEmpty ? "none" : subjects.joined(separator: " and ")
            report.add(
                at: place,
                message: "expected one of the keys item, factor, all and any, found \(found)")
            return
        }
        if let parts = all ?? any {
            for test in tests {
                report.add(
                    at: place + [test], message: "\(subjects[0]) has a list of conditions alone")
            }
            if parts.isEmpty {
                report.add(at: place + subjects, message: "expected at least one condition")
            }
            for (index, part) in parts.enumerated() {
                part.check(
                    &report, at: place + subjects + ["\(index)"], earlier: earlier, later: later,
                    factors: factors)
            }
            return
        }
        let allowed =
            factor == nil
            ? ["equals", "anyOf", "atLeast", "atMost", "answered"] : ["equals", "anyOf"]
        guard tests.count == 1, allowed.contains(tests[0]) else {
            let found = tests.isEmpty ? "none" : tests.joined(separator: " and ")
            report.add(
                at: place,
                message:
                    "expected one of the keys \(allowed.joined(separator: ", ")), found \(found)")
            return
        }
        if anyOf?.isEmpty ?? false {
            report.add(at: place + ["anyOf"], message: "expected at least one value")
        }
        if let factor {
            checkFactor(factor, &report, at: place, factors: factors)
        } else if let item {
            guard let found = earlier.first(where: { $0.name == item }) else {
                report.add(
                    at: place + ["item"],
                    message: later.contains(item)
                        ? "'\(item)' does not come before; a condition looks back"
                        : unknown(item, "item before this", known: earlier.map(\.name)))
                return
            }
            checkItem(found, &report, at: place)
        }
    }

    /// The values to compare with, and where they stand.
    private var values: [(Value, [String])] {
        if let equals { return [(equals, ["equals"])] }
        return (anyOf ?? []).enumerated().map { ($1, ["anyOf", "\($0)"]) }
    }

    private func checkFactor(
        _ name: String, _ report: inout DeclarationReport, at place: [String],
        factors: [ConditionDeclaration.Factor]
    ) {
        guard let factor = factors.first(where: { $0.name == name }) else {
            report.add(
                at: place + ["factor"],
                message: unknown(name, "factor", known: factors.map(\.name)))
            return
        }
        for (value, keys) in values where !factor.levels.contains(value.raw) {
            report.add(
                at: place + keys,
                message: "there is no level '\(value.raw)' of \(name); there are "
                    + factor.levels.joined(separator: ", "))
        }
    }

    private func checkItem(
        _ item: QuestionnaireDeclaration.Item, _ report: inout DeclarationReport,
        at place: [String]
    ) {
        let built = item.item
        if let test = tests.first, test == "atLeast" || test == "atMost", !built.isNumeric {
            report.add(
                at: place + [test], message: "'\(item.name)' is not answered by one number")
            return
        }
        for (value, keys) in values {
            switch item.kind {
            case .text: continue
            case .choice:
                let known = built.options.map { "\($0.value)" }
                if value.number == nil || !known.contains(value.raw) {
                    report.add(
                        at: place + keys,
                        message: "there is no option '\(value.raw)' of \(item.name); there are "
                            + known.joined(separator: ", "))
                }
            case .likert, .slider, .manikin:
                guard let number = value.number else {
                    report.add(
                        at: place + keys, message: "expected a number, found '\(value.raw)'")
                    continue
                }
                if let problem = built.problem(with: .number(number)) {
                    report.add(at: place + keys, message: problem.1)
                }
            }
        }
    }

    var condition: ItemCondition {
        if let all { return .all(all.map(\.condition)) }
        if let any { return .any(any.map(\.condition)) }
        if let factor { return .factor(factor, anyOf: values.map(\.0.raw)) }
        let name = item ?? ""
        if let atLeast { return .item(name, .atLeast(atLeast)) }
        if let atMost { return .item(name, .atMost(atMost)) }
        if let answered { return .item(name, .answered(answered)) }
        return .item(name, .anyOf(values.map(\.0.value)))
    }
}
