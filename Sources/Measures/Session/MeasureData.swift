/// Kinds of data that measures are made of. Raw values are those of the study protocol's tiers of consent.
public enum MeasureData: String, Hashable, Sendable, CaseIterable {
    case signals, keys, turns
    case draftEdits = "draft-edits"
}
