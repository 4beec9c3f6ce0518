/// What a commit did.
public struct CommitResult: Hashable, Sendable {
    /// Client events, turns and draft edits that had been stored before and were passed over.
    public var repeated: Int
    /// Bytes in the write-ahead log, a measure of how far a checkpoint is behind.
    public var logBytes: Int64
    /// Why the room for stopping and finishing could not grow with the recording; nil where it did.
    public var reserveFailure: SessionStoreError?
    /// Why the log could not be brought into the file; all rows are durable in the log, and it is tried
    /// again. Nil where nothing was wrong.
    public var checkpointFailure: SessionStoreError?
    /// Where the audit trail ends; nil where the batch brought nothing for it.
    public var audit: AuditHead?
}
