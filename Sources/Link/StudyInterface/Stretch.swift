/// A stretch of a session, in nanoseconds since its start.
public struct Stretch: Codable, Hashable, Sendable {
    public var fromNs: Int64
    public var toNs: Int64

    public init(
        fromNs: Int64, toNs: Int64
    ) {
        self.fromNs = fromNs
        self.toNs = toNs
    }
}
