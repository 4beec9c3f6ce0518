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
    /// Which of the participant's visits this is, from 1; nil where the study has none.
    public var visit: Int?
    /// The level of each factor of the study's conditions.
    public var condition: [String: String]
    /// The participant's last answer to each tier of consent that has one.
    public var consent: [String: Bool]
    /// Why the session is paused; nil while it goes on.
    public var paused: String?
    /// Ids of the session's alarms that wait for somebody's acknowledgement, oldest first.
    public var alarms: [String]
    /// The operator's latest message to the participant.
    public var message: LinkMessage?

    public init(
        id: String, study: String, participant: String, kind: String, state: SessionState,
        pilot: Bool, `protocol`: String? = nil, phase: String? = nil, startedNs: Int64,
        visit: Int? = nil, condition: [String: String] = [:], consent: [String: Bool] = [:],
        paused: String? = nil, alarms: [String] = [], message: LinkMessage? = nil
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
        self.visit = visit
        self.condition = condition
        self.consent = consent
        self.paused = paused
        self.alarms = alarms
        self.message = message
    }

    /// Reads a session; what daemons did not tell before they knew of conditions, consent and alarms
    /// is empty.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(String.self, forKey: .id)
        study = try values.decode(String.self, forKey: .study)
        participant = try values.decode(String.self, forKey: .participant)
        kind = try values.decode(String.self, forKey: .kind)
        state = try values.decode(SessionState.self, forKey: .state)
        pilot = try values.decode(Bool.self, forKey: .pilot)
        `protocol` = try values.decodeIfPresent(String.self, forKey: .`protocol`)
        phase = try values.decodeIfPresent(String.self, forKey: .phase)
        startedNs = try values.decode(Int64.self, forKey: .startedNs)
        visit = try values.decodeIfPresent(Int.self, forKey: .visit)
        condition =
            try values.decodeIfPresent([String: String].self, forKey: .condition) ?? [:]
        consent = try values.decodeIfPresent([String: Bool].self, forKey: .consent) ?? [:]
        paused = try values.decodeIfPresent(String.self, forKey: .paused)
        alarms = try values.decodeIfPresent([String].self, forKey: .alarms) ?? []
        message = try values.decodeIfPresent(LinkMessage.self, forKey: .message)
    }
}
