import Declarations

/// A questionnaire as it is written.
struct QuestionnaireDeclaration: Decodable {
    struct Item: Decodable {
        struct Option: Decodable {
            var value: Int
            var label: String
            var text: Bool?
        }
        var name: String
        var kind: Questionnaire.Item.Kind
        var text: String?
        var required: Bool?
        var code: String?
        var label: String?
        var fixed: Bool?
        var when: WhenDeclaration?
        var points: Int?
        var labels: [String: String]?
        var minimum: Double?
        var maximum: Double?
        var step: Double?
        var options: [Option]?
        var multiple: Bool?
        var lines: Int?
        var maximumLength: Int?
        var dimension: Questionnaire.Item.Dimension?
    }
    struct Scale: Decodable {
        var name: String
        var title: String?
        var items: [String]
        var reversed: [String]?
        var score: Questionnaire.Scale.Score?
        var minimumAnswered: Int?
    }

    var name: String
    var title: String?
    var instructions: String?
    var order: Questionnaire.Order?
    var items: [Item]
    var scales: [Scale]?

    /// - Parameter variables: names of exported variables so far, and what has them; names that
    ///   statistics packages take for the same are the same here.
    func check(
        _ report: inout DeclarationReport, at place: [String],
        factors: [ConditionDeclaration.Factor], variables: inout [String: String]
    ) {
        report.requireName(name, at: place + ["name"])
        if items.isEmpty {
            report.add(at: place + ["items"], message: "expected at least one item")
        }
        for (index, item) in items.enumerated() {
            let place = place + ["items", "\(index)"]
            if items[..<index].contains(where: { $0.name == item.name }) {
                report.add(
                    at: place + ["name"],
                    message: "'\(item.name)' is the name of two items of \(name)")
            }
            item.check(&report, at: place)
            item.when?.check(
                &report, at: place + ["when"], earlier: Array(items[..<index]),
                later: items[index...].map(\.name), factors: factors)
            claim(
                item.item.variables.map(\.code), of: "the item \(name).\(item.name)", &report,
                at: place + [item.code == nil ? "name" : "code"], &variables)
        }
        for (index, scale) in (scales ?? []).enumerated() {
            let place = place + ["scales", "\(index)"]
            scale.check(&report, at: place, items: items)
            claim(
                [scale.name], of: "the scale \(name).\(scale.name)", &report, at: place + ["name"],
                &variables)
        }
    }

    private func claim(
        _ codes: [String], of owner: String, _ report: inout DeclarationReport, at place: [String],
        _ variables: inout [String: String]
    ) {
        for code in codes {
            // Statistics packages do not tell capitals apart and know no sign but the underscore.
            let folded = String(code.lowercased().map { "-.".contains($0) ? "_" : $0 })
            if let other = variables[folded] {
                // Two items of one name are told of once.
                guard other != owner else { continue }
                report.add(
                    at: place,
                    message: "the variable '\(code)' is also that of \(other) in exports; give one "
                        + "of them another code or name")
                return
            }
            variables[folded] = owner
        }
    }

    var questionnaire: Questionnaire {
        Questionnaire(
            name: name, title: title ?? readable(name), instructions: instructions,
            order: order ?? .fixed, items: items.map(\.item),
            scales: (scales ?? []).map {
                Questionnaire.Scale(
                    name: $0.name, title: $0.title ?? readable($0.name), items: $0.items,
                    reversed: $0.reversed ?? [], score: $0.score ?? .mean,
                    minimumAnswered: $0.minimumAnswered)
            })
    }
}

extension QuestionnaireDeclaration.Scale {
    func check(
        _ report: inout DeclarationReport, at place: [String],
        items known: [QuestionnaireDeclaration.Item]
    ) {
        report.requireName(name, at: place + ["name"])
        if items.isEmpty {
            report.add(at: place + ["items"], message: "expected at least one item")
        }
        for (index, name) in items.enumerated() {
            let place = place + ["items", "\(index)"]
            guard let item = known.first(where: { $0.name == name }) else {
                report.add(at: place, message: unknown(name, "item", known: known.map(\.name)))
                continue
            }
            if item.kind == .text || item.multiple ?? false {
                report.add(
                    at: place, message: "'\(name)' is not answered by one number")
            }
        }
        reportRepeated(items, &report, at: place + ["items"]) { $0 }
        for (index, name) in (reversed ?? []).enumerated() where !items.contains(name) {
            report.add(
                at: place + ["reversed", "\(index)"],
                message: unknown(name, "item in this scale", known: items))
        }
        reportRepeated(reversed ?? [], &report, at: place + ["reversed"]) { $0 }
        report.require(
            minimumAnswered, in: 1...max(items.count, 1), at: place + ["minimumAnswered"])
    }
}
