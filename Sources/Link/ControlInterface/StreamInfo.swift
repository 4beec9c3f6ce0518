/// One stream of a session. The rate is what was measured; bound_ms is the largest 95% bound of
/// its times; lost counts the samples that are known to be missing.
public struct StreamInfo: Codable, Hashable, Sendable {
    public var id: Int64
    public var name: String
    public var kind: String
    public var source: String
    public var clock: String
    public var channels: [String]
    public var units: [String]
    public var samples: Int64
    public var events: Int64
    public var gaps: Int
    public var lost: Int64
    public var nominalRateHz: Double?
    public var rateHz: Double?
    public var boundMs: Double?
    public var lastSampleAgeMs: Int?

    public init(
        id: Int64, name: String, kind: String, source: String, clock: String, channels: [String],
        units: [String], samples: Int64, events: Int64, gaps: Int, lost: Int64,
        nominalRateHz: Double? = nil, rateHz: Double? = nil, boundMs: Double? = nil,
        lastSampleAgeMs: Int? = nil
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.source = source
        self.clock = clock
        self.channels = channels
        self.units = units
        self.samples = samples
        self.events = events
        self.gaps = gaps
        self.lost = lost
        self.nominalRateHz = nominalRateHz
        self.rateHz = rateHz
        self.boundMs = boundMs
        self.lastSampleAgeMs = lastSampleAgeMs
    }
}
