/// A participant of a study.
public struct ParticipantInfo: Codable, Hashable, Sendable {
    /// The code.
    public var participant: String
    /// `enrolled`, `completed`, `dropped-out` or `withdrawn`.
    public var status: String
    /// The status's.
    public var reason: String?
    /// Place in the list of the protocol's conditions, from 0.
    public var slot: Int?
    /// Whose place it was before.
    public var replaces: String?
    /// That of the next visit that is not done, or of the last one.
    public var condition: [String: String]
    public var visits: [VisitInfo]
    public var sessions: Int
    /// The last answer to each tier that has one.
    public var consent: [String: Bool]
    public var addedUtcNs: Int64

    public init(
        participant: String, status: String, reason: String? = nil, slot: Int? = nil,
        replaces: String? = nil, condition: [String: String] = [:], visits: [VisitInfo] = [],
        sessions: Int = 0, consent: [String: Bool] = [:], addedUtcNs: Int64
    ) {
        self.participant = participant
        self.status = status
        self.reason = reason
        self.slot = slot
        self.replaces = replaces
        self.condition = condition
        self.visits = visits
        self.sessions = sessions
        self.consent = consent
        self.addedUtcNs = addedUtcNs
    }
}
