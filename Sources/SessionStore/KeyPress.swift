import Timebase

/// A key (or button) going down. Which key it was is known to nobody, only its class, unless the
/// participant agreed to more.
public struct KeyPress: Hashable, Sendable {
    public var stream: Int64
    /// Counts the presses of the stream from 0.
    public var ordinal: Int64
    public var pressed: Instant
    /// Class of the key, such as `letter` or `delete`.
    public var keyClass: String
    /// The kernel's code of the key (`KEY_*`); nil unless the participant agreed that it is stored.
    public var code: UInt16?
    /// 95% bound of the error of its times, in nanoseconds.
    public var bound: Int64

    public init(
        stream: Int64, ordinal: Int64, pressed: Instant, keyClass: String, code: UInt16? = nil,
        bound: Int64
    ) {
        self.stream = stream
        self.ordinal = ordinal
        self.pressed = pressed
        self.keyClass = keyClass
        self.code = code
        self.bound = bound
    }
}
