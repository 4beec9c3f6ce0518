import Timebase

/// One record as the reader finds it: where it came from, when, and its bytes right in the ring.
///
/// `@safe`: everything but `bytes` is a plain value, and using `bytes` asks for `unsafe` itself.
@safe
@frozen
public struct RingRecord {
    /// The kind of the records that the ring itself writes to tell of what did not fit. Their
    /// bytes are four little-endian words: records and bytes lost, first and last stamp.
    public static var overflowKind: UInt16 { .max }

    public let kind: UInt16
    public let source: UInt32
    public let stamp: Instant
    /// The record's bytes in the mapping; valid until its end is released.
    public let bytes: UnsafeRawBufferPointer
    /// Where the record begins.
    public let position: UInt64
    /// Where the record ends and the next one begins: what to release once it is stored.
    public let end: UInt64

    @inlinable
    @inline(__always)
    init(
        kind: UInt16, source: UInt32, stamp: Instant, bytes: UnsafeRawBufferPointer,
        position: UInt64, end: UInt64
    ) {
        self.kind = kind
        self.source = source
        self.stamp = stamp
        unsafe self.bytes = unsafe bytes
        self.position = position
        self.end = end
    }

    /// What an overflow record tells; nil for records of every other kind.
    public var overflow: RingOverflow? {
        guard kind == Self.overflowKind, unsafe bytes.count == 32 else { return nil }
        // Four words are there, as just checked; a record's bytes are aligned to 8.
        return unsafe RingOverflow(
            source: source,
            records: bytes.load(fromByteOffset: 0, as: UInt64.self),
            bytes: bytes.load(fromByteOffset: 8, as: UInt64.self),
            firstStamp: Instant(nanoseconds: bytes.load(fromByteOffset: 16, as: Int64.self)),
            lastStamp: Instant(nanoseconds: bytes.load(fromByteOffset: 24, as: Int64.self)))
    }
}
