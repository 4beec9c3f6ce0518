import Review

/// A plan's progress and results, for the page.
struct PlanAnswer: Encodable {
    struct Assignment: Encodable {
        var id: String
        var rater: String
        var role: String
        var position: Int
        var purpose: String
        var label: String
        var session: String
        var state: String
        var answered: Int
        var asked: Int
        var flags: Int
    }

    var id: String
    var name: String
    var scheme: String
    var schemeVersion: String
    var title: String
    var seed: Int64
    var assignments: [Assignment]
    var unreadable: [String]
    var results: ReviewResults

    init(_ reading: PlanReading, _ results: ReviewResults) {
        id = reading.plan.id
        name = reading.plan.name
        scheme = reading.plan.scheme
        schemeVersion = reading.plan.schemeVersion
        title = reading.scheme.title
        seed = reading.plan.seed
        assignments = reading.entries.map {
            Assignment(
                id: $0.assignment.id, rater: $0.assignment.rater,
                role: $0.assignment.role.rawValue, position: $0.assignment.position,
                purpose: $0.assignment.purpose.rawValue, label: $0.assignment.label,
                session: $0.assignment.session, state: $0.state, answered: $0.answered,
                asked: $0.asked, flags: $0.progress.flags.count)
        }
        unreadable = reading.unreadable
        self.results = results
    }
}
