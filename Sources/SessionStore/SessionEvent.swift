import Timebase

/// Something that happened at one moment: a mark, a client's event, a daemon's observation.
public struct SessionEvent: Hashable, Sendable {
    /// Stream that it belongs to; nil for events of the session as a whole.
    public var stream: Int64?
    public var time: Instant
    /// 95% bound of the time's error, in nanoseconds.
    public var bound: Int64
    public var kind: String
    /// JSON.
    public var payload: String
    /// The linked client that sent it, and its number there; the pair is stored once, however often
    /// it is sent. nil for the daemon's own events.
    public var client: String?
    public var clientSequence: Int64?

    public init(
        stream: Int64? = nil, time: Instant, bound: Int64 = 0, kind: String,
        payload: String = "{}", client: String? = nil, clientSequence: Int64? = nil
    ) {
        self.stream = stream
        self.time = time
        self.bound = bound
        self.kind = kind
        self.payload = payload
        self.client = client
        self.clientSequence = clientSequence
    }
}
