/// Somebody who signs in with a password.
public struct Account: Codable, Hashable, Sendable {
    /// The name to sign in with; stands in what they write.
    public var name: String
    public var roles: [Role]
    /// The password's hash, as `crypto_pwhash_str` gives it.
    public var password: String
    /// Another one after each change of the password, so that sign-ins from before end.
    public var generation: String
    /// Milliseconds since 1970-01-01 UTC.
    public var madeUtcMs: Int64
    public var changedUtcMs: Int64

    public init(
        name: String, roles: [Role], password: String, generation: String, madeUtcMs: Int64,
        changedUtcMs: Int64
    ) {
        self.name = name
        self.roles = roles
        self.password = password
        self.generation = generation
        self.madeUtcMs = madeUtcMs
        self.changedUtcMs = changedUtcMs
    }
}
