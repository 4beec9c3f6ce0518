/// How a read of an input device went.
public struct InputReading: Hashable, Sendable {
    /// How it went.
    public enum Outcome: Hashable, Sendable {
        /// Something was read; more may wait.
        case read
        /// Nothing waits.
        case empty
        /// The device is gone, revoked, or the source was closed.
        case ended
        /// The kernel refused; its error number.
        case failed(Int32)
    }

    /// How it went.
    public var outcome: Outcome
    /// Bytes of records written; 0 where the events held nothing to record.
    public var byteCount: Int

    public init(outcome: Outcome, byteCount: Int) {
        self.outcome = outcome
        self.byteCount = byteCount
    }
}
