/// What is said of a mark beyond its code.
public struct Modifier: Codable, Hashable, Sendable {
    public enum Kind: String, CaseIterable, Codable, Hashable, Sendable {
        case choice, number, text
    }

    public var name: String
    public var title: String
    public var kind: Kind
    /// What can be chosen; empty for the other kinds.
    public var choices: [String]
    /// Bounds of a number; nil where there is none.
    public var minimum: Double?
    public var maximum: Double?
    public var unit: String?
    public var required: Bool

    public init(
        name: String, title: String, kind: Kind, choices: [String] = [], minimum: Double? = nil,
        maximum: Double? = nil, unit: String? = nil, required: Bool = false
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.choices = choices
        self.minimum = minimum
        self.maximum = maximum
        self.unit = unit
        self.required = required
    }
}
