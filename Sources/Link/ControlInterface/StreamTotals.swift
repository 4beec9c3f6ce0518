/// What streams of one name and source gave in all sessions since the daemon began; never less than before.
public struct StreamTotals: Codable, Hashable, Sendable {
    public var source: String
    public var stream: String
    public var kind: String
    public var samples: Int64
    public var events: Int64
    public var gaps: Int64
    /// Samples that are known to be missing.
    public var lost: Int64

    public init(
        source: String, stream: String, kind: String, samples: Int64 = 0, events: Int64 = 0,
        gaps: Int64 = 0, lost: Int64 = 0
    ) {
        self.source = source
        self.stream = stream
        self.kind = kind
        self.samples = samples
        self.events = events
        self.gaps = gaps
        self.lost = lost
    }
}
