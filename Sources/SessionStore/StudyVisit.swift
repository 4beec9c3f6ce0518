/// One of a participant's planned visits.
public struct StudyVisit: Hashable, Sendable {
    /// From 1.
    public var number: Int
    /// The level of each factor; empty in a study without conditions.
    public var condition: [String: String]
    /// When it is to be, in nanoseconds since 1970-01-01 UTC; nil where that is open.
    public var planned: Int64?

    public init(number: Int, condition: [String: String] = [:], planned: Int64? = nil) {
        self.number = number
        self.condition = condition
        self.planned = planned
    }
}
