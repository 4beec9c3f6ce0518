/// A stream that the client brings: a signal at a rate, or events (no rate, no channels). The
/// clock says what sample times are derived from: counter (the client numbers all samples, rate
/// carries the time), arrival (batches have times, samples are regular), stamped (each has its
/// time).
public struct LinkStream: Codable, Hashable, Sendable {
    public var name: String
    public var kind: LinkStreamKind
    public var rateHz: Double?
    public var clock: LinkSampleClock
    public var channels: [LinkChannel]

    public init(
        name: String, kind: LinkStreamKind, rateHz: Double? = nil, clock: LinkSampleClock,
        channels: [LinkChannel]
    ) {
        self.name = name
        self.kind = kind
        self.rateHz = rateHz
        self.clock = clock
        self.channels = channels
    }
}
