/// A plan of who rates what in a study: on which scheme, in which order drawn from which seed.
public struct ReviewPlan: Hashable, Sendable {
    /// UUID.
    public var id: String
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    public var actor: String
    public var name: String
    public var scheme: String
    public var schemeVersion: String
    public var schemeText: String
    public var seed: Int64
    /// JSON object: stages, items, what is blinded, and the like.
    public var detail: String

    public init(
        id: String, madeRealtime: Int64 = 0, actor: String, name: String, scheme: String,
        schemeVersion: String, schemeText: String, seed: Int64, detail: String = "{}"
    ) {
        self.id = id
        self.madeRealtime = madeRealtime
        self.actor = actor
        self.name = name
        self.scheme = scheme
        self.schemeVersion = schemeVersion
        self.schemeText = schemeText
        self.seed = seed
        self.detail = detail
    }

    /// What is wrong with it, in words; nil where it can be stored.
    public var problem: String? {
        ReviewLimits.identifier(id, "the plan's id") ?? ReviewLimits.name(actor, "its actor")
            ?? ReviewLimits.name(name, "the plan's name")
            ?? ReviewLimits.bounded(
                [
                    ("scheme", scheme, ReviewLimits.name),
                    ("scheme version", schemeVersion, ReviewLimits.name),
                    ("the scheme", schemeText, ReviewLimits.scheme),
                    ("detail", detail, ReviewLimits.scheme),
                ])
    }
}
