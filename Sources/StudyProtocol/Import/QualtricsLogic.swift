/// Display logic of a Qualtrics question, as far as it asks for chosen options of questions before
/// it in its block: these alone are conditions of items here.
///
/// It is an object of groups, each an object of expressions, both numbered from 0; `Conjuction` (so
/// spelt) joins an expression to those before it, `AndIf` and `OrIf` a group.
struct QualtricsLogic {
    private var questions: [String: (item: String, values: [String: Int])] = [:]

    /// A question whose choices can be asked for from here on.
    mutating func add(_ id: String, _ item: String, values: [String: Int]) {
        questions[id] = (item, values)
    }

    /// Whether a question has display logic at all.
    static func isGiven(_ question: ImportTree) -> Bool {
        if case .object(let members) = question["DisplayLogic"] { !members.isEmpty } else { false }
    }

    /// The same as a condition of an item; nil where it is more than that.
    func condition(_ logic: ImportTree) -> ItemCondition? {
        guard logic["Type"].string == "BooleanExpression", logic["1"].isNull else { return nil }
        let group = logic["0"].members.filter { Int($0.key) != nil }
            .sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.map(\.value)
        let parts = group.compactMap(expression)
        guard !parts.isEmpty, parts.count == group.count else { return nil }
        let words = Set(
            group.dropFirst().map {
                ($0["Conjuction"].string ?? $0["Conjunction"].string ?? "And").lowercased()
            })
        switch words {
        case []: return parts[0]
        case ["and"]: return .all(parts)
        case ["or"]: return .any(parts)
        default: return nil
        }
    }

    /// `q://QID2/SelectableChoice/1` is selected.
    private func expression(_ tree: ImportTree) -> ItemCondition? {
        guard tree["LogicType"].string == "Question", tree["Operator"].string == "Selected",
            let locator = tree["ChoiceLocator"].string ?? tree["LeftOperand"].string,
            locator.hasPrefix("q://")
        else { return nil }
        let parts = locator.dropFirst(4).split(separator: "/").map(String.init)
        guard parts.count == 3, parts[1] == "SelectableChoice",
            let question = questions[parts[0]], let value = question.values[parts[2]]
        else { return nil }
        return .item(question.item, .anyOf([.number(Double(value))]))
    }
}
