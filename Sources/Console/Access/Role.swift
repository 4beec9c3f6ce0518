/// What somebody may do in the console. One account may have several.
public enum Role: String, Codable, CaseIterable, Hashable, Sendable {
    /// Runs sessions: the dashboard.
    case `operator`
    /// Sees all sessions, plays them back, codes them, plans reviews.
    case researcher
    /// Rates the sessions that are assigned to them, and sees nothing else.
    case expert
    /// Looks back on their own session: the participant's view of a think-aloud, and ratings of
    /// their own turns.
    case participant
}
