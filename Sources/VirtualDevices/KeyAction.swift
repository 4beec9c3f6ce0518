/// A key that goes down or up.
public struct KeyAction: Hashable, Sendable {
    /// When, in microseconds from the start of typing.
    public var microseconds: Int64
    /// The key, as linux/input-event-codes.h numbers it.
    public var code: UInt16
    /// Whether it goes down.
    public var isPress: Bool

    /// A key that goes down or up.
    public init(microseconds: Int64, code: UInt16, isPress: Bool) {
        self.microseconds = microseconds
        self.code = code
        self.isPress = isPress
    }
}
