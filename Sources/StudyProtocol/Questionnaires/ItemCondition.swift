/// When an item is asked: by what was answered before, and by the participant's condition.
public indirect enum ItemCondition: Hashable, Sendable {
    /// A value to compare an answer with.
    public enum Value: Hashable, Sendable {
        case number(Double)
        case text(String)
    }

    /// What must hold of an answer.
    public enum Test: Hashable, Sendable {
        /// The answer is one of these; of several chosen options, one is.
        case anyOf([Value])
        case atLeast(Double)
        case atMost(Double)
        case answered(Bool)
    }

    case item(String, Test)
    /// The participant's level of a factor is one of these.
    case factor(String, anyOf: [String])
    case all([ItemCondition])
    case any([ItemCondition])

    /// Whether it holds. Items that were not asked or not answered fulfil `answered: false` alone.
    public func holds(for answers: [String: Answer], condition: [String: String]) -> Bool {
        switch self {
        case .item(let name, let test): Self.holds(test, for: answers[name] ?? .none)
        case .factor(let name, let levels): condition[name].map(levels.contains) ?? false
        case .all(let parts): parts.allSatisfy { $0.holds(for: answers, condition: condition) }
        case .any(let parts): parts.contains { $0.holds(for: answers, condition: condition) }
        }
    }

    private static func holds(_ test: Test, for answer: Answer) -> Bool {
        if case .answered(let expected) = test { return !answer.isEmpty == expected }
        guard !answer.isEmpty else { return false }
        switch test {
        case .anyOf(let values):
            return values.contains { value in
                switch value {
                case .number(let wanted):
                    answer.number == wanted
                        || answer.chosen?.contains { Double($0) == wanted } ?? false
                case .text(let wanted):
                    if case .text(let text) = answer { text == wanted } else { false }
                }
            }
        case .atLeast(let limit): return answer.number.map { $0 >= limit } ?? false
        case .atMost(let limit): return answer.number.map { $0 <= limit } ?? false
        case .answered: return false
        }
    }

    /// The items that it refers to, in the order of the text.
    public var items: [String] {
        switch self {
        case .item(let name, _): [name]
        case .factor: []
        case .all(let parts), .any(let parts): parts.flatMap(\.items)
        }
    }
}
