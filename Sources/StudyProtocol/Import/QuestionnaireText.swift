/// Questionnaires as they stand in a protocol file.
public enum QuestionnaireText {
    /// The key `questionnaires` with all of them, as YAML that `StudyPlan.read` takes. Texts stand
    /// in double quotes; what is as it would be without a key is left out.
    public static func yaml(_ questionnaires: [Questionnaire]) -> String {
        var lines = ["questionnaires:"]
        for questionnaire in questionnaires {
            lines.append("  - name: \(quoted(questionnaire.name))")
            lines.append("    title: \(quoted(questionnaire.title))")
            if let text = questionnaire.instructions {
                lines.append("    instructions: \(quoted(text))")
            }
            if questionnaire.order != .fixed {
                lines.append("    order: \(questionnaire.order.rawValue)")
            }
            lines.append("    items:")
            for item in questionnaire.items {
                for (index, line) in self.item(item).enumerated() {
                    lines.append((index == 0 ? "      - " : "        ") + line)
                }
            }
            guard !questionnaire.scales.isEmpty else { continue }
            lines.append("    scales:")
            for scale in questionnaire.scales {
                for (index, line) in self.scale(scale).enumerated() {
                    lines.append((index == 0 ? "      - " : "        ") + line)
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func item(_ item: Questionnaire.Item) -> [String] {
        var lines = [
            "name: \(quoted(item.name))", "kind: \(item.kind.rawValue)",
            "text: \(quoted(item.text))",
        ]
        if item.isRequired { lines.append("required: true") }
        if item.code != item.name { lines.append("code: \(quoted(item.code))") }
        if item.label != item.text { lines.append("label: \(quoted(item.label))") }
        if item.isFixed { lines.append("fixed: true") }
        if let when = item.when { lines.append("when: \(condition(when))") }
        if let dimension = item.dimension { lines.append("dimension: \(dimension.rawValue)") }
        if let points = item.points { lines.append("points: \(points)") }
        for (key, value) in [
            ("minimum", item.minimum), ("maximum", item.maximum), ("step", item.step),
        ] {
            if let value { lines.append("\(key): \(value.plain)") }
        }
        if !item.labels.isEmpty {
            let labels = item.labels.map { "\($0.value.plain): \(quoted($0.text))" }
            lines.append("labels: {\(labels.joined(separator: ", "))}")
        }
        if item.isMultiple { lines.append("multiple: true") }
        if !item.options.isEmpty {
            lines.append("options:")
            lines += item.options.map {
                "  - {value: \($0.value), label: \(quoted($0.label))\($0.hasText ? ", text: true" : "")}"
            }
        }
        if let count = item.lines { lines.append("lines: \(count)") }
        if let length = item.maximumLength { lines.append("maximumLength: \(length)") }
        return lines
    }

    private static func scale(_ scale: Questionnaire.Scale) -> [String] {
        var lines = [
            "name: \(quoted(scale.name))", "title: \(quoted(scale.title))",
            "items: [\(scale.items.map(quoted).joined(separator: ", "))]",
        ]
        if !scale.reversed.isEmpty {
            lines.append("reversed: [\(scale.reversed.map(quoted).joined(separator: ", "))]")
        }
        lines.append("score: \(scale.score.rawValue)")
        lines.append("minimumAnswered: \(scale.minimumAnswered)")
        return lines
    }

    private static func condition(_ condition: ItemCondition) -> String {
        func value(_ value: ItemCondition.Value) -> String {
            switch value {
            case .number(let number): number.plain
            case .text(let text): quoted(text)
            }
        }
        switch condition {
        case .item(let name, let test):
            let rest =
                switch test {
                case .anyOf(let values) where values.count == 1: "equals: \(value(values[0]))"
                case .anyOf(let values): "anyOf: [\(values.map(value).joined(separator: ", "))]"
                case .atLeast(let limit): "atLeast: \(limit.plain)"
                case .atMost(let limit): "atMost: \(limit.plain)"
                case .answered(let expected): "answered: \(expected)"
                }
            return "{item: \(quoted(name)), \(rest)}"
        case .factor(let name, let levels):
            return
                "{factor: \(quoted(name)), anyOf: [\(levels.map(quoted).joined(separator: ", "))]}"
        case .all(let parts): return "{all: [\(parts.map(self.condition).joined(separator: ", "))]}"
        case .any(let parts): return "{any: [\(parts.map(self.condition).joined(separator: ", "))]}"
        }
    }

    /// A text in double quotes, with everything escaped that YAML would take for something else.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                result += "\\x" + hexadecimal(scalar.value, 2)
            case "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{ffff}":
                result += "\\u" + hexadecimal(scalar.value, 4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func hexadecimal(_ value: UInt32, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
