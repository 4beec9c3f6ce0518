/// Where a participant stands in a study. Raw values are those of the study database.
public enum ParticipantStatus: String, Hashable, Sendable, Codable, CaseIterable {
    /// On the roster: takes part, or is going to.
    case enrolled
    /// Has taken part in all that was planned.
    case completed
    /// Does not come any more; what was recorded is kept.
    case droppedOut = "dropped-out"
    /// Took the consent back.
    case withdrawn

    /// Whether the participant gives the place in the study's conditions free.
    public var leavesPlace: Bool { self == .droppedOut || self == .withdrawn }
}
