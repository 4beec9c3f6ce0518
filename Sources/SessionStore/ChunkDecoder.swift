import Timebase

/// Turns the blobs of chunk rows back into columns and packets.
///
/// Unchecked, because it keeps a buffer without a lock: each decoder is used inside accesses to one
/// database connection only, and a connection's queue lets in one access at a time.
final class ChunkDecoder: @unchecked Sendable {
    private let inflater: Inflater

    init() throws(SessionStoreError) { inflater = try Inflater() }

    /// The columns of a `data` blob, each `count` long; nil where it is damaged.
    func columns(
        _ blob: UnsafeRawBufferPointer, count: Int, channels: Int
    ) -> [SampleColumn]? {
        let columns: [SampleColumn]?? = unsafe inflater.expand(blob) { bytes in
            var decoder = unsafe ColumnDecoder(bytes)
            var columns: [SampleColumn] = []
            columns.reserveCapacity(channels)
            for _ in 0..<channels {
                guard let column = decoder.next(), column.count == count else { return nil }
                columns.append(column)
            }
            return decoder.isAtEnd ? columns : nil
        }
        return columns ?? nil
    }

    /// One column of a `data` blob; nil where it is damaged.
    func column(_ blob: UnsafeRawBufferPointer, count: Int, channel: Int) -> SampleColumn? {
        let column: SampleColumn?? = unsafe inflater.expand(blob) { bytes in
            var decoder = unsafe ColumnDecoder(bytes)
            for _ in 0..<channel {
                guard decoder.skip() else { return nil }
            }
            guard let column = decoder.next(), column.count == count else { return nil }
            return column
        }
        return column ?? nil
    }

    /// The packets of a `packets` blob, whose counts add up to `count`; nil where it is damaged.
    func packets(_ blob: UnsafeRawBufferPointer, count: Int) -> [SamplePacket]? {
        let packets: [SamplePacket]?? = unsafe inflater.expand(blob) { bytes in
            var decoder = unsafe ColumnDecoder(bytes)
            guard let counts = decoder.nextIntegers(), let arrivals = decoder.nextIntegers(),
                counts.count == arrivals.count, decoder.isAtEnd
            else { return nil }
            var packets: [SamplePacket] = []
            packets.reserveCapacity(counts.count)
            var left = Int64(count)
            for (count, arrival) in zip(counts, arrivals) {
                guard count >= 1, count <= left else { return nil }
                left -= count
                packets.append(
                    SamplePacket(count: Int(count), arrival: Instant(nanoseconds: arrival)))
            }
            return left == 0 ? packets : nil
        }
        return packets ?? nil
    }
}
