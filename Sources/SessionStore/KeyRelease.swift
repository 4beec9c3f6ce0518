import Timebase

/// The release that belongs to an earlier (or the same batch's) key press.
public struct KeyRelease: Hashable, Sendable {
    /// How the release was matched to its press.
    public enum Pairing: String, Hashable, Sendable, Codable {
        /// By the key itself.
        case exact
        /// By order within the class, since keys are not known.
        case order
    }

    public var stream: Int64
    /// Ordinal of the press.
    public var ordinal: Int64
    public var released: Instant
    public var pairing: Pairing

    public init(stream: Int64, ordinal: Int64, released: Instant, pairing: Pairing) {
        self.stream = stream
        self.ordinal = ordinal
        self.released = released
        self.pairing = pairing
    }
}
