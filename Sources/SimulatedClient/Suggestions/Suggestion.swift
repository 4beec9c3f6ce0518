/// The three groups of Suggestions of the study.
public enum SuggestionGroup: String, Codable, Hashable, Sendable, CaseIterable {
    case motivationalInterviewing = "motivational-interviewing"
    case empatheticResponse = "empathetic-response"
    case emotionalSupport = "emotional-support"

    /// What the page calls the group, in English.
    public var title: String {
        switch self {
        case .motivationalInterviewing: "Motivational interviewing"
        case .empatheticResponse: "Empathetic responses"
        case .emotionalSupport: "Emotional support"
        }
    }
}

/// A message that the participant is offered.
public struct Suggestion: Codable, Hashable, Sendable {
    /// Unique within a session, and the same when the same turn is asked again.
    public var id: String
    public var group: SuggestionGroup
    public var text: String
    /// What made it: `scripted/en/1` or `model/NAME`.
    public var source: String

    public init(id: String, group: SuggestionGroup, text: String, source: String) {
        self.id = id
        self.group = group
        self.text = text
        self.source = source
    }
}

/// The Suggestions of one turn.
public struct SuggestionSet: Codable, Hashable, Sendable {
    /// The groups in their order, those of a group together. Empty where the source had nothing.
    public var suggestions: [Suggestion]
    /// The request to the model, where one was asked; tells also why there are none.
    public var exchange: ModelExchange?

    public init(suggestions: [Suggestion], exchange: ModelExchange? = nil) {
        self.suggestions = suggestions
        self.exchange = exchange
    }

    /// Those of one group.
    public func of(_ group: SuggestionGroup) -> [Suggestion] {
        suggestions.filter { $0.group == group }
    }
}
