/// That somebody is to rate a session. Not a participant's place in the conditions, see
/// `StudyAssignment`.
public struct ReviewAssignment: Hashable, Sendable {
    public enum Purpose: String, CaseIterable, Hashable, Sendable {
        /// What the study is about.
        case main
        /// All raters have it, and talk about it afterwards.
        case calibration
        /// The rater has it a second time without being told.
        case `repeat`
        /// A participant rates the session that they were in.
        case own
    }

    /// UUID; also the layer of the rater's flags.
    public var id: String
    /// The plan's UUID.
    public var plan: String
    public var rater: String
    public var role: RatingRole
    /// The session's UUID.
    public var session: String
    /// Place in the rater's order, from 1.
    public var position: Int
    public var purpose: Purpose
    /// What the rater sees in place of the participant, such as `Session 4`.
    public var label: String
    /// JSON object.
    public var detail: String

    public init(
        id: String, plan: String, rater: String, role: RatingRole, session: String, position: Int,
        purpose: Purpose = .main, label: String, detail: String = "{}"
    ) {
        self.id = id
        self.plan = plan
        self.rater = rater
        self.role = role
        self.session = session
        self.position = position
        self.purpose = purpose
        self.label = label
        self.detail = detail
    }

    /// What is wrong with it, in words; nil where it can be stored.
    public var problem: String? {
        ReviewLimits.identifier(id, "an assignment's id")
            ?? ReviewLimits.identifier(plan, "an assignment's plan")
            ?? ReviewLimits.name(rater, "an assignment's rater")
            ?? ReviewLimits.bounded(
                [("label", label, ReviewLimits.name), ("detail", detail, ReviewLimits.value)])
            ?? (position < 1 ? "an assignment's position counts from 1" : nil)
    }
}
