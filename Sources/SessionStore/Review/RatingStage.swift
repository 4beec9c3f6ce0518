/// That a rater began a stage of an assignment, or closed it for good.
public struct RatingStage: Hashable, Sendable {
    public enum Action: String, CaseIterable, Hashable, Sendable {
        case opened
        /// From now on nothing of the stage is taken any more.
        case locked
    }

    /// Counts up from 1; 0 for one that is not stored yet.
    public var id: Int64
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    public var rater: String
    public var assignment: String
    public var stage: String
    public var action: Action

    public init(
        id: Int64 = 0, madeRealtime: Int64 = 0, rater: String, assignment: String, stage: String,
        action: Action
    ) {
        self.id = id
        self.madeRealtime = madeRealtime
        self.rater = rater
        self.assignment = assignment
        self.stage = stage
        self.action = action
    }

    /// What is wrong with it, in words; nil where nothing is.
    public var problem: String? {
        ReviewLimits.name(rater, "its rater") ?? ReviewLimits.name(assignment, "its assignment")
            ?? ReviewLimits.name(stage, "its stage")
    }
}
