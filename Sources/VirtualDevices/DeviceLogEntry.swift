import Timebase

/// One line of a virtual device's log.
public enum DeviceLogEntry: Hashable, Sendable {
    /// A frame, text line or key event.
    case frame(DeviceLogFrame)
    /// Random bytes before frame `number`.
    case garbage(number: Int64, fate: FrameFate, written: Instant, bytes: [UInt8])
    /// A command and how it was understood.
    case command(written: Instant, bytes: [UInt8], meaning: String)
    /// Anything else.
    case event(written: Instant, what: String)
}

/// One frame, text line or key event of a virtual device's log.
public struct DeviceLogFrame: Hashable, Sendable {
    /// Counts all that were made, from 0.
    public var number: Int64
    /// What became of it.
    public var fate: FrameFate
    /// When its sample was taken.
    public var due: Instant
    /// When it was handed to the terminal or pipe, or dropped.
    public var written: Instant
    /// The raw values as sent, named by the log's `columns`.
    public var values: [Int64]

    /// A frame from its parts.
    public init(
        number: Int64, fate: FrameFate, due: Instant, written: Instant, values: [Int64]
    ) {
        self.number = number
        self.fate = fate
        self.due = due
        self.written = written
        self.values = values
    }
}
