/// What the participant's page is told of a questionnaire. Codes, labels for export and scales are
/// none of its business.
extension Questionnaire {
    /// The page's form of it: `{name, title, instructions, items}`.
    public struct Page: Encodable, Sendable {
        public var name: String
        public var title: String
        public var instructions: String?
        public var items: [Item]
    }

    /// The page's form, with all items in the order of the seed. Factors in conditions are already
    /// resolved: items that this condition never asks are left out.
    public func page(condition: [String: String] = [:], seed: UInt64 = 0) -> Page {
        let items = ordered(seed: seed).compactMap { item -> Item? in
            guard let when = item.when else { return item }
            switch when.resolved(condition) {
            case .known(true): return item.asked(when: nil)
            case .known(false): return nil
            case .open(let rest): return item.asked(when: rest)
            }
        }
        return Page(name: name, title: title, instructions: instructions, items: items)
    }
}

extension Questionnaire.Item {
    fileprivate func asked(when: ItemCondition?) -> Self {
        var copy = self
        copy.when = when
        return copy
    }
}

extension Questionnaire.Item: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, kind, text, required, points, labels, minimum, maximum, step, options, multiple
        case lines, dimension, when
        case maximumLength = "maximum_length"
    }

    /// The names of keys are those of the page; labels are an object with the value as key.
    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(name, forKey: .name)
        try keyed.encode(kind, forKey: .kind)
        try keyed.encode(text, forKey: .text)
        try keyed.encode(isRequired, forKey: .required)
        try keyed.encodeIfPresent(points, forKey: .points)
        if !labels.isEmpty {
            try keyed.encode(
                Dictionary(labels.map { ($0.value.plain, $0.text) }) { first, _ in first },
                forKey: .labels)
        }
        try keyed.encodeIfPresent(minimum, forKey: .minimum)
        try keyed.encodeIfPresent(maximum, forKey: .maximum)
        try keyed.encodeIfPresent(step, forKey: .step)
        if kind == .choice {
            try keyed.encode(options, forKey: .options)
            try keyed.encode(isMultiple, forKey: .multiple)
        }
        try keyed.encodeIfPresent(lines, forKey: .lines)
        try keyed.encodeIfPresent(maximumLength, forKey: .maximumLength)
        try keyed.encodeIfPresent(dimension, forKey: .dimension)
        try keyed.encodeIfPresent(when, forKey: .when)
    }
}

extension ItemCondition {
    /// A condition of which the factors are known.
    enum Resolved {
        case known(Bool)
        case open(ItemCondition)
    }

    func resolved(_ condition: [String: String]) -> Resolved {
        switch self {
        case .item: return .open(self)
        case .factor: return .known(holds(for: [:], condition: condition))
        case .all(let parts): return Self.join(parts, condition, decisive: false)
        case .any(let parts): return Self.join(parts, condition, decisive: true)
        }
    }

    private static func join(
        _ parts: [ItemCondition], _ condition: [String: String], decisive: Bool
    ) -> Resolved {
        var open: [ItemCondition] = []
        for part in parts {
            switch part.resolved(condition) {
            case .known(decisive): return .known(decisive)
            case .known: continue
            case .open(let rest): open.append(rest)
            }
        }
        if open.isEmpty { return .known(!decisive) }
        if open.count == 1 { return .open(open[0]) }
        return .open(decisive ? .any(open) : .all(open))
    }
}

extension ItemCondition: Encodable {
    private enum CodingKeys: String, CodingKey {
        case item, factor, all, any, answered, equals
        case anyOf = "any_of"
        case atLeast = "at_least"
        case atMost = "at_most"
    }

    /// `{item, equals | any_of | at_least | at_most | answered}`, `{factor, equals | any_of}`,
    /// `{all}` or `{any}`.
    public func encode(to encoder: any Encoder) throws {
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .item(let name, let test):
            try keyed.encode(name, forKey: .item)
            switch test {
            case .anyOf(let values) where values.count == 1:
                try keyed.encode(values[0], forKey: .equals)
            case .anyOf(let values): try keyed.encode(values, forKey: .anyOf)
            case .atLeast(let limit): try keyed.encode(limit, forKey: .atLeast)
            case .atMost(let limit): try keyed.encode(limit, forKey: .atMost)
            case .answered(let expected): try keyed.encode(expected, forKey: .answered)
            }
        case .factor(let name, let levels):
            try keyed.encode(name, forKey: .factor)
            if levels.count == 1 {
                try keyed.encode(levels[0], forKey: .equals)
            } else {
                try keyed.encode(levels, forKey: .anyOf)
            }
        case .all(let parts): try keyed.encode(parts, forKey: .all)
        case .any(let parts): try keyed.encode(parts, forKey: .any)
        }
    }
}

extension ItemCondition.Value: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        switch self {
        case .number(let value): try single.encode(value)
        case .text(let text): try single.encode(text)
        }
    }
}
