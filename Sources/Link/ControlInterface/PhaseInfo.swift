/// A phase of a session's protocol, and how the session stands to it.
public struct PhaseInfo: Codable, Hashable, Sendable {
    public var name: String
    public var title: String
    public var kind: String
    /// How long it should take; nil where people decide.
    public var durationMs: Int?
    /// Who ends it: participant, operator or duration.
    public var advance: String
    public var optional: Bool
    /// How often the session was in it.
    public var entered: Int
    /// Whether going there now keeps to the protocol.
    public var isNext: Bool

    public init(
        name: String, title: String, kind: String, durationMs: Int?, advance: String,
        optional: Bool, entered: Int, isNext: Bool
    ) {
        self.name = name
        self.title = title
        self.kind = kind
        self.durationMs = durationMs
        self.advance = advance
        self.optional = optional
        self.entered = entered
        self.isNext = isNext
    }
}
