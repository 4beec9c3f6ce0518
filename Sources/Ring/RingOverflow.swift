import Timebase

/// What did not fit into a ring, of one source: exact counts.
public struct RingOverflow: Hashable, Sendable {
    /// Stands for all sources beyond the first 256 that overflowed; no device may have this number.
    public static let otherSources = UInt32.max

    public var source: UInt32
    public var records: UInt64
    /// Bytes of the records themselves, without the ring's headers.
    public var bytes: UInt64
    public var firstStamp: Instant
    public var lastStamp: Instant

    public init(
        source: UInt32, records: UInt64, bytes: UInt64, firstStamp: Instant, lastStamp: Instant
    ) {
        self.source = source
        self.records = records
        self.bytes = bytes
        self.firstStamp = firstStamp
        self.lastStamp = lastStamp
    }

    /// Whether several sources are counted together here, because the table was full.
    public var isCatchAll: Bool { source == Self.otherSources }
}
