/// A link that lets somebody in once, without a password. Its secret is kept as a hash alone.
struct AccessLink: Codable, Hashable, Sendable {
    var hash: String
    /// Who comes by it.
    var name: String
    var roles: [Role]
    /// The only session that it lets into, for participants.
    var session: String?
    /// Milliseconds since 1970-01-01 UTC.
    var endsUtcMs: Int64
    /// Whether the console made it at its start: there is one such link at a time.
    var isFirst: Bool
}
