// Taken away when `Suggestion` and `AdoptionThresholds` come from where they belong.

/// The three groups of Suggestions.
public enum SuggestionGroup: String, Hashable, Sendable, Codable, CaseIterable {
    case motivationalInterviewing = "motivational-interviewing"
    case empatheticResponse = "empathetic-response"
    case emotionalSupport = "emotional-support"
}

/// One Suggestion.
public struct Suggestion: Hashable, Sendable, Codable {
    public var id: String
    public var group: SuggestionGroup
    public var text: String
    public var source: String

    public init(id: String, group: SuggestionGroup, text: String, source: String) {
        self.id = id
        self.group = group
        self.text = text
        self.source = source
    }
}

/// From which similarity on a message counts as what.
public struct AdoptionThresholds: Hashable, Sendable, Codable {
    public var direct: Double
    public var slight: Double
    public var overlap: Double

    public init(direct: Double = 0.95, slight: Double = 0.70, overlap: Double = 0.30) {
        self.direct = direct
        self.slight = slight
        self.overlap = overlap
    }
}
