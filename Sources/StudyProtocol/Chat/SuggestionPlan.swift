/// The Suggestions beside the conversation.
public struct SuggestionPlan: Hashable, Sendable {
    /// Where they come from.
    public enum Source: String, Hashable, Sendable, Codable, CaseIterable {
        case scripted, model, none
    }

    public var source: Source
    /// How many of each group come after a message of the client.
    public var each: Int
    /// Whether the participant sees them.
    public var isShown: Bool
    /// Whether they are made where they are not shown, which gives the overlap to expect by chance.
    public var generatesUnshown: Bool

    public init(
        source: Source = .scripted, each: Int = 1, isShown: Bool = true,
        generatesUnshown: Bool = true
    ) {
        self.source = source
        self.each = each
        self.isShown = isShown
        self.generatesUnshown = generatesUnshown
    }

    /// Whether any are made at all.
    public var isGenerated: Bool { source != .none && (isShown || generatesUnshown) }
}
