import Timebase

/// Turns sample runs into the two blobs of a chunk row.
///
/// `data` holds one column a channel; `packets` holds two, the packets' sample counts and their
/// arrivals. They are apart, since most readers take times from the clock segments and never look
/// at arrivals, which take most of the space.
final class ChunkCoder {
    private var coder = ColumnCoder()
    private let deflater: Deflater
    private var bytes: [UInt8] = []
    private var counts: [Int64] = []
    private var arrivals: [Int64] = []

    /// - Parameter level: as in `Deflater`.
    init(level: Int32) throws(SessionStoreError) { deflater = try Deflater(level: level) }

    /// Compresses the columns of a run and hands the blob to `body`.
    /// - Parameter audioRate: of a stream of sound, whose samples become a FLAC file; where one of them
    ///   has more than 16 bits they are kept as those of any other stream.
    func encode(
        _ columns: [SampleColumn], audioRate: Int? = nil,
        _ body: (UnsafeRawBufferPointer) throws(SessionStoreError) -> Void
    ) throws(SessionStoreError) {
        if let audioRate, columns.count == 1, case .integers(let values) = columns[0],
            let samples = AudioCoder.narrowed(values)
        {
            let file = try AudioCoder.encode(samples, rate: audioRate)
            return try unsafe file.withUnsafeBufferPointer { blob throws(SessionStoreError) in
                try unsafe body(UnsafeRawBufferPointer(blob))
            }
        }
        bytes.removeAll(keepingCapacity: true)
        for column in columns { coder.encode(column, into: &bytes) }
        guard bytes.count <= SampleBounds.chunkBytes else {
            throw .invalid("\(bytes.count) bytes of samples at once; store them in several runs")
        }
        try unsafe deflater.compress(bytes, body)
    }

    /// Compresses the packets of a run and hands the blob to `body`.
    func encode(
        _ packets: [SamplePacket],
        _ body: (UnsafeRawBufferPointer) throws(SessionStoreError) -> Void
    ) throws(SessionStoreError) {
        bytes.removeAll(keepingCapacity: true)
        counts.removeAll(keepingCapacity: true)
        arrivals.removeAll(keepingCapacity: true)
        for packet in packets {
            counts.append(Int64(packet.count))
            arrivals.append(packet.arrival.nanoseconds)
        }
        coder.encode(counts, into: &bytes)
        coder.encode(arrivals, into: &bytes)
        try unsafe deflater.compress(bytes, body)
    }
}
