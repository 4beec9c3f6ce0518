import Declarations
import Review
import SessionStore

/// The review plans of one study, as its database has them.
struct ReviewBook: Sendable {
    let study: String
    let plans: [ReviewPlan]
    let assignments: [ReviewAssignment]
    /// The last thing that became of each assignment.
    let changes: [String: AssignmentChange]
    /// The plans' schemes by the plans' ids; those that cannot be read lack.
    let schemes: [String: RatingScheme]

    init(study: String, _ database: StudyDatabase) throws {
        self.study = study
        plans = try database.reviewPlans()
        assignments = try database.reviewAssignments()
        changes = Dictionary(
            try database.assignmentChanges().map { ($0.assignment, $0) }, uniquingKeysWith: { $1 })
        var schemes: [String: RatingScheme] = [:]
        for plan in plans {
            schemes[plan.id] = try? RatingScheme(text: plan.schemeText, file: plan.scheme)
        }
        self.schemes = schemes
    }

    func isWithdrawn(_ assignment: ReviewAssignment) -> Bool {
        changes[assignment.id]?.action == "withdrawn"
    }

    /// What this assignment asks.
    func form(_ assignment: ReviewAssignment) -> RatingForm? {
        schemes[assignment.plan].map { $0.form(for: assignment.purpose) }
    }
}

extension RatingScheme {
    func form(for purpose: ReviewAssignment.Purpose) -> RatingForm {
        purpose == .own ? form.forOwn : form
    }
}
