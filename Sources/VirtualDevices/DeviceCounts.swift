/// How many frames, lines or key events a virtual device made, and what became of them.
///
/// `made == sent + overrun + lost + away`.
public struct DeviceCounts: Hashable, Sendable, Codable {
    /// All of them.
    public var made: Int64 = 0
    /// Wholly taken by the pseudo-terminal or pipe.
    public var sent: Int64 = 0
    /// Dropped because nobody read and the buffer was full, as a real UART would overrun.
    public var overrun: Int64 = 0
    /// Dropped on purpose, by probability or pattern.
    public var lost: Int64 = 0
    /// Dropped on purpose while the line was silent.
    public var away: Int64 = 0
    /// Random bytes put between frames.
    public var garbageBytes: Int64 = 0
    /// Commands understood.
    public var commands: Int64 = 0
    /// Times that the device was unplugged or fell silent.
    public var interruptions: Int64 = 0

    /// Nothing yet.
    public init() {}

    /// All that were made and not sent.
    public var dropped: Int64 { made - sent }
}
