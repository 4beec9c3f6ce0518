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
}
