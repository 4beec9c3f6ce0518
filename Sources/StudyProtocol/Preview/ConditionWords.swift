extension ItemCondition {
    /// The condition as a person reads it, such as `role is 2`.
    public var words: String {
        switch self {
        case .item(let name, let test):
            switch test {
            case .anyOf(let values):
                "\(name) is \(values.map(\.words).joined(separator: " or "))"
            case .atLeast(let limit): "\(name) is at least \(limit.plain)"
            case .atMost(let limit): "\(name) is at most \(limit.plain)"
            case .answered(true): "\(name) is answered"
            case .answered(false): "\(name) is not answered"
            }
        case .factor(let name, let levels):
            "the condition \(name) is \(levels.joined(separator: " or "))"
        case .all(let parts): Self.join(parts, " and ")
        case .any(let parts): Self.join(parts, " or ")
        }
    }

    private static func join(_ parts: [ItemCondition], _ word: String) -> String {
        parts.map { part in
            switch part {
            case .all, .any: "(\(part.words))"
            default: part.words
            }
        }.joined(separator: word)
    }
}

extension ItemCondition.Value {
    fileprivate var words: String {
        switch self {
        case .number(let value): value.plain
        case .text(let text): "'\(text)'"
        }
    }
}
