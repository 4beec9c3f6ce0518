import GRDB
import Timebase

/// Puts silence in place of a stretch of a session's sound, to the sample.
struct SoundRedaction {
    let database: Database
    let path: String

    /// - Parameters:
    ///   - from: the first moment that is silenced, by the file's own times.
    ///   - to: the first one that is not.
    /// - Returns: how many samples were silenced.
    func silence(
        from: Instant, to: Instant, isTrial: Bool
    ) throws(SessionStoreError) -> Int64 {
        var silenced: Int64 = 0
        let samples = SampleRows(database: database, path: path, decoder: try ChunkDecoder())
        for stream in try SessionRows(database: database, path: path).streams()
        where stream.audioRate != nil {
            let count = try samples.sampleCount(stream.id)
            let first = try samples.index(atOrAfter: from, in: stream) ?? count
            let end = try samples.index(atOrAfter: to, in: stream) ?? count
            guard first < end else { continue }
            // Streams of a damaged file may claim more than there are.
            silenced &+= end - first
            if !isTrial { try silence(stream, first..<end) }
        }
        return silenced
    }

    private func silence(
        _ stream: StreamDescription, _ range: Range<Int64>
    ) throws(SessionStoreError) {
        let rows = try RowStatement(
            database,
            """
            SELECT first_index, sample_count, data, packets FROM chunks
              WHERE stream_id = ? ORDER BY first_index
            """, path: path)
        let decoder = try ChunkDecoder()
        var runs: [SampleRun] = []
        var pyramids = stream.channels.map { _ in
            PyramidBuilder(lowest: stream.lowestPyramidLevel)
        }
        var blocks: [(PyramidBuilder.Block, Int)] = []
        try rows.bind(1, stream.id)
        while try rows.step() {
            guard
                let indices = SampleBounds.indices(first: rows.integer(0), count: rows.integer(1)),
                var columns = unsafe decoder.columns(
                    rows.blob(2), count: indices.count, channels: stream.channels),
                let packets = unsafe decoder.packets(rows.blob(3), count: indices.count)
            else {
                rows.reset()
                throw .damaged(path, "a chunk of \(stream.name) cannot be read")
            }
            let cut = indices.clamped(to: range)
            if !cut.isEmpty {
                for channel in columns.indices {
                    guard case .integers(var values) = columns[channel] else { continue }
                    for index in cut { values[Int(index - indices.lowerBound)] = 0 }
                    columns[channel] = .integers(values)
                }
                runs.append(
                    SampleRun(
                        stream: stream.id, firstIndex: indices.lowerBound, count: indices.count,
                        columns: columns, packets: packets))
            }
            for channel in columns.indices {
                pyramids[channel].append(columns[channel])
                blocks += pyramids[channel].takeReady().map { ($0, channel) }
            }
        }
        for channel in pyramids.indices {
            blocks += pyramids[channel].takeRest().map { ($0, channel) }
        }
        try write(stream, runs, blocks)
    }

    private func write(
        _ stream: StreamDescription, _ runs: [SampleRun], _ blocks: [(PyramidBuilder.Block, Int)]
    ) throws(SessionStoreError) {
        let statements = try ChunkStatements(database, path: path)
        let coder = try ChunkCoder(level: 8)
        for run in runs {
            let delete = try RowStatement(
                database, "DELETE FROM chunks WHERE stream_id = ? AND first_index = ?", path: path)
            try delete.bind(1, stream.id)
            try delete.bind(2, run.firstIndex)
            try delete.run()
            try statements.insert(run, audioRate: stream.audioRate, coder)
        }
        let delete = try RowStatement(
            database, "DELETE FROM pyramid WHERE stream_id = ?", path: path)
        try delete.bind(1, stream.id)
        try delete.run()
        for (block, channel) in blocks {
            try statements.insert(block, stream: stream.id, channel: channel)
        }
    }
}
