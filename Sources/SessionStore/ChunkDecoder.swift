import Timebase

/// Turns the blobs of chunk rows back into columns and packets.
///
/// Unchecked, because it keeps a buffer without a lock: each decoder is used inside accesses to one
/// database connection only, and a connection's queue lets in one access at a time.
final class ChunkDecoder: @unchecked Sendable {
    private let inflater: Inflater

    init() throws(SessionStoreError) { inflater = try Inflater() }

    /// The columns of a `data` blob, each `count` long and of its channel's storage; nil where it
    /// is damaged, or more than may be held at once.
    func columns(
        _ blob: UnsafeRawBufferPointer, count: Int, channels: [ChannelDescription]
    ) -> [SampleColumn]? {
        guard SampleBounds.holds(count: count, channels: channels.count) else { return nil }
        if unsafe AudioCoder.isFLAC(blob) {
            guard channels.count == 1, channels[0].storage == .integer else { return nil }
            return unsafe AudioCoder.decode(blob, count: count).map { [.integers($0)] }
        }
        let columns: [SampleColumn]?? = unsafe inflater.expand(
            blob, most: ColumnCoder.mostBytes(count, columns: channels.count)
        ) { bytes in
            var decoder = unsafe ColumnDecoder(bytes)
            var columns: [SampleColumn] = []
            columns.reserveCapacity(channels.count)
            for channel in channels {
                guard let column = decoder.next(count...count), column.isKept(as: channel.storage)
                else { return nil }
                columns.append(column)
            }
            return decoder.isAtEnd ? columns : nil
        }
        return columns ?? nil
    }

    /// One column of a `data` blob; nil where it is damaged.
    func column(
        _ blob: UnsafeRawBufferPointer, count: Int, channel: Int, of channels: Int
    ) -> SampleColumn? {
        guard SampleBounds.holds(count: count, channels: channels) else { return nil }
        if unsafe AudioCoder.isFLAC(blob) {
            return channel == 0
                ? unsafe AudioCoder.decode(blob, count: count).map { .integers($0) } : nil
        }
        let column: SampleColumn?? = unsafe inflater.expand(
            blob, most: ColumnCoder.mostBytes(count, columns: channels)
        ) { bytes in
            var decoder = unsafe ColumnDecoder(bytes)
            for _ in 0..<channel {
                guard decoder.skip() else { return nil }
            }
            return decoder.next(count...count)
        }
        return column ?? nil
    }

    /// The packets of a `packets` blob, whose counts add up to `count`; nil where it is damaged.
    func packets(_ blob: UnsafeRawBufferPointer, count: Int) -> [SamplePacket]? {
        guard count >= 1, SampleBounds.holds(count: count, channels: 1) else { return nil }
        let packets: [SamplePacket]?? = unsafe inflater.expand(
            blob, most: ColumnCoder.mostBytes(count, columns: 2)
        ) { bytes in
            var decoder = unsafe ColumnDecoder(bytes)
            guard let counts = decoder.nextIntegers(1...count),
                let arrivals = decoder.nextIntegers(counts.count...counts.count), decoder.isAtEnd
            else { return nil }
            var packets: [SamplePacket] = []
            packets.reserveCapacity(counts.count)
            var left = Int64(count)
            for (count, arrival) in zip(counts, arrivals) {
                guard count >= 1, count <= left, SampleBounds.times.contains(arrival)
                else { return nil }
                left -= count
                packets.append(
                    SamplePacket(count: Int(count), arrival: Instant(nanoseconds: arrival)))
            }
            return left == 0 ? packets : nil
        }
        return packets ?? nil
    }
}
