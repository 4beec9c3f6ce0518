/// Kinds of data that a participant may take back one by one. Raw values are those of consent tiers' `covers`.
public enum RecordedData: String, Hashable, Sendable, CaseIterable {
    case turns, signals, keys
    case keyContent = "key-content"
    case pointer
    case draftEdits = "draft-edits"
    case draftText = "draft-text"
    case audio
    case modelRequests = "model-requests"
}
