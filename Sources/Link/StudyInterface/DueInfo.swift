/// A session whose storage period is over.
public struct DueInfo: Codable, Hashable, Sendable {
    public var participant: String
    /// Its id.
    public var session: String
    public var kind: String
    public var stoppedUtcNs: Int64
    public var retentionUntilUtcNs: Int64

    public init(
        participant: String, session: String, kind: String, stoppedUtcNs: Int64,
        retentionUntilUtcNs: Int64
    ) {
        self.participant = participant
        self.session = session
        self.kind = kind
        self.stoppedUtcNs = stoppedUtcNs
        self.retentionUntilUtcNs = retentionUntilUtcNs
    }
}
