/// Codes that belong together.
public struct CodeGroup: Codable, Hashable, Sendable {
    public var name: String
    public var title: String
    /// Whether at most one of its intervals runs at a time: a new one ends the one before.
    public var exclusive: Bool

    public init(name: String, title: String, exclusive: Bool) {
        self.name = name
        self.title = title
        self.exclusive = exclusive
    }
}
