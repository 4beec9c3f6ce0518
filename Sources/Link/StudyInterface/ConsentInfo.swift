/// How one tier of consent stands.
public struct TierInfo: Codable, Hashable, Sendable {
    public var tier: String
    public var title: String
    /// Whether a session cannot take place without it.
    public var required: Bool
    /// Kinds of data.
    public var covers: [String]
    /// The last one; nil where nobody answered.
    public var answer: Bool?
    public var answeredUtcNs: Int64?
    /// Who noted the answer.
    public var actor: String?
    /// The session in which it was given.
    public var session: String?
    /// Whether the data is recorded as things stand.
    public var recorded: Bool

    public init(
        tier: String, title: String, required: Bool, covers: [String], answer: Bool? = nil,
        answeredUtcNs: Int64? = nil, actor: String? = nil, session: String? = nil, recorded: Bool
    ) {
        self.tier = tier
        self.title = title
        self.required = required
        self.covers = covers
        self.answer = answer
        self.answeredUtcNs = answeredUtcNs
        self.actor = actor
        self.session = session
        self.recorded = recorded
    }
}

/// A participant's consent.
public struct ConsentInfo: Codable, Hashable, Sendable {
    public var study: String
    public var participant: String
    /// Whose tiers these are; nil for those that have an answer.
    public var `protocol`: String?
    public var tiers: [TierInfo]

    public init(study: String, participant: String, `protocol`: String? = nil, tiers: [TierInfo]) {
        self.study = study
        self.participant = participant
        self.`protocol` = `protocol`
        self.tiers = tiers
    }
}
