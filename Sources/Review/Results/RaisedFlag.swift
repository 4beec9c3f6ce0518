import SessionStore

/// What one rater pointed out in one turn's text.
public struct RaisedFlag: Hashable, Sendable {
    public var assignment: String
    public var rater: String
    public var purpose: ReviewAssignment.Purpose
    public var session: String
    public var stage: ReviewStage
    public var turn: Int64
    /// UTF-16 code units of the turn's text, the end exclusive.
    public var start: Int
    public var end: Int
    public var code: String
    public var rationale: String

    public init(
        assignment: String, rater: String, purpose: ReviewAssignment.Purpose, session: String,
        stage: ReviewStage, turn: Int64, start: Int, end: Int, code: String, rationale: String = ""
    ) {
        self.assignment = assignment
        self.rater = rater
        self.purpose = purpose
        self.session = session
        self.stage = stage
        self.turn = turn
        self.start = start
        self.end = end
        self.code = code
        self.rationale = rationale
    }
}
