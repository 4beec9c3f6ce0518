import Link

/// Whether an annotation fits the scheme that it names.
public struct SchemeCheck: Sendable {
    public let scheme: CodingScheme

    public init(scheme: CodingScheme) { self.scheme = scheme }

    /// What is wrong, in words; nil where nothing is. A required modifier may still be missing, since
    /// whoever codes while playing fills it in later.
    /// - Parameters:
    ///   - kind: as in the review file.
    ///   - modifiers: by name, what was chosen or typed.
    public func problem(code: String, kind: String, modifiers: JSONValue) -> String? {
        guard let code = scheme.code(code) else {
            return "The scheme '\(scheme.name)' has no code '\(code)'."
        }
        guard code.kind.rawValue == kind else {
            return
                "'\(code.title)' is put on \(Self.article(code.kind.rawValue)), not on \(Self.article(kind))."
        }
        guard case .object(let given) = modifiers else { return "Modifiers have to be an object." }
        for (name, value) in given {
            guard let modifier = code.modifiers.first(where: { $0.name == name }) else {
                return "'\(code.title)' has no modifier '\(name)'."
            }
            if let problem = problem(of: value, modifier) { return problem }
        }
        return nil
    }

    /// A kind with the article that English gives it.
    private static func article(_ kind: String) -> String {
        (kind.first.map { "aeiou".contains($0) } ?? false ? "an " : "a ") + kind
    }

    /// What is wrong with a modifier's value, in words.
    func problem(of value: JSONValue, _ modifier: Modifier) -> String? {
        switch modifier.kind {
        case .choice:
            guard let chosen = value.string, modifier.choices.contains(chosen) else {
                return "'\(modifier.title)' is one of \(modifier.choices.joined(separator: ", "))."
            }
        case .text:
            guard value.string != nil else { return "'\(modifier.title)' has to be a text." }
        case .number:
            guard let number = value.number, number.isFinite else {
                return "'\(modifier.title)' has to be a number."
            }
            if let minimum = modifier.minimum, number < minimum {
                return "'\(modifier.title)' is at least \(minimum)."
            }
            if let maximum = modifier.maximum, number > maximum {
                return "'\(modifier.title)' is at most \(maximum)."
            }
        }
        return nil
    }
}
