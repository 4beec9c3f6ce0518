/// What a rater says of a turn, or of a whole session, on one item. Of several with the same assignment,
/// stage, turn and item the newest counts.
public struct Rating: Hashable, Sendable {
    /// Counts up from 1; 0 for one that is not stored yet.
    public var id: Int64
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    /// UUID of this statement: the same one handed over again adds nothing.
    public var change: String
    public var rater: String
    public var role: RatingRole
    /// The assignment's id.
    public var assignment: String
    public var stage: String
    /// `number` of the session's turns; nil for the whole session.
    public var turn: Int64?
    public var item: String
    /// Any JSON value; `null` takes an answer back.
    public var value: String
    public var rationale: String
    public var isDraft: Bool

    public init(
        id: Int64 = 0, madeRealtime: Int64 = 0, change: String, rater: String, role: RatingRole,
        assignment: String, stage: String, turn: Int64? = nil, item: String, value: String,
        rationale: String = "", isDraft: Bool = false
    ) {
        self.id = id
        self.madeRealtime = madeRealtime
        self.change = change
        self.rater = rater
        self.role = role
        self.assignment = assignment
        self.stage = stage
        self.turn = turn
        self.item = item
        self.value = value
        self.rationale = rationale
        self.isDraft = isDraft
    }

    /// What is wrong with it whatever the session, in words; nil where nothing is.
    public var problem: String? {
        ReviewLimits.identifier(change, "its change") ?? ReviewLimits.name(rater, "its rater")
            ?? ReviewLimits.name(assignment, "its assignment")
            ?? ReviewLimits.name(stage, "its stage") ?? ReviewLimits.name(item, "its item")
            ?? ReviewLimits.bounded(
                [
                    ("value", value, ReviewLimits.value),
                    ("rationale", rationale, ReviewLimits.text),
                ])
    }
}
