/// What became of an assignment: that it was withdrawn, finished, opened again, …
public struct AssignmentChange: Hashable, Sendable {
    public var assignment: String
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    public var actor: String
    /// A word, such as `withdrawn`, `finished` or `opened`; the last one counts.
    public var action: String
    public var reason: String

    public init(
        assignment: String, madeRealtime: Int64 = 0, actor: String, action: String,
        reason: String = ""
    ) {
        self.assignment = assignment
        self.madeRealtime = madeRealtime
        self.actor = actor
        self.action = action
        self.reason = reason
    }

    /// What is wrong with it, in words; nil where it can be stored.
    public var problem: String? {
        ReviewLimits.name(actor, "its actor") ?? ReviewLimits.name(action, "its action")
            ?? ReviewLimits.bounded([("reason", reason, ReviewLimits.text)])
    }
}
