import Timebase

/// Consecutive samples of one stream, stored as one chunk.
public struct SampleRun: Hashable, Sendable {
    /// The stream's id.
    public var stream: Int64
    /// Ordinal of the first sample; must follow the last one stored.
    public var firstIndex: Int64
    /// How many samples; at least 1.
    public var count: Int
    /// One column a channel, each `count` long, of the channel's storage.
    public var columns: [SampleColumn]
    /// The packets that brought them, in order; their counts add up to `count`.
    public var packets: [SamplePacket]

    public init(
        stream: Int64, firstIndex: Int64, count: Int, columns: [SampleColumn],
        packets: [SamplePacket]
    ) {
        self.stream = stream
        self.firstIndex = firstIndex
        self.count = count
        self.columns = columns
        self.packets = packets
    }
}
