import SessionStore

/// What a study's database says beside its sessions.
public struct DatasetStudy: Sendable {
    public var roster: [RosterEntry]
    /// All answers of each participant, in the order in which they were given.
    public var consent: [String: [Consent]]
    public var plans: [ReviewPlan]
    public var assignments: [ReviewAssignment]

    init(_ database: StudyDatabase) throws(SessionStoreError) {
        roster = try database.roster()
        consent = [:]
        for entry in roster {
            consent[entry.participant.code] = try database.consent(of: entry.participant.code)
        }
        plans = try database.reviewPlans()
        assignments = try database.reviewAssignments()
    }
}
