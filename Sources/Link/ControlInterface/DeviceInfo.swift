/// One device that the station knows by its settings or has found. The node is the path it is
/// opened by, the identity what it is recognised by again (serial number or address).
public struct DeviceInfo: Codable, Hashable, Sendable {
    public var name: String
    public var profile: String
    public var node: String
    public var identity: String
    public var state: DeviceState
    public var reason: String
    public var session: String?
    public var streams: [String]
    public var samples: Int64
    public var lastSampleAgeMs: Int?
    public var rateHz: Double?
    public var faults: Int
    /// Why this profile: what the settings or udev say.
    public var why: String?
    /// Charge of the battery, where the device tells.
    public var batteryPercent: Int?
    /// How it is connected: serial, bluetooth, keyboard or pointer.
    public var transport: String?
    /// The sum of its streams' rates; nil where one of them has none.
    public var nominalRateHz: Double?
    /// Of the session that it records for.
    public var gaps: Int
    public var lost: Int64
    /// The largest 95% bound of its streams' times.
    public var boundMs: Double?
    /// How strongly it was heard last, before it was connected.
    public var rssiDbm: Int?

    public init(
        name: String, profile: String, node: String, identity: String, state: DeviceState,
        reason: String, session: String? = nil, streams: [String], samples: Int64,
        lastSampleAgeMs: Int? = nil, rateHz: Double? = nil, faults: Int,
        why: String? = nil, batteryPercent: Int? = nil, transport: String? = nil,
        nominalRateHz: Double? = nil, gaps: Int = 0, lost: Int64 = 0, boundMs: Double? = nil,
        rssiDbm: Int? = nil
    ) {
        self.name = name
        self.profile = profile
        self.node = node
        self.identity = identity
        self.state = state
        self.reason = reason
        self.session = session
        self.streams = streams
        self.samples = samples
        self.lastSampleAgeMs = lastSampleAgeMs
        self.rateHz = rateHz
        self.faults = faults
        self.why = why
        self.batteryPercent = batteryPercent
        self.transport = transport
        self.nominalRateHz = nominalRateHz
        self.gaps = gaps
        self.lost = lost
        self.boundMs = boundMs
        self.rssiDbm = rssiDbm
    }
}
