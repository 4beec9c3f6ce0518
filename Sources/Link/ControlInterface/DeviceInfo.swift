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

    public init(
        name: String, profile: String, node: String, identity: String, state: DeviceState,
        reason: String, session: String? = nil, streams: [String], samples: Int64,
        lastSampleAgeMs: Int? = nil, rateHz: Double? = nil, faults: Int,
        why: String? = nil, batteryPercent: Int? = nil
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
    }
}
