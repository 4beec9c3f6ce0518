/// The whole station.
public struct Status: Codable, Hashable, Sendable {
    public var version: String
    public var station: String
    public var bootId: String
    public var uptimeMs: Int
    public var data: String
    public var runtime: String
    public var sessions: [SessionInfo]
    public var devices: [DeviceInfo]
    public var rings: [RingInfo]
    public var storage: StorageInfo
    public var alarms: [Alarm]
    public var connections: Int
    public var subscribers: Int
    public var clock: ClockHealth
    /// nil where the settings name no backup place.
    public var backup: BackupInfo?
    /// When the daemon began, in nanoseconds since 1970-01-01 UTC.
    public var startedUtcNs: Int64?
    /// What came of each stream since then; nil from a daemon that does not tell.
    public var streams: [StreamTotals]?
    public var link: LinkInfo?

    public init(
        version: String, station: String, bootId: String, uptimeMs: Int, data: String,
        runtime: String, sessions: [SessionInfo], devices: [DeviceInfo], rings: [RingInfo],
        storage: StorageInfo, alarms: [Alarm], connections: Int, subscribers: Int,
        clock: ClockHealth = ClockHealth(), backup: BackupInfo? = nil, startedUtcNs: Int64? = nil,
        streams: [StreamTotals]? = nil, link: LinkInfo? = nil
    ) {
        self.version = version
        self.station = station
        self.bootId = bootId
        self.uptimeMs = uptimeMs
        self.data = data
        self.runtime = runtime
        self.sessions = sessions
        self.devices = devices
        self.rings = rings
        self.storage = storage
        self.alarms = alarms
        self.connections = connections
        self.subscribers = subscribers
        self.clock = clock
        self.backup = backup
        self.startedUtcNs = startedUtcNs
        self.streams = streams
        self.link = link
    }
}
