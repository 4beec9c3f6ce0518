/// A study of the station.
public struct StudyInfo: Codable, Hashable, Sendable {
    public var study: String
    /// Whether it was made with a roster; else it came about by its first session.
    public var planned: Bool
    public var `protocol`: String?
    public var protocolVersion: String?
    public var title: String?
    /// Planned visits of each participant.
    public var visits: Int
    public var participants: Int
    /// Participants who dropped out or withdrew.
    public var left: Int
    public var sessions: Int
    public var createdUtcNs: Int64?

    public init(
        study: String, planned: Bool, `protocol`: String? = nil, protocolVersion: String? = nil,
        title: String? = nil, visits: Int = 0, participants: Int = 0, left: Int = 0,
        sessions: Int = 0, createdUtcNs: Int64? = nil
    ) {
        self.study = study
        self.planned = planned
        self.`protocol` = `protocol`
        self.protocolVersion = protocolVersion
        self.title = title
        self.visits = visits
        self.participants = participants
        self.left = left
        self.sessions = sessions
        self.createdUtcNs = createdUtcNs
    }
}
