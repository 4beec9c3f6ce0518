import Declarations

extension QuestionnaireDeclaration.Item {
    /// The keys that belong to some kinds alone, and whether they are given.
    private var special: [(key: String, isGiven: Bool, kinds: [Questionnaire.Item.Kind])] {
        [
            ("points", points != nil, [.likert, .manikin]),
            ("labels", labels != nil, [.likert, .slider, .manikin]),
            ("minimum", minimum != nil, [.slider]),
            ("maximum", maximum != nil, [.slider]),
            ("step", step != nil, [.slider]),
            ("options", options != nil, [.choice]),
            ("multiple", multiple != nil, [.choice]),
            ("lines", lines != nil, [.text]),
            ("maximumLength", maximumLength != nil, [.text]),
            ("dimension", dimension != nil, [.manikin]),
        ]
    }

    func check(_ report: inout DeclarationReport, at place: [String]) {
        report.requireName(name, at: place + ["name"])
        report.requireName(code, at: place + ["code"])
        for (key, isGiven, kinds) in special where isGiven && !kinds.contains(kind) {
            let own = special.filter { $0.kinds.contains(kind) }.map(\.key)
            report.add(
                at: place + [key],
                message: "an item of kind \(kind.rawValue) has no \(key), but "
                    + own.joined(separator: ", "))
        }
        if let text, text.allSatisfy(\.isWhitespace) {
            report.add(at: place + ["text"], message: "expected a question, found nothing in it")
        }
        switch kind {
        case .likert: report.require(points, in: 2...21, at: place + ["points"])
        case .manikin:
            if let points, ![5, 7, 9].contains(points) {
                report.add(at: place + ["points"], message: "expected 5, 7 or 9, found \(points)")
            }
            if dimension == nil {
                report.add(
                    at: place + ["dimension"],
                    message: "expected one of valence, arousal, dominance, found no such key")
            }
        case .slider: checkSlider(&report, at: place)
        case .choice: checkOptions(&report, at: place)
        case .text:
            report.require(lines, in: 1...100, at: place + ["lines"])
            report.require(maximumLength, in: 1...100_000, at: place + ["maximumLength"])
        }
        checkLabels(&report, at: place)
    }

    private func checkSlider(_ report: inout DeclarationReport, at place: [String]) {
        let low = minimum ?? 0
        let high = maximum ?? 100
        guard high - low <= 1e9 else {
            report.add(
                at: place + [maximum == nil ? "minimum" : "maximum"],
                message: "expected at most 1000000000 from end to end, found \((high - low).plain)")
            return
        }
        guard low < high else {
            report.add(
                at: place + [maximum == nil ? "minimum" : "maximum"],
                message: "expected a maximum above the minimum \(low.plain), found \(high.plain)")
            return
        }
        guard let step else { return checkSteps(1, low, high, &report, at: place) }
        guard step > 0 else {
            report.add(at: place + ["step"], message: "expected more than 0, found \(step.plain)")
            return
        }
        checkSteps(step, low, high, &report, at: place)
    }

    /// A maximum between two steps could never be answered.
    private func checkSteps(
        _ step: Double, _ low: Double, _ high: Double, _ report: inout DeclarationReport,
        at place: [String]
    ) {
        let steps = (high - low) / step
        guard abs(steps - steps.rounded()) > 1e-6 || steps < 0.5 else { return }
        report.add(
            at: place + [self.step == nil ? "maximum" : "step"],
            message: "expected steps that reach from \(low.plain) to \(high.plain), found "
                + step.plain)
    }

    private func checkOptions(_ report: inout DeclarationReport, at place: [String]) {
        let options = options ?? []
        if options.isEmpty {
            report.add(at: place + ["options"], message: "expected at least one option")
        }
        for (index, option) in options.enumerated()
        where options[..<index].contains(where: { $0.value == option.value }) {
            report.add(
                at: place + ["options", "\(index)", "value"],
                message: "\(option.value) is the value of two options")
        }
    }

    private func checkLabels(_ report: inout DeclarationReport, at place: [String]) {
        // With a wrong number of points, each label would be told of as well.
        guard let range = item.range, kind != .choice, (2...21).contains(points ?? 7) else {
            return
        }
        for key in (labels ?? [:]).keys.sorted() {
            let ends = "\(range.lowerBound.plain) to \(range.upperBound.plain)"
            let isWhole = kind != .slider
            guard let value = Self.labelValue(key), range.contains(value),
                !isWhole || value == value.rounded()
            else {
                report.add(
                    at: place + ["labels", key],
                    message: "expected \(isWhole ? "a whole number" : "a number") from \(ends) as "
                        + "key, found '\(key)'")
                continue
            }
        }
    }

    /// The value of a label's key; nil for what is no finite number.
    private static func labelValue(_ key: String) -> Double? {
        guard let value = Double(key), value.isFinite else { return nil }
        return value
    }

    var item: Questionnaire.Item {
        var result = Questionnaire.Item(
            name: name, kind: kind, text: text ?? readable(name), isRequired: required ?? false,
            code: code, label: label, isFixed: fixed ?? false, when: when?.condition)
        result.labels = (labels ?? [:]).compactMap { key, text in
            Self.labelValue(key).map { .init(value: $0, text: text) }
        }.sorted { $0.value < $1.value }
        switch kind {
        case .likert: result.points = points ?? 7
        case .manikin:
            result.points = points ?? 9
            result.dimension = dimension
        case .slider:
            result.minimum = minimum ?? 0
            result.maximum = maximum ?? 100
            result.step = step ?? 1
        case .choice:
            result.options = (options ?? []).map {
                .init(value: $0.value, label: $0.label, hasText: $0.text ?? false)
            }
            result.isMultiple = multiple ?? false
        case .text:
            result.lines = lines ?? 1
            result.maximumLength = maximumLength ?? 4000
        }
        return result
    }
}
