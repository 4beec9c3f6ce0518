import Timebase

/// Who did what to the session.
public struct AuditEntry: Hashable, Sendable {
    public var time: Instant
    /// Nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64
    /// A user's name, or the program's.
    public var actor: String
    public var action: String
    /// JSON.
    public var detail: String

    public init(
        time: Instant, realtime: Int64, actor: String, action: String, detail: String = "{}"
    ) {
        self.time = time
        self.realtime = realtime
        self.actor = actor
        self.action = action
        self.detail = detail
    }
}
