/// A stream that the client brings: a signal at a rate, or events (no rate, no channels). The
/// clock says what sample times are derived from: counter (the client numbers all samples, rate
/// carries the time), arrival (batches have times, samples are regular), stamped (each has its
/// time). silence_limit_ms is after how long without a sample the station raises an alarm; without it,
/// 2 s or two samples of a slow rate.
public struct LinkStream: Codable, Hashable, Sendable {
    public var name: String
    public var kind: LinkStreamKind
    public var rateHz: Double?
    public var clock: LinkSampleClock
    public var silenceLimitMs: Int?
    public var channels: [LinkChannel]

    public init(
        name: String, kind: LinkStreamKind, rateHz: Double? = nil, clock: LinkSampleClock,
        silenceLimitMs: Int? = nil, channels: [LinkChannel]
    ) {
        self.name = name
        self.kind = kind
        self.rateHz = rateHz
        self.clock = clock
        self.silenceLimitMs = silenceLimitMs
        self.channels = channels
    }
}
