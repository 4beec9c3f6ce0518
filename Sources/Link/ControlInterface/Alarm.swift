/// Something a person should look at, since when, and in words what to do.
public struct Alarm: Codable, Hashable, Sendable {
    /// How much it matters.
    public enum Severity: String, Codable, Hashable, Sendable, CaseIterable {
        case notice, warning, urgent
    }

    /// What AcknowledgeAlarm names it by; unique among the alarms of its session, or of the station.
    public var id: String
    public var code: String
    public var text: String
    public var severity: Severity
    public var sinceNs: Int64
    public var session: String?
    public var device: String?
    /// Whether it stays until somebody says to have seen it.
    public var needsAcknowledgement: Bool
    public var acknowledged: Bool

    /// - Parameter id: nil for the code, where there is one alarm of a code alone.
    public init(
        id: String? = nil, code: String, text: String, severity: Severity = .warning,
        sinceNs: Int64, session: String? = nil, device: String? = nil,
        needsAcknowledgement: Bool = false, acknowledged: Bool = false
    ) {
        self.id = id ?? code
        self.code = code
        self.text = text
        self.severity = severity
        self.sinceNs = sinceNs
        self.session = session
        self.device = device
        self.needsAcknowledgement = needsAcknowledgement
        self.acknowledged = acknowledged
    }

    /// Whether data may be lost while it stands: the disk, or what reads devices.
    public var threatensRecording: Bool {
        [
            "store", "storage-slow", "read-only", "disk", "reserve", "checkpoint", "overflow",
            "acquisition",
        ].contains(code)
    }

    /// Whether it waits for somebody's acknowledgement.
    public var isWaiting: Bool { needsAcknowledgement && !acknowledged }
}
