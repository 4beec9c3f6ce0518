/// Who makes a request, once the console knows.
public struct Visitor: Hashable, Sendable {
    /// The account's name, as it stands in what they write.
    public var name: String
    public var roles: Set<Role>
    /// The only session that a participant's link lets them into; nil for accounts.
    public var session: String?
    /// What has to come with each request that changes something (`x-attune-csrf`).
    public var csrf: String

    public init(name: String, roles: Set<Role>, session: String? = nil, csrf: String) {
        self.name = name
        self.roles = roles
        self.session = session
        self.csrf = csrf
    }

    public func has(_ role: Role) -> Bool { roles.contains(role) }
}
