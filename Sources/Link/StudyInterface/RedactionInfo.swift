/// What was covered in a session, or would be.
public struct RedactionInfo: Codable, Hashable, Sendable {
    /// Its id.
    public var session: String
    /// Whether nothing was changed.
    public var trial: Bool
    /// Rows with something covered, by table.
    public var rows: [String: Int]
    public var silencedSamples: Int64
    /// The file's new hash; nil where it did not change.
    public var sha256: String?

    public init(
        session: String, trial: Bool, rows: [String: Int], silencedSamples: Int64,
        sha256: String? = nil
    ) {
        self.session = session
        self.trial = trial
        self.rows = rows
        self.silencedSamples = silencedSamples
        self.sha256 = sha256
    }
}
