/// What a reader had to pass over, because it does not match its checksum or cannot be.
public struct RingDamage: Hashable, Sendable {
    /// Unbroken stretches that were passed over; each held at least one record.
    public var stretches: UInt64 = 0
    /// Their bytes, headers of records included.
    public var bytes: UInt64 = 0
    /// Where the first one began.
    public var firstPosition: UInt64?
    /// The published position made no sense, so that nothing more can be read.
    public var isPublishedPositionLost = false

    public init() {}
}
