import Timebase

/// A reading of the machine's three clocks, and what it was taken for.
public struct RecordedTriple: Hashable, Sendable {
    public var triple: TimeTriple
    /// `start`, `stop`, `resume`, `periodic`, `step` or another word.
    public var cause: String

    public init(triple: TimeTriple, cause: String) {
        self.triple = triple
        self.cause = cause
    }
}
