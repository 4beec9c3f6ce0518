/// One session. The file is the path of its session file on the station; duration_ms runs from
/// its start to now, or to its stop; phases are those that StartPhase takes now.
public struct SessionInfo: Codable, Hashable, Sendable {
    public var id: String
    public var study: String
    public var participant: String
    public var kind: String
    public var state: SessionState
    public var pilot: Bool
    public var `protocol`: String?
    public var parent: String?
    public var phase: String?
    public var phases: [String]
    public var startedUtcNs: Int64
    public var durationMs: Int
    public var file: String
    public var devices: [String]
    public var clients: [String]
    public var samples: Int64
    public var events: Int64
    public var gaps: Int
    public var lost: Int64
    public var fileBytes: Int64
    public var outcome: String?
    public var reason: String?
    /// Why it is paused; nil while it goes on.
    public var paused: String?
    /// Its start, the current phase's and the pause's, on this boot's monotonic clock; nil for a session
    /// that does not record any more.
    public var startedNs: Int64?
    public var phaseBeganNs: Int64?
    public var pausedSinceNs: Int64?
    /// When its copy at the backup place was read back; nil where there is none.
    public var backedUpUtcNs: Int64?
    /// What of it has still to be copied there; nil where nothing has, or there is no such place.
    public var backupWaits: String?

    public init(
        id: String, study: String, participant: String, kind: String, state: SessionState,
        pilot: Bool, `protocol`: String? = nil, parent: String? = nil, phase: String? = nil,
        phases: [String], startedUtcNs: Int64, durationMs: Int, file: String, devices: [String],
        clients: [String], samples: Int64, events: Int64, gaps: Int, lost: Int64, fileBytes: Int64,
        outcome: String? = nil, reason: String? = nil, paused: String? = nil,
        startedNs: Int64? = nil, phaseBeganNs: Int64? = nil, pausedSinceNs: Int64? = nil,
        backedUpUtcNs: Int64? = nil, backupWaits: String? = nil
    ) {
        self.id = id
        self.study = study
        self.participant = participant
        self.kind = kind
        self.state = state
        self.pilot = pilot
        self.`protocol` = `protocol`
        self.parent = parent
        self.phase = phase
        self.phases = phases
        self.startedUtcNs = startedUtcNs
        self.durationMs = durationMs
        self.file = file
        self.devices = devices
        self.clients = clients
        self.samples = samples
        self.events = events
        self.gaps = gaps
        self.lost = lost
        self.fileBytes = fileBytes
        self.outcome = outcome
        self.reason = reason
        self.paused = paused
        self.startedNs = startedNs
        self.phaseBeganNs = phaseBeganNs
        self.pausedSinceNs = pausedSinceNs
        self.backedUpUtcNs = backedUpUtcNs
        self.backupWaits = backupWaits
    }
}
