/// A text, or a stretch of time, in which each of several raters marked units.
public struct MarkedContinuum: Hashable, Sendable {
    /// In the smallest pieces that can be marked: UTF-16 units of a text, milliseconds of time.
    public var length: Int
    /// What each rater marked; a rater who marked nothing has none, one who did not see it is left out.
    public var raters: [[MarkedUnit]]
    /// Continua with the same number are not independent of each other.
    public var cluster: Int

    public init(length: Int, raters: [[MarkedUnit]], cluster: Int) {
        self.length = length
        self.raters = raters
        self.cluster = cluster
    }
}
