/// What is being removed of a participant: written down before anything goes, so that a daemon that is
/// killed goes on with it.
public struct Removal: Hashable, Sendable {
    /// 32 hexadecimal digits.
    public var identifier: String
    public var participant: String
    /// `all`, or a tier's name.
    public var scope: String
    /// `withdrawn` or `retention`.
    public var reason: String
    public var actor: String
    /// Nanoseconds since 1970-01-01 UTC.
    public var asked: Int64
    /// The ids of the sessions.
    public var sessions: [String]

    public init(
        participant: String, scope: String, reason: String, actor: String, asked: Int64,
        sessions: [String]
    ) {
        identifier = AuditChain.makeIdentifier()
        self.participant = participant
        self.scope = scope
        self.reason = reason
        self.actor = actor
        self.asked = asked
        self.sessions = sessions
    }

    init(
        identifier: String, participant: String, scope: String, reason: String, actor: String,
        asked: Int64, sessions: [String]
    ) {
        self.init(
            participant: participant, scope: scope, reason: reason, actor: actor, asked: asked,
            sessions: sessions)
        self.identifier = identifier
    }
}
