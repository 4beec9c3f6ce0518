/// Something in a text that someone should look at. Without the words themselves unless asked for.
public struct SafetyFinding: Codable, Hashable, Sendable {
    /// How much it matters; raw values are those of the daemon's alarms.
    public enum Severity: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
        case notice, warning, urgent

        public static func < (left: Self, right: Self) -> Bool {
            guard let first = allCases.firstIndex(of: left) else { return false }
            guard let second = allCases.firstIndex(of: right) else { return false }
            return first < second
        }
    }

    /// Such as `self-harm-explicit`; the rules file lists them.
    public var category: String
    public var severity: Severity
    /// The rule's name, or `model` for what a model found.
    public var rule: String
    public var side: SafetySide
    /// Where it stands: UTF-16 units from the text's beginning, and how many.
    public var start: Int
    public var length: Int
    /// The words; nil unless they were asked for.
    public var quote: String?
    /// What found it, such as `rules/en/1`.
    public var source: String

    public init(
        category: String, severity: Severity, rule: String, side: SafetySide, start: Int,
        length: Int, quote: String? = nil, source: String
    ) {
        self.category = category
        self.severity = severity
        self.rule = rule
        self.side = side
        self.start = start
        self.length = length
        self.quote = quote
        self.source = source
    }
}
