/// A port whose bytes are marks, such as a trigger box's: each byte is the code of what happened.
public struct MarkerFraming: Hashable, Sendable {
    /// The bits that carry the code; others are lines that are not connected.
    public var mask: UInt8
    /// Whether 0 is no mark but the return to rest.
    public var ignoresZero: Bool
    /// Whether a byte that repeats the last one is no mark: the port tells its lines again and again.
    public var onlyChanges: Bool

    public init(mask: UInt8 = 0xFF, ignoresZero: Bool = true, onlyChanges: Bool = false) {
        self.mask = mask
        self.ignoresZero = ignoresZero
        self.onlyChanges = onlyChanges
    }
}
