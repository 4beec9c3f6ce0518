import Timebase

/// Tells when an earlier turn stood on the participant's screen.
public struct TurnShown: Hashable, Sendable {
    /// The turn's number.
    public var number: Int64
    public var shown: Instant

    public init(number: Int64, shown: Instant) {
        self.number = number
        self.shown = shown
    }
}
