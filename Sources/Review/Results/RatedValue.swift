import SessionStore

/// What one rater said of one turn, or of a session, on one item.
public struct RatedValue: Hashable, Sendable {
    public var assignment: String
    public var rater: String
    public var role: RatingRole
    public var purpose: ReviewAssignment.Purpose
    public var session: String
    public var stage: ReviewStage
    public var turn: Int64?
    public var item: String
    public var value: Int
    public var rationale: String

    public init(
        assignment: String, rater: String, role: RatingRole, purpose: ReviewAssignment.Purpose,
        session: String, stage: ReviewStage, turn: Int64?, item: String, value: Int,
        rationale: String = ""
    ) {
        self.assignment = assignment
        self.rater = rater
        self.role = role
        self.purpose = purpose
        self.session = session
        self.stage = stage
        self.turn = turn
        self.item = item
        self.value = value
        self.rationale = rationale
    }
}
