/// What is wrong with an answer.
public struct AnswerProblem: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Kinds of problems; the page has a text for each.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The item must be answered, and is not.
        case missing
        /// The answer is of another type than the item asks for.
        case type
        /// The number is out of range, or between two steps.
        case range
        /// The text is too long.
        case length
        /// There is no such option.
        case option
        /// The questionnaire has no such item.
        case unknown
    }

    /// The item's name.
    public var item: String
    public var kind: Kind
    /// What was expected, and what was found.
    public var message: String

    public init(item: String, kind: Kind, message: String) {
        self.item = item
        self.kind = kind
        self.message = message
    }

    public var description: String { "\(item): \(message)" }
}
