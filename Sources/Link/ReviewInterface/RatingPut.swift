/// What a rater says of a turn, or of a session, on one item. `value` is JSON as text.
public struct RatingPut: Codable, Hashable, Sendable {
    public var change: String
    public var rater: String
    public var role: String
    public var assignment: String
    public var stage: String
    public var turn: Int64?
    public var item: String
    public var value: String
    public var rationale: String?
    public var draft: Bool

    public init(
        change: String, rater: String, role: String, assignment: String, stage: String,
        turn: Int64? = nil, item: String, value: String, rationale: String? = nil,
        draft: Bool = false
    ) {
        self.change = change
        self.rater = rater
        self.role = role
        self.assignment = assignment
        self.stage = stage
        self.turn = turn
        self.item = item
        self.value = value
        self.rationale = rationale
        self.draft = draft
    }
}
