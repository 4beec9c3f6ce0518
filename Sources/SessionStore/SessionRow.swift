import Timebase

/// A session as its file tells it.
public struct SessionRow: Hashable, Sendable {
    public var description: SessionDescription
    public var state: SessionState
    public var outcome: String?
    public var reason: String?
    /// When recording ended; nil while it goes on.
    public var stopped: Instant?
    /// When the file took its final form, in nanoseconds since 1970-01-01 UTC (the machine may have
    /// been restarted since the recording, so that the monotonic clock would mean nothing).
    public var finishedRealtime: Int64?
}
