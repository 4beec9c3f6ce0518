/// A redaction that was begun: written down without its words before anything is covered, so that a daemon
/// that is killed knows of it.
public struct Redaction: Hashable, Sendable {
    /// 32 hexadecimal digits; the audit row of the session's file names it.
    public var identifier: String
    /// The session's id.
    public var session: String
    public var actor: String
    /// Nanoseconds since 1970-01-01 UTC.
    public var asked: Int64

    public init(session: String, actor: String, asked: Int64) {
        self.init(
            identifier: AuditChain.makeIdentifier(), session: session, actor: actor, asked: asked)
    }

    init(identifier: String, session: String, actor: String, asked: Int64) {
        self.identifier = identifier
        self.session = session
        self.actor = actor
        self.asked = asked
    }
}
