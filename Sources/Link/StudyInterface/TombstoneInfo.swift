/// A session of which nothing, or no older copy, may be used.
public struct TombstoneInfo: Codable, Hashable, Sendable {
    public var study: String
    /// Its id.
    public var session: String
    public var participant: String
    /// `all`, a tier, or `redaction`.
    public var scope: String
    /// The row of the audit trail that a copy must have; nil where there is to be none.
    public var auditRow: String?
    public var madeUtcNs: Int64

    public init(
        study: String, session: String, participant: String, scope: String, auditRow: String? = nil,
        madeUtcNs: Int64
    ) {
        self.study = study
        self.session = session
        self.participant = participant
        self.scope = scope
        self.auditRow = auditRow
        self.madeUtcNs = madeUtcNs
    }
}
