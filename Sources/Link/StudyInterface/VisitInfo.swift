/// How a planned visit stands.
public enum VisitState: String, Codable, Hashable, Sendable, CaseIterable {
    case open, recording
    /// One of its chats, which is no trial run, ended as completed.
    case done
}

/// A planned visit of a participant.
public struct VisitInfo: Codable, Hashable, Sendable {
    /// From 1.
    public var visit: Int
    /// The level of each factor.
    public var condition: [String: String]
    public var plannedUtcNs: Int64?
    public var state: VisitState
    /// Ids of its sessions, by their start.
    public var sessions: [String]

    public init(
        visit: Int, condition: [String: String] = [:], plannedUtcNs: Int64? = nil,
        state: VisitState = .open, sessions: [String] = []
    ) {
        self.visit = visit
        self.condition = condition
        self.plannedUtcNs = plannedUtcNs
        self.state = state
        self.sessions = sessions
    }
}
