/// Why a measure is missing: the words of its column of reasons.
public enum MeasureReason: String, Hashable, Sendable, CaseIterable {
    /// Less data than its floor.
    case tooShort = "too-short"
    /// The session has no stream that it could be told from.
    case noStream = "no-stream"
    /// The stream has nothing to tell there.
    case noData = "no-data"
    /// The participant does not agree that this data is used.
    case withheld
    /// The channel's unit is none in which the threshold could be told.
    case unit

    static let words = MeasureVariable.Kind.category(allCases.map(\.rawValue))
}
