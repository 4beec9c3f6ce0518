import Timebase

/// A phase of the session's protocol, as stored.
public struct Phase: Hashable, Sendable {
    public var name: String
    public var started: Instant
    /// nil while it lasts.
    public var ended: Instant?

    public init(name: String, started: Instant, ended: Instant? = nil) {
        self.name = name
        self.started = started
        self.ended = ended
    }
}
