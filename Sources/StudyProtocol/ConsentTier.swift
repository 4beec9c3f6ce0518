/// A part of the data that a participant agrees to, or not, on its own.
public struct ConsentTier: Hashable, Sendable {
    /// The tiers there are. Raw values are the names in protocols and in the study database.
    public enum Name: String, Hashable, Sendable, Codable, CaseIterable {
        case conversation, sensors
        case keyTiming = "key-timing"
        case keyContent = "key-content"
        case draftText = "draft-text"
        case audio
        case modelEndpoint = "model-endpoint"
    }

    /// Kinds of data.
    public enum Data: String, Hashable, Sendable, Codable, CaseIterable {
        case turns, signals, keys
        /// Which keys were pressed, beyond their classes.
        case keyContent = "key-content"
        case pointer
        case draftEdits = "draft-edits"
        case draftText = "draft-text"
        case audio
        case modelRequests = "model-requests"
    }

    public var name: Name
    public var title: String
    /// What the participant reads.
    public var explanation: String?
    /// The data that it covers; at least one kind.
    public var covers: [Data]
    /// Whether a session cannot take place without it.
    public var isRequired: Bool

    public init(
        name: Name, title: String, explanation: String? = nil, covers: [Data],
        isRequired: Bool = false
    ) {
        self.name = name
        self.title = title
        self.explanation = explanation
        self.covers = covers
        self.isRequired = isRequired
    }
}
