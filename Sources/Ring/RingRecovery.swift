/// What was found in a ring that somebody left behind.
public struct RingRecovery: Hashable, Sendable {
    /// Where to read on: give it to `makeReader(from:)`.
    public var start: UInt64
    /// What had been published.
    public var end: UInt64
    /// Valid records between the two, overflow records included.
    public var records: UInt64
    /// Their bytes, without headers.
    public var bytes: UInt64
    /// What will be passed over, and why it says so.
    public var damage: RingDamage
    /// Bytes that had been released although they were asked for again (`from` was behind what
    /// the ring says was stored); 0 unless an older copy of a session is resumed.
    public var missedBytes: UInt64
    /// Overflows for which no record was published yet. A writer made on this ring brings them in
    /// as overflow records (`flushOverflow()`), so that they too are stored exactly once.
    public var untoldOverflows: [RingOverflow]

    /// The source that was being read from when the process ended, so that bytes of it may have been
    /// taken from its device and never published; nil where nothing was under way.
    public var sourceUnderWay: UInt32?

    /// One line for the log, or nil where nothing was discarded or missed.
    public var complaint: String? {
        var parts: [String] = []
        if damage.stretches > 0 {
            parts.append(
                "\(damage.bytes) bytes in \(damage.stretches) places do not match their checksum"
                    + " and are discarded")
        }
        if missedBytes > 0 {
            parts.append("\(missedBytes) bytes had been released before they were asked for again")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }
}
