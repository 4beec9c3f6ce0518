/// A participant on a study's roster.
public struct RosterEntry: Hashable, Sendable {
    public var participant: Participant
    /// The last one that was set; enrolled where none was.
    public var status: ParticipantStatus
    /// Why the status was set; empty where it was not.
    public var reason: String
    /// nil where the study has no conditions, and for participants who came without being planned.
    public var assignment: StudyAssignment?
    /// By number.
    public var visits: [StudyVisit]

    public init(
        participant: Participant, status: ParticipantStatus = .enrolled, reason: String = "",
        assignment: StudyAssignment? = nil, visits: [StudyVisit] = []
    ) {
        self.participant = participant
        self.status = status
        self.reason = reason
        self.assignment = assignment
        self.visits = visits
    }
}
