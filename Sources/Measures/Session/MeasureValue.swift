/// The value of a measure for one stretch of a session.
public enum MeasureValue: Hashable, Sendable {
    case missing
    case real(Double)
    case integer(Int64)
    /// A text, or one of a category's words.
    case text(String)
}
