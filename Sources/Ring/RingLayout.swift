/// Where everything stands in a ring's file. Protocols/formats/ring.md describes it with reasons;
/// whatever is changed here raises `version`.
@usableFromInline
enum RingLayout {
    static let magic: UInt64 = 0x676E_6952_656E_7541  // "AuneRing", read as little-endian
    static let version: UInt32 = 2

    static let magicOffset = 0
    static let versionOffset = 8
    static let headerBytesOffset = 12
    static let capacityOffset = 16
    static let identifierOffset = 24
    static let headerChecksumOffset = 32
    static let bootOffset = 64
    static let bootBytes = 64
    static let nameOffset = 128
    static let nameBytes = 128
    /// End of what is written once and covered by the header's checksum.
    static let fixedBytes = 256

    // Each of the two positions has 128 bytes for itself: processors fetch lines in pairs, and a
    // word of the other thread on the same pair costs more than everything else together.
    static let publishedOffset = 256
    static let releasedOffset = 384

    /// The source into whose room something is just being read, and 1; 0 at all other times.
    static let underWayOffset = 512

    static let tableOffset = 1024
    /// Sources that overflow are counted one by one up to this many.
    static let tableSources = 256
    static let tableEntryWords = 32

    /// The header fills whole pages, also where pages are 16 or 64 KiB.
    static let headerBytes = 131_072

    /// length, checksum, source, kind, stamp and a spare word before each record's bytes: so the
    /// bytes begin at a multiple of 16, and no pair of words lies across two lines of a cache.
    @usableFromInline static let recordHeaderBytes = 32

    static let minimumCapacity = 65_536
    /// A record's length has 32 bits, and a record is never longer than the ring.
    static let maximumCapacity = 1 << 32

    /// Positions beyond this are taken for damage; at 10 GB/s it would be reached in 14 years.
    static let maximumPosition: UInt64 = 1 << 62
}
