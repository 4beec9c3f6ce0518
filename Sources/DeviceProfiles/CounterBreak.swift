/// A place in a stream where samples are missing between two decoded ones.
public struct CounterBreak: Hashable, Sendable {
    /// Offset within this output of the sample before which others are missing.
    public var beforeOffset: Int
    /// Missing samples: exact modulo the stream's `counterModulus`, so at least this many. 0 says
    /// that the decoder had to look for a new start and the counter shows no loss, or there is none.
    public var missing: Int64

    public init(beforeOffset: Int, missing: Int64) {
        self.beforeOffset = beforeOffset
        self.missing = missing
    }
}
