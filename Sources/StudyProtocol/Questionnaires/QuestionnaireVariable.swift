extension Questionnaire {
    /// A column of an export.
    public struct Variable: Hashable, Sendable {
        /// What the column holds.
        public enum Content: Hashable, Sendable {
            /// The answer as one number.
            case number
            /// The answer's text.
            case text
            /// 1 where the option is chosen, else 0.
            case option(Int)
            /// What was written beside an option.
            case optionText(Int)
        }

        /// Name of the item.
        public var item: String
        /// Name of the column.
        public var code: String
        /// What codebooks call it.
        public var label: String
        public var content: Content
        /// What the numbers mean, in their order.
        public var valueLabels: [Item.Label]

        /// What stands in the column for an answer; `.none` where it is missing.
        public func value(of answer: Answer) -> Answer {
            switch content {
            case .number: return answer.number.map(Answer.number) ?? .none
            case .text:
                if case .text = answer { return answer }
                return .none
            case .option(let value):
                guard let chosen = answer.chosen, answer != .none else { return .none }
                return .number(chosen.contains(value) ? 1 : 0)
            case .optionText(let value):
                guard case .choices(_, let texts) = answer, let text = texts[value] else {
                    return .none
                }
                return .text(text)
            }
        }
    }

    /// The columns of all items, in the order of the file.
    public var variables: [Variable] { items.flatMap(\.variables) }
}

extension Questionnaire.Item {
    /// The columns of the item: one; of a choice of several, one for each option; and one more for
    /// each option beside which something can be written.
    public var variables: [Questionnaire.Variable] {
        typealias Variable = Questionnaire.Variable
        var result: [Variable] = []
        func add(_ suffix: String, _ label: String, _ content: Variable.Content, _ labels: [Label])
        {
            result.append(
                Variable(
                    item: name, code: code + suffix, label: label, content: content,
                    valueLabels: labels))
        }
        switch kind {
        case .text: add("", label, .text, [])
        case .likert, .slider, .manikin: add("", label, .number, labels)
        case .choice where isMultiple:
            for option in options {
                add(
                    "_\(option.value)", "\(label): \(option.label)", .option(option.value),
                    [.init(value: 0, text: "not chosen"), .init(value: 1, text: "chosen")])
            }
        case .choice:
            add(
                "", label, .number,
                options.map { .init(value: Double($0.value), text: $0.label) })
        }
        for option in options where option.hasText {
            add("_\(option.value)_text", "\(label): \(option.label)", .optionText(option.value), [])
        }
        return result
    }
}
