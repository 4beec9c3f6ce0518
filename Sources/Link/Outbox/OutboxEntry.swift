/// One numbered item that is not acknowledged yet.
public struct OutboxEntry: Hashable, Sendable {
    /// From 1, without holes.
    public let sequence: Int64
    /// What was put in.
    public let bytes: [UInt8]
}
