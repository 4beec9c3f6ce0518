/// A stretch of a continuum that a rater marked, from `start` up to and not including `end`.
public struct MarkedUnit: Hashable, Sendable {
    public var start: Int
    public var end: Int
    /// What it was marked as.
    public var value: String

    public init(start: Int, end: Int, value: String) {
        self.start = start
        self.end = end
        self.value = value
    }
}
