/// Which ring a file holds: whose it is, and in which life of the machine it was made.
///
/// Positions are only comparable within one `identifier`; stamps only within one boot.
public struct RingIdentity: Hashable, Sendable {
    /// Random, drawn once for each ring that is created; part of every record's checksum.
    public var identifier: UInt64
    /// The kernel's id of the boot whose clock the stamps are on; at most 63 bytes of UTF-8.
    public var bootIdentifier: String
    /// What the ring is for, such as `acquisition`; at most 127 bytes of UTF-8.
    public var name: String

    public init(identifier: UInt64, bootIdentifier: String, name: String) {
        self.identifier = identifier
        self.bootIdentifier = bootIdentifier
        self.name = name
    }
}
