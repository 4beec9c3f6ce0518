import Timebase

/// Tells when an earlier turn stood on the participant's screen.
public struct TurnShown: Hashable, Sendable {
    /// The turn's number.
    public var number: Int64
    public var shown: Instant
    /// 95% bound of its error, in nanoseconds; the turn's own grows to it.
    public var bound: Int64

    public init(number: Int64, shown: Instant, bound: Int64 = 0) {
        self.number = number
        self.shown = shown
        self.bound = bound
    }
}
