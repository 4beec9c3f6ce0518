/// Where an audit trail ends: what is anchored outside of its file.
public struct AuditHead: Hashable, Sendable {
    /// Whose trail it is: a session's id; `study:` or `station:` and random digits.
    public var subject: String
    /// How many rows it has.
    public var count: Int64
    /// The hash of the last row; the subject where there is none.
    public var hash: String

    public init(subject: String, count: Int64, hash: String) {
        self.subject = subject
        self.count = count
        self.hash = hash
    }
}
