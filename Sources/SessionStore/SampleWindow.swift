import Timebase

/// Consecutive samples of a stream, with their times.
public struct SampleWindow: Hashable, Sendable {
    public var stream: Int64
    public var channels: [ChannelDescription]
    /// Ordinal of the first sample.
    public var firstIndex: Int64
    /// One a sample.
    public var times: [Instant]
    /// One a channel, as long as `times`, in raw values.
    public var columns: [SampleColumn]
    /// The packets that brought the samples. Only filled by `SessionReader.forEachChunk`.
    public var packets: [SamplePacket]

    public var count: Int { times.count }

    /// A channel's values in its unit, by scale and offset; a `conversion` is not applied.
    public func physical(_ channel: Int) -> [Double] {
        guard channels.indices.contains(channel), columns.indices.contains(channel) else {
            return []
        }
        let description = channels[channel]
        return switch columns[channel] {
        case .integers(let values): values.map { description.physical(Double($0)) }
        case .reals(let values): values.map { description.physical($0) }
        }
    }
}
