/// A participant's answer to one tier of consent. Answers are only added; the last one counts.
public struct Consent: Hashable, Sendable {
    public var participant: String
    /// Name of the tier in the study's protocol.
    public var tier: String
    public var isGranted: Bool
    /// Nanoseconds since 1970-01-01 UTC.
    public var realtime: Int64
    /// Who wrote it down: a user of the machine, or a linked client; nil where nobody noted it.
    public var actor: String?
    /// Id of the session in which it was given; nil outside of one.
    public var session: String?

    public init(
        participant: String, tier: String, isGranted: Bool, realtime: Int64,
        actor: String? = nil, session: String? = nil
    ) {
        self.participant = participant
        self.tier = tier
        self.isGranted = isGranted
        self.realtime = realtime
        self.actor = actor
        self.session = session
    }
}
