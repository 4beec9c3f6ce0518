import Timebase

/// What is known of a session when it starts.
public struct SessionDescription: Hashable, Sendable {
    /// UUID as text.
    public var identifier: String
    public var kind: SessionKind
    /// Study and participant codes, see `StudyDirectory.validate`.
    public var study: String
    public var participant: String
    /// Name and version of the study protocol, and its text as it was read.
    public var protocolName: String
    public var protocolVersion: String
    public var protocolText: String
    /// Whether the session is a trial run that no analysis should count.
    public var isPilot: Bool
    /// Name of the recording machine.
    public var station: String
    public var softwareVersion: String
    /// The kernel's id of the boot whose CLOCK_MONOTONIC all times are on.
    public var bootIdentifier: String
    /// Id of the chat session that a commentary looks back on.
    public var parent: String?
    /// Id of the interrupted session that this one takes up.
    public var continuationOf: String?
    public var started: Instant
    /// Nanoseconds since 1970-01-01 UTC.
    public var startedRealtime: Int64

    public init(
        identifier: String, kind: SessionKind, study: String, participant: String,
        protocolName: String = "", protocolVersion: String = "", protocolText: String = "",
        isPilot: Bool = false, station: String, softwareVersion: String, bootIdentifier: String,
        parent: String? = nil, continuationOf: String? = nil, started: Instant,
        startedRealtime: Int64
    ) {
        self.identifier = identifier
        self.kind = kind
        self.study = study
        self.participant = participant
        self.protocolName = protocolName
        self.protocolVersion = protocolVersion
        self.protocolText = protocolText
        self.isPilot = isPilot
        self.station = station
        self.softwareVersion = softwareVersion
        self.bootIdentifier = bootIdentifier
        self.parent = parent
        self.continuationOf = continuationOf
        self.started = started
        self.startedRealtime = startedRealtime
    }
}
