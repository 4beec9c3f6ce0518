/// How far a ring's records are stored: everything before `position`.
public struct RingPosition: Hashable, Sendable {
    /// The ring's identity, as text.
    public var ring: String
    /// What the ring is for, such as `acquisition`.
    public var name: String
    /// Monotonic byte count of the ring.
    public var position: UInt64

    public init(ring: String, name: String, position: UInt64) {
        self.ring = ring
        self.name = name
        self.position = position
    }
}
