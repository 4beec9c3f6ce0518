import SessionStore

/// A rating that is to be done, as a plan draws it.
public struct AssignmentDraft: Hashable, Sendable {
    public var rater: String
    public var session: String
    /// Place in the rater's order, from 1.
    public var position: Int
    public var purpose: ReviewAssignment.Purpose
    /// What the rater sees in place of any code. It tells neither session nor purpose.
    public var label: String

    public init(
        rater: String, session: String, position: Int, purpose: ReviewAssignment.Purpose,
        label: String
    ) {
        self.rater = rater
        self.session = session
        self.position = position
        self.purpose = purpose
        self.label = label
    }
}
