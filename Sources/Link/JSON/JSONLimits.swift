/// How large a JSON text from outside may be.
public struct JSONLimits: Hashable, Sendable {
    /// Arrays and objects within one another.
    public var depth: Int
    /// Values and keys altogether; each costs a few dozen bytes once parsed.
    public var values: Int

    public init(depth: Int = 32, values: Int = 500_000) {
        self.depth = depth
        self.values = values
    }
}
