/// What a commit did.
public struct CommitResult: Hashable, Sendable {
    /// Client events, turns and draft edits that had been stored before and were passed over.
    public var repeated: Int
    /// Bytes in the write-ahead log, a measure of how far a checkpoint is behind.
    public var logBytes: Int64
}
