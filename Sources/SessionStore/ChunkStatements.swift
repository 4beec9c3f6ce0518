import GRDB
import Timebase

/// Writes and reads back the rows of `chunks` and `pyramid`, inside one access to the database.
struct ChunkStatements {
    private let database: Database
    private let path: String
    private let chunk: RowStatement
    private let block: RowStatement

    init(_ database: Database, path: String) throws(SessionStoreError) {
        self.database = database
        self.path = path
        chunk = try RowStatement(
            database,
            """
            INSERT INTO chunks (stream_id, first_index, sample_count, first_arrival_ns,
              last_arrival_ns, data, packets) VALUES (?, ?, ?, ?, ?, ?, ?)
            """, path: path)
        block = try RowStatement(
            database,
            """
            INSERT INTO pyramid (stream_id, channel, level, first_bucket, bucket_count, data)
              VALUES (?, ?, ?, ?, ?, ?)
            """, path: path)
    }

    /// Stores a run as one chunk. The run must be consistent and hold at least one packet.
    /// - Parameter audioRate: of a stream of sound.
    func insert(
        _ run: SampleRun, audioRate: Int?, _ coder: ChunkCoder
    ) throws(SessionStoreError) {
        guard let first = run.packets.first, let last = run.packets.last else {
            throw .invalid("samples of stream \(run.stream) came without packets")
        }
        try chunk.bind(1, run.stream)
        try chunk.bind(2, run.firstIndex)
        try chunk.bind(3, Int64(run.count))
        try chunk.bind(4, first.arrival)
        try chunk.bind(5, last.arrival)
        try unsafe coder.encode(run.columns, audioRate: audioRate) {
            blob throws(SessionStoreError) in
            try unsafe chunk.bind(6, blob)
        }
        try unsafe coder.encode(run.packets) { blob throws(SessionStoreError) in
            try unsafe chunk.bind(7, blob)
        }
        try chunk.run()
    }

    func insert(
        _ block: PyramidBuilder.Block, stream: Int64, channel: Int
    ) throws(SessionStoreError) {
        try self.block.bind(1, stream)
        try self.block.bind(2, Int64(channel))
        try self.block.bind(3, Int64(block.level))
        try self.block.bind(4, block.firstBucket)
        try self.block.bind(5, Int64(block.bucketCount))
        // Floats lie in memory as they do in the file: little-endian on all machines Attune runs on.
        try unsafe block.values.withUnsafeBufferPointer { values throws(SessionStoreError) in
            try unsafe self.block.bind(6, UnsafeRawBufferPointer(values))
        }
        try self.block.run()
    }

    func sampleCount(_ stream: Int64) throws(SessionStoreError) -> Int64 {
        let statement = try RowStatement(
            database,
            """
            SELECT first_index + sample_count FROM chunks WHERE stream_id = ?
              ORDER BY first_index DESC LIMIT 1
            """, path: path)
        try statement.bind(1, stream)
        defer { statement.reset() }
        guard try statement.step() else { return 0 }
        let count = statement.integer(0)
        guard count >= 0, count <= SampleBounds.index else {
            throw .damaged(path, "stream \(stream) cannot have \(count) samples")
        }
        return count
    }

    /// The builder as it stood after the last stored sample.
    /// - Parameters:
    ///   - channels: how many the stream has.
    ///   - lowest: the lowest level that is stored of this stream.
    func restorePyramid(
        stream: Int64, channel: Int, of channels: Int, lowest: Int, decoder: ChunkDecoder
    ) throws(SessionStoreError) -> PyramidBuilder {
        var stored = [Int64](repeating: 0, count: PyramidBuilder.levels)
        let counts = try RowStatement(
            database,
            """
            SELECT level, max(first_bucket + bucket_count) FROM pyramid
              WHERE stream_id = ? AND channel = ? GROUP BY level
            """, path: path)
        try counts.bind(1, stream)
        try counts.bind(2, Int64(channel))
        while try counts.step() {
            let level = counts.integer(0)
            if level >= 1 && level <= PyramidBuilder.levels {
                stored[Int(level) - 1] = min(max(counts.integer(1), 0), SampleBounds.index >> 4)
            }
        }
        // What is not stored of the lowest levels is only passed through: it is as far as the
        // lowest stored one.
        for level in 1..<max(1, lowest) {
            stored[level - 1] = stored[lowest - 1] << Int64(2 * (lowest - level))
        }
        var builder = PyramidBuilder(stored: stored, lowest: lowest)
        // Upper levels first: what the file holds of the level below and they have not yet taken.
        // What is still missing from the level below then comes through it from the samples.
        let blocks = try RowStatement(
            database,
            """
            SELECT first_bucket, bucket_count, data FROM pyramid WHERE stream_id = ?
              AND channel = ? AND level = ? AND first_bucket + bucket_count > ?
              ORDER BY first_bucket
            """, path: path)
        for level in (2...PyramidBuilder.levels).reversed() {
            let from = stored[level - 1] * Int64(PyramidBuilder.factor)
            try blocks.bind(1, stream)
            try blocks.bind(2, Int64(channel))
            try blocks.bind(3, Int64(level - 1))
            try blocks.bind(4, from)
            while try blocks.step() {
                let values = PyramidBlob.values(blocks)
                guard
                    let buckets = SampleBounds.buckets(
                        first: blocks.integer(0), count: values.count / 2)
                else {
                    blocks.reset()
                    throw .damaged(path, "the pyramid of stream \(stream) is impossible")
                }
                for (place, bucket) in buckets.enumerated() where bucket >= from {
                    builder.addBucket(
                        low: values[2 * place], high: values[2 * place + 1], toLevel: level)
                }
            }
        }
        let from = stored[0] * Int64(PyramidBuilder.firstBucket)
        let chunks = try RowStatement(
            database,
            """
            SELECT first_index, sample_count, data FROM chunks WHERE stream_id = ?1
              AND first_index >= coalesce((SELECT max(first_index) FROM chunks
                WHERE stream_id = ?1 AND first_index <= ?2), 0) ORDER BY first_index
            """, path: path)
        try chunks.bind(1, stream)
        try chunks.bind(2, from)
        while try chunks.step() {
            let first = chunks.integer(0)
            guard
                let indices = SampleBounds.indices(first: first, count: chunks.integer(1)),
                let column = unsafe decoder.column(
                    chunks.blob(2), count: indices.count, channel: channel, of: channels)
            else {
                chunks.reset()
                throw .damaged(path, "chunk \(first) of stream \(stream) cannot be read")
            }
            builder.append(column.dropping(Int(clamping: max(0, from - indices.lowerBound))))
        }
        return builder
    }
}
