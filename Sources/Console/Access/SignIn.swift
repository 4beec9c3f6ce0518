/// A browser that is signed in. Its cookie is kept as a hash alone.
struct SignIn: Codable, Hashable, Sendable {
    var hash: String
    var name: String
    /// The account's generation at the time; nil where a link let them in.
    var generation: String?
    /// What the link gave; an account's roles are those that it has now.
    var roles: [Role]
    /// The hash of the link that let them in: whoever comes by it again in the same browser goes on.
    var link: String?
    /// The only session that it lets into, for participants.
    var session: String?
    /// Milliseconds since 1970-01-01 UTC.
    var beganUtcMs: Int64
    var usedUtcMs: Int64
}
