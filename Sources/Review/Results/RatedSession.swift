/// A session whose ratings are compared, with who has finished which stage of it.
public struct RatedSession: Hashable, Sendable {
    public var id: String
    public var turns: [AnswerCheck.Turn]
    /// Raters who locked a stage in their main assignment: they saw all of it, flagged or not.
    public var finished: [ReviewStage: Set<String>]

    public init(
        id: String, turns: [AnswerCheck.Turn], finished: [ReviewStage: Set<String>]
    ) {
        self.id = id
        self.turns = turns
        self.finished = finished
    }
}
