/// One method of an interface with its types, so that caller and handler cannot disagree.
///
/// Fields are written in Swift's way and travel in Varlink's: `rateHz` is `rate_hz` on the wire.
public protocol VarlinkMethod {
    associatedtype Parameters: Codable & Sendable
    associatedtype Reply: Codable & Sendable
    /// The full name, such as `io.attune.Control.GetStatus`.
    static var name: String { get }
    /// The least right that a caller needs.
    static var neededAccess: Access { get }
    /// Whether it answers several times, and so must be called with `more`.
    static var isStream: Bool { get }
    /// Whether it may be handed over while earlier concurrent calls are unanswered.
    static var isConcurrent: Bool { get }
}

extension VarlinkMethod {
    public static var isStream: Bool { false }
    public static var isConcurrent: Bool { false }
}
