/// A questionnaire for those who write one: in the terminal, and as a page for the browser.
public enum QuestionnairePreview {
    /// Lines for a terminal.
    ///
    /// - Parameter width: columns; texts are wrapped to it, and never below 20.
    public static func text(_ questionnaire: Questionnaire, width: Int = 80) -> String {
        let width = max(width, 20)
        var lines = [
            questionnaire.title,
            String(repeating: "=", count: min(questionnaire.title.count, width)),
        ]
        if let instructions = questionnaire.instructions {
            lines += wrapped(instructions, width: width, indent: "")
        }
        if questionnaire.order == .random {
            lines += wrapped(
                "(The order is shuffled for each participant and visit.)", width: width, indent: "")
        }
        for (index, item) in questionnaire.items.enumerated() {
            lines.append("")
            let number = "\(index + 1). "
            let indent = String(repeating: " ", count: number.count)
            let mark = item.isRequired ? " *" : ""
            let text = wrapped(item.text + mark, width: width, indent: indent)
            lines.append(number + (text.first ?? "").dropFirst(indent.count))
            lines += text.dropFirst()
            if let when = item.when {
                lines += wrapped("[asked when \(when.words)]", width: width, indent: indent)
            }
            lines += answer(item).flatMap { wrapped($0, width: width, indent: indent + "  ") }
            lines += wrapped(
                "→ \(item.variables.map(\.code).joined(separator: ", "))", width: width,
                indent: indent)
        }
        if !questionnaire.scales.isEmpty { lines += ["", "Scales"] }
        for scale in questionnaire.scales {
            lines += wrapped(words(scale), width: width, indent: "  ")
        }
        if questionnaire.items.contains(where: \.isRequired) {
            lines += ["", "* must be answered"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A scale in one sentence.
    static func words(_ scale: Questionnaire.Scale) -> String {
        let items = scale.items.map { scale.reversed.contains($0) ? "\($0) (reversed)" : $0 }
        return "\(scale.name): \(scale.score.rawValue) of \(items.joined(separator: ", ")); "
            + "\(scale.minimumAnswered) of \(scale.items.count) must be answered"
    }

    private static func answer(_ item: Questionnaire.Item) -> [String] {
        switch item.kind {
        case .likert, .manikin:
            let points = (1...max(item.points ?? 1, 1)).map { "( ) \($0)" }.joined(separator: " ")
            let figures = item.dimension.map { ["Manikin: \($0.rawValue)"] } ?? []
            return figures + [points] + labels(item)
        case .slider:
            let low = item.minimum?.plain ?? ""
            let high = item.maximum?.plain ?? ""
            return ["\(low) |--------------------| \(high) in steps of \(item.step?.plain ?? "1")"]
                + labels(item)
        case .choice:
            let box = item.isMultiple ? "[ ]" : "( )"
            return item.options.map {
                "\(box) \($0.value) = \($0.label)\($0.hasText ? ": ________" : "")"
            }
        case .text:
            let lines = item.lines ?? 1
            return [
                "________________________________",
                "\(lines) \(lines == 1 ? "line" : "lines"), at most \(item.maximumLength ?? 0) characters",
            ]
        }
    }

    private static func labels(_ item: Questionnaire.Item) -> [String] {
        item.labels.isEmpty
            ? [] : [item.labels.map { "\($0.value.plain) = \($0.text)" }.joined(separator: "; ")]
    }

    /// A text in lines of at most `width` columns; longer words stand alone.
    private static func wrapped(_ text: String, width: Int, indent: String) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).flatMap {
            paragraph -> [String] in
            var lines: [String] = []
            var line = ""
            for word in paragraph.split(separator: " ") {
                if line.isEmpty {
                    line = String(word)
                } else if indent.count + line.count + 1 + word.count <= width {
                    line += " " + word
                } else {
                    lines.append(indent + line)
                    line = String(word)
                }
            }
            return lines + [indent + line]
        }
    }
}
