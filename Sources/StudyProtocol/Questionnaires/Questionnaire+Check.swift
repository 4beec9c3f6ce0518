extension Questionnaire {
    /// What is wrong with answers, in the order of the file; answers to unknown items last.
    ///
    /// - Parameters:
    ///   - isFinal: whether required items must be answered by now. Answers to items that are not
    ///     asked are no problem: they do not count.
    public func check(
        _ answers: [String: Answer], condition: [String: String] = [:], isFinal: Bool = true
    ) -> [AnswerProblem] {
        let visible = visibleItems(for: answers, condition: condition)
        var problems: [AnswerProblem] = []
        for item in items where visible.contains(item.name) {
            let answer = answers[item.name] ?? .none
            if answer.isEmpty {
                if isFinal, item.isRequired {
                    problems.append(
                        AnswerProblem(
                            item: item.name, kind: .missing,
                            message: "expected an answer, found none"))
                }
                continue
            }
            if let (kind, message) = item.problem(with: answer) {
                problems.append(AnswerProblem(item: item.name, kind: kind, message: message))
            }
        }
        for name in answers.keys.sorted() where item(named: name) == nil {
            problems.append(
                AnswerProblem(
                    item: name, kind: .unknown,
                    message: "there is no such item in \(self.name)"))
        }
        return problems
    }
}

extension Questionnaire.Item {
    /// What is wrong with an answer that is not empty; nil if it fits.
    func problem(with answer: Answer) -> (AnswerProblem.Kind, String)? {
        switch kind {
        case .likert, .manikin, .slider: return numberProblem(answer)
        case .choice: return choiceProblem(answer)
        case .text:
            guard case .text(let text) = answer else {
                return (.type, "expected a text, found \(answer.sight)")
            }
            let length = text.utf16.count
            guard let maximumLength, length > maximumLength else { return nil }
            return (.length, "expected at most \(maximumLength) characters, found \(length)")
        }
    }

    private func numberProblem(_ answer: Answer) -> (AnswerProblem.Kind, String)? {
        guard case .number(let value) = answer, value.isFinite else {
            return (.type, "expected a number, found \(answer.sight)")
        }
        guard let range else { return nil }
        guard range.contains(value) else {
            let ends = "\(range.lowerBound.plain) to \(range.upperBound.plain)"
            return (.range, "expected \(ends), found \(value.plain)")
        }
        let step = kind == .slider ? self.step ?? 1 : 1
        guard step > 0 else { return nil }
        let steps = (value - range.lowerBound) / step
        // Pages compute steps in binary fractions: 0.1 + 0.2 is a step of 0.1, too.
        guard abs(steps - steps.rounded()) > 1e-6 else { return nil }
        return (
            .range,
            kind == .slider
                ? "expected steps of \(step.plain) from \(range.lowerBound.plain), found "
                    + value.plain
                : "expected a whole number, found \(value.plain)"
        )
    }

    private func choiceProblem(_ answer: Answer) -> (AnswerProblem.Kind, String)? {
        guard let chosen = answer.chosen else {
            return (.type, "expected chosen options, found \(answer.sight)")
        }
        guard isMultiple || chosen.count <= 1 else {
            return (.type, "expected one option, found \(chosen.count)")
        }
        guard Set(chosen).count == chosen.count else {
            return (.option, "expected each option once")
        }
        for value in chosen where !options.contains(where: { $0.value == value }) {
            let known = options.map { "\($0.value)" }.joined(separator: ", ")
            return (.option, "expected one of \(known), found \(value)")
        }
        guard case .choices(_, let texts) = answer else { return nil }
        for (value, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard chosen.contains(value),
                options.contains(where: { $0.value == value && $0.hasText })
            else { return (.option, "expected no text beside the option \(value)") }
            guard text.utf16.count <= Self.longestOptionText else {
                return (
                    .length,
                    "expected at most \(Self.longestOptionText) characters beside the option "
                        + "\(value), found \(text.utf16.count)"
                )
            }
        }
        return nil
    }

    /// UTF-16 units of what is written beside an option, at most.
    public static var longestOptionText: Int { 1000 }
}

extension Answer {
    /// What a person sees in it, without the text that somebody wrote.
    var sight: String {
        switch self {
        case .none: "nothing"
        case .number(let value): value.plain
        case .text: "a text"
        case .choices: "chosen options"
        }
    }
}

extension Double {
    /// Whole numbers without a point.
    var plain: String { Int(exactly: self).map(String.init) ?? String(self) }
}
