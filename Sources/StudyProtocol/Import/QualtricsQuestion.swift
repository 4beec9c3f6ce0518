/// One question of a Qualtrics survey.
struct QualtricsQuestion {
    private let tree: ImportTree
    private let name: String
    private let text: String
    private let isRequired: Bool
    private var remarks: [String] = []

    init(_ tree: ImportTree, id: String) {
        self.tree = tree
        let tag = tree["DataExportTag"].string ?? id
        name = ImportNames.plain(tag, otherwise: id)
        let plain = ImportedText.plain(tree["QuestionText"].string ?? "")
        text = plain.isEmpty ? tag : plain
        isRequired = tree["Validation"]["Settings"]["ForceResponse"].isYes
    }

    /// What is in a question beside its type that has no place here.
    static func losses(of tree: ImportTree) -> [String] {
        var losses = ImportedText.losses(tree["QuestionText"].string ?? "")
            .map { "not taken: \($0)" }
        if !tree["SkipLogic"].elements.isEmpty {
            losses.append("not taken: its skip logic; write `when` at the items that are skipped")
        }
        if case .object(let random) = tree["Randomization"],
            let type = random["Type"]?.string, type != "None"
        {
            losses.append("not taken: the random order of its choices")
        }
        if let code = tree["QuestionJS"].string, !code.isEmpty {
            losses.append("not taken: its JavaScript")
        }
        return losses
    }

    /// The value of each choice of a question that became one item.
    static func values(of tree: ImportTree, in item: Questionnaire.Item) -> [String: Int] {
        let ids = order(of: tree["Choices"].members, by: tree["ChoiceOrder"])
        guard ids.count == item.options.count else { return [:] }
        return Dictionary(zip(ids, item.options.map(\.value))) { first, _ in first }
    }

    /// The items that it becomes, and what was lost.
    func items() -> (items: [Questionnaire.Item], remarks: [String]) {
        var copy = self
        let items = copy.convert()
        return (items, (items.isEmpty ? [] : Self.losses(of: tree)) + copy.remarks)
    }

    private mutating func convert() -> [Questionnaire.Item] {
        let type = tree["QuestionType"].string ?? ""
        let selector = tree["Selector"].string ?? ""
        switch type {
        case "MC": return choice(selector)
        case "Matrix": return matrix(selector)
        case "Slider": return sliders(selector)
        case "TE": return texts(selector)
        default:
            remarks.append("not taken: the question, whose type is \(type) \(selector)")
            return []
        }
    }

    // MARK: Kinds

    private mutating func choice(_ selector: String) -> [Questionnaire.Item] {
        let single = ["SAVR", "SAHR", "SACOL", "DL", "SB", "NPS"]
        let multiple = ["MAVR", "MAHR", "MACOL", "MSB"]
        guard single.contains(selector) || multiple.contains(selector) else {
            remarks.append("not taken: the question, whose type is MC \(selector)")
            return []
        }
        var options = options("Choices", order: "ChoiceOrder", recode: "RecodeValues")
        if options.isEmpty, selector == "NPS" {
            options = (0...10).map { .init(value: $0, label: "\($0)") }
        }
        guard !options.isEmpty else {
            remarks.append("not taken: the question, which has no choices")
            return []
        }
        return [
            item(name, .choice, text) {
                $0.options = options; $0.isMultiple = multiple.contains(selector)
            }
        ]
    }

    private mutating func matrix(_ selector: String) -> [Questionnaire.Item] {
        let sub = tree["SubSelector"].string ?? "SingleAnswer"
        let isMultiple = sub == "MultipleAnswer"
        guard ["Likert", "Bipolar"].contains(selector),
            isMultiple || ["SingleAnswer", "DL", "DND"].contains(sub)
        else {
            remarks.append("not taken: the question, whose type is Matrix \(selector) \(sub)")
            return []
        }
        let options = options("Answers", order: "AnswerOrder", recode: "RecodeValues")
        guard !options.isEmpty else {
            remarks.append("not taken: the question, which has no answers")
            return []
        }
        let isLikert =
            !isMultiple && options.count >= 2 && options.count <= 21
            && options.map(\.value) == Array(1...options.count)
        return rows().map { row in
            let words = row.text.split(separator: ":", maxSplits: 1).map {
                ImportedText.plain(String($0))
            }
            let isBipolar = selector == "Bipolar" && words.count == 2
            let text = isBipolar ? "\(words[0]) – \(words[1])" : row.text
            return item(row.name, isLikert ? .likert : .choice, joined(text)) { item in
                item.label = text
                guard isLikert else {
                    item.options = options
                    item.isMultiple = isMultiple
                    return
                }
                item.points = options.count
                item.labels = options.compactMap {
                    $0.label.isEmpty || $0.label == "\($0.value)"
                        ? nil : .init(value: Double($0.value), text: $0.label)
                }
                if isBipolar {
                    item.labels = [
                        .init(value: 1, text: words[0]),
                        .init(value: Double(options.count), text: words[1]),
                    ]
                }
            }
        }
    }

    private mutating func sliders(_ selector: String) -> [Questionnaire.Item] {
        let settings = tree["Configuration"]
        if settings["NotApplicable"].isYes {
            remarks.append("not taken: the box \"not applicable\"")
        }
        if selector == "STAR" {
            let stars = settings["StarCount"].integer ?? 5
            if let type = settings["StarType"].string, type != "discrete" {
                remarks.append("not taken: stars in parts; each point is a whole star")
            }
            return rows().map { row in
                item(row.name, .likert, joined(row.text)) { $0.points = min(max(stars, 2), 21) }
            }
        }
        guard ["HSLIDER", "HBAR"].contains(selector) else {
            remarks.append("not taken: the question, whose type is Slider \(selector)")
            return []
        }
        var low = settings["CSSliderMin"].number ?? 0
        var high = settings["CSSliderMax"].number ?? 100
        if high <= low || high - low > 1e9 || abs(low) > 1e9 {
            remarks.append(
                "its ends \(low.plain) and \(high.plain) are none; they are 0 and 100 here")
            low = 0
            high = 100
        }
        var step = 1.0
        for _ in 0..<min(max(settings["NumDecimals"].integer ?? 0, 0), 4) { step /= 10 }
        if let lines = settings["GridLines"].number, settings["SnapToGrid"].isYes, lines >= 1 {
            step = (high - low) / lines
        }
        if abs(((high - low) / step).rounded() - (high - low) / step) > 1e-6 { step = high - low }
        // Labels stand at equal distances from one end to the other.
        let words = tree["Labels"].elements.map { ImportedText.plain($0["Display"].string ?? "") }
        let labels = words.enumerated().compactMap { index, text -> Questionnaire.Item.Label? in
            guard !text.isEmpty else { return nil }
            let part = words.count > 1 ? Double(index) / Double(words.count - 1) : 0
            return .init(value: low + part * (high - low), text: text)
        }
        return rows().map { row in
            item(row.name, .slider, joined(row.text)) {
                $0.minimum = low
                $0.maximum = high
                $0.step = step
                $0.labels = labels
            }
        }
    }

    private mutating func texts(_ selector: String) -> [Questionnaire.Item] {
        let lines = ["SL": 1, "ML": 4, "ESTB": 10, "AUTO": 1, "FORM": 1][selector]
        guard let lines else {
            remarks.append("not taken: the question, whose type is TE \(selector)")
            return []
        }
        let settings = tree["Validation"]["Settings"]
        if let type = settings["Type"].string, type != "None" {
            remarks.append("not taken: its validation (\(type))")
        }
        guard selector == "FORM" else {
            return [item(name, .text, text) { $0.lines = lines }]
        }
        return rows().map { row in
            item(row.name, .text, joined(row.text)) { $0.lines = lines }
        }
    }

    // MARK: Parts

    private func item(
        _ name: String, _ kind: Questionnaire.Item.Kind, _ text: String,
        _ change: (inout Questionnaire.Item) -> Void
    ) -> Questionnaire.Item {
        var item = Questionnaire.Item(name: name, kind: kind, text: text, isRequired: isRequired)
        if kind == .text { item.maximumLength = 4000 }
        change(&item)
        return item
    }

    /// The question with the text of one of its rows.
    private func joined(_ row: String) -> String { row.isEmpty ? text : "\(text)\n\(row)" }

    /// The rows of a question, in their order.
    private mutating func rows() -> [(name: String, text: String)] {
        let all = tree["Choices"].members
        let tags = tree["ChoiceDataExportTags"]
        let ids = Self.order(of: all, by: tree["ChoiceOrder"])
        if ids.isEmpty { return [(name, "")] }
        return ids.map { id in
            let row = all[id] ?? .null
            let html = row["Display"].string ?? ""
            if row["TextEntry"].isYes {
                remarks.append("not taken: what can be written in its row \(id)")
            }
            remarks += ImportedText.losses(html).map { "not taken: \($0)" }
            let tag = tags[id].string.map { ImportNames.plain($0, otherwise: "\(name)_\(id)") }
            return (
                tag ?? "\(name)_\(ImportNames.plain(id, otherwise: "x"))", ImportedText.plain(html)
            )
        }
    }

    private static func order(
        of members: [String: ImportTree], by order: ImportTree
    ) -> [String] {
        let given = order.elements.compactMap(\.string).filter { members[$0] != nil }
        let rest = members.keys.filter { !given.contains($0) }.sorted {
            let (left, right) = (Int($0) ?? .max, Int($1) ?? .max)
            return left == right ? $0 < $1 : left < right
        }
        return given + rest
    }

    private mutating func options(
        _ key: String, order orderKey: String, recode: String
    ) -> [Questionnaire.Item.Option] {
        let all = tree[key].members
        let ids = Self.order(of: all, by: tree[orderKey])
        let recoded = tree[recode].members
        var options = ids.enumerated().map { index, id in
            let choice = all[id] ?? .null
            let html = choice["Display"].string ?? ""
            remarks += ImportedText.losses(html).map { "not taken: \($0)" }
            let plain = ImportedText.plain(html)
            let value = recoded[id].map(\.integer) ?? Int(id)
            return Questionnaire.Item.Option(
                value: value ?? index + 1, label: plain.isEmpty ? "\(value ?? index + 1)" : plain,
                hasText: choice["TextEntry"].isYes)
        }
        let hasOdd = ids.contains { recoded[$0] != nil && recoded[$0]?.integer == nil }
        if hasOdd || Set(options.map(\.value)).count < options.count {
            remarks.append("its values are not whole and different; they are 1, 2, 3 … here")
            for index in options.indices { options[index].value = index + 1 }
        }
        return options
    }
}
