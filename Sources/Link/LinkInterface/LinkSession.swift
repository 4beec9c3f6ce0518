/// What a client needs to know of its session.
public struct LinkSession: Codable, Hashable, Sendable {
    public var id: String
    public var study: String
    public var participant: String
    public var kind: String
    public var state: SessionState
    public var pilot: Bool
    public var `protocol`: String?
    public var phase: String?
    public var startedNs: Int64

    public init(
        id: String, study: String, participant: String, kind: String, state: SessionState,
        pilot: Bool, `protocol`: String? = nil, phase: String? = nil, startedNs: Int64
    ) {
        self.id = id
        self.study = study
        self.participant = participant
        self.kind = kind
        self.state = state
        self.pilot = pilot
        self.`protocol` = `protocol`
        self.phase = phase
        self.startedNs = startedNs
    }
}
