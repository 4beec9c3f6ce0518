import Timebase

/// A key press with its release, as stored.
public struct Keystroke: Hashable, Sendable {
    public var stream: Int64
    public var ordinal: Int64
    public var pressed: Instant
    /// nil where the release was not seen.
    public var released: Instant?
    public var keyClass: String
    public var pairing: KeyRelease.Pairing?
    /// 95% bound of the error of its times, in nanoseconds.
    public var bound: Int64

    public init(
        stream: Int64, ordinal: Int64, pressed: Instant, released: Instant? = nil,
        keyClass: String, pairing: KeyRelease.Pairing? = nil, bound: Int64
    ) {
        self.stream = stream
        self.ordinal = ordinal
        self.pressed = pressed
        self.released = released
        self.keyClass = keyClass
        self.pairing = pairing
        self.bound = bound
    }
}
