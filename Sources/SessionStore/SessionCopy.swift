import GRDB
import SystemCalls
import Timebase

/// Copies a recording into a new database in the form of a finished file, and compares the two.
struct SessionCopy {
    /// The recording and the new file, for errors.
    let path: String
    let beside: String
    /// Computes times anew; nil keeps those of the recording.
    let alignment: SessionAlignment?

    /// Compression of finished chunks: beyond this, libdeflate's levels take much longer for less
    /// than a hundredth of the size.
    private static let level: Int32 = 8

    /// Tables that aligning computes anew or adds to.
    private static let addedTo = SessionSchema.timeTables.union(["audit"])

    /// Fills an empty database.
    /// - Returns: for each stream, a digest of what the recording holds.
    func run(from original: Database, to database: Database) throws -> [Int64: SampleDigest] {
        try SessionSchema.create(in: database)
        let tables = try SessionSchema.copiedTables(of: original)
        if tables.contains("key_codes") {
            try database.execute(sql: SessionSchema.keyCodes)
        }
        for table in tables where alignment == nil || !SessionSchema.timeTables.contains(table) {
            try copy(table, from: original, to: database)
        }
        let rows = SessionRows(database: original, path: path)
        let streams = try rows.streams()
        let digests = try copySamples(streams, from: original, to: database)
        var aligned: Set<Int64> = []
        if let alignment {
            aligned = try align(
                streams, alignment, rows, SessionRows(database: database, path: beside))
        }
        // Of a recording that an earlier program made, the trail is chained now.
        let session = try rows.session().description.identifier
        _ = try AuditTrail(database: database, path: beside).add([], subject: session)
        try fitGaps(streams.filter { !aligned.contains($0.id) }, in: database)
        try database.execute(
            sql: """
                UPDATE session SET finished_realtime_ns = ?,
                  state = CASE state WHEN 'stopped' THEN 'finished' ELSE state END
                """, arguments: [Clocks.realtime()])
        return digests
    }

    /// Stores the two-sided estimate of all streams' times in place of the recording's.
    /// - Returns: the streams that got new ones.
    private func align(
        _ streams: [StreamDescription], _ alignment: SessionAlignment, _ original: SessionRows,
        _ target: SessionRows
    ) throws(SessionStoreError) -> Set<Int64> {
        let samples = SampleRows(
            database: original.database, path: path, decoder: try ChunkDecoder())
        var changes: [AlignedStream] = []
        let sleeps = try original.sleeps()
        for stream in streams {
            let gaps = try original.gaps(stream.id).map(\.gap)
            let result = try alignment.align(
                stream, samples, segments: try samples.segments(stream.id), gaps: gaps,
                recorded: gaps,
                observations: try original.deviceTimes(of: stream.id), sleeps: sleeps)
            try target.insert(
                segments: result.segments.map {
                    StreamClockSegment(stream: stream.id, segment: $0)
                })
            try target.insert(gaps: result.gaps.map { StreamGap(stream: stream.id, gap: $0) })
            if let change = result.change { changes.append(change) }
        }
        try target.insert(audit: [
            AuditEntry(alignment: changes, of: try original.session().description)
        ])
        return Set(changes.lazy.filter { $0.refusal == nil }.map(\.stream))
    }

    private func copy(
        _ table: String, from original: Database, to database: Database
    ) throws(SessionStoreError) {
        let source = try RowStatement(
            original, "SELECT * FROM \(table)", path: path, isStreamed: true)
        let places = Array(repeating: "?", count: Int(source.columnCount)).joined(separator: ", ")
        let target = try RowStatement(
            database, "INSERT INTO \(table) VALUES (\(places))", path: beside)
        while try source.step() {
            for column in 0..<source.columnCount {
                try target.bind(column + 1, from: source, column: column)
            }
            try target.run()
        }
    }

    private func copySamples(
        _ streams: [StreamDescription], from original: Database, to database: Database
    ) throws(SessionStoreError) -> [Int64: SampleDigest] {
        let chunks = try ChunkStatements(database, path: beside)
        let coder = try ChunkCoder(level: Self.level)
        var merger = ChunkMerger(streams)
        var digests: [Int64: SampleDigest] = [:]
        var pyramids: [Int64: [PyramidBuilder]] = [:]
        var rates: [Int64: Int] = [:]
        for stream in streams {
            digests[stream.id] = SampleDigest(channels: stream.channels.count)
            pyramids[stream.id] = stream.channels.map { _ in
                PyramidBuilder(lowest: stream.lowestPyramidLevel)
            }
            rates[stream.id] = stream.audioRate
        }
        // In the order of recording, so that what is near in time stays near in the file.
        try forEachChunk(streams, in: original, path: path) { run throws(SessionStoreError) in
            digests[run.stream]?.add(run.columns, run.packets)
            for merged in merger.add(run) {
                try chunks.insert(merged, audioRate: rates[merged.stream], coder)
            }
            for channel in run.columns.indices {
                pyramids[run.stream]?[channel].append(run.columns[channel])
                for block in pyramids[run.stream]?[channel].takeReady() ?? [] {
                    try chunks.insert(block, stream: run.stream, channel: channel)
                }
            }
        }
        for run in merger.rest() {
            try chunks.insert(run, audioRate: rates[run.stream], coder)
        }
        for stream in streams {
            for channel in stream.channels.indices {
                for block in pyramids[stream.id]?[channel].takeRest() ?? [] {
                    try chunks.insert(block, stream: stream.id, channel: channel)
                }
            }
        }
        return digests
    }

    /// Hands out all chunks of a database, in the order in which they were written.
    private func forEachChunk(
        _ streams: [StreamDescription], in database: Database, path: String,
        _ body: (SampleRun) throws(SessionStoreError) -> Void
    ) throws(SessionStoreError) {
        let decoder = try ChunkDecoder()
        var channels: [Int64: [ChannelDescription]] = [:]
        for stream in streams { channels[stream.id] = stream.channels }
        var next: [Int64: Int64] = [:]
        let row = try RowStatement(
            database,
            "SELECT stream_id, first_index, sample_count, data, packets FROM chunks ORDER BY rowid",
            path: path, isStreamed: true)
        defer { row.reset() }
        while try row.step() {
            let stream = row.integer(0)
            guard let channels = channels[stream],
                let indices = SampleBounds.indices(first: row.integer(1), count: row.integer(2)),
                indices.lowerBound == next[stream, default: 0],
                let columns = unsafe decoder.columns(
                    row.blob(3), count: indices.count, channels: channels),
                let packets = unsafe decoder.packets(row.blob(4), count: indices.count)
            else {
                throw .damaged(
                    path,
                    "chunk \(row.integer(1)) of stream \(stream) cannot be read, or the one before "
                        + "it is missing")
            }
            next[stream] = indices.upperBound
            try body(
                SampleRun(
                    stream: stream, firstIndex: indices.lowerBound, count: indices.count,
                    columns: columns, packets: packets))
        }
    }

    /// Gives each gap the times that its neighbouring samples have by the last clock segments,
    /// which may have been refined since the gap was found.
    private func fitGaps(
        _ streams: [StreamDescription], in database: Database
    ) throws(SessionStoreError) {
        let samples = SampleRows(
            database: database, path: beside, decoder: try ChunkDecoder())
        let gaps = try RowStatement(
            database, "SELECT id, after_index FROM gaps WHERE stream_id = ?", path: beside)
        let start = try RowStatement(
            database, "UPDATE gaps SET start_ns = ? WHERE id = ?", path: beside)
        let end = try RowStatement(
            database, "UPDATE gaps SET end_ns = ? WHERE id = ?", path: beside)
        for stream in streams where !stream.channels.isEmpty {
            var found: [(id: Int64, after: Int64)] = []
            try gaps.bind(1, stream.id)
            while try gaps.step() { found.append((gaps.integer(0), gaps.integer(1))) }
            for gap in found where gap.after >= -1 && gap.after <= SampleBounds.index {
                if let time = try samples.time(of: gap.after, in: stream) {
                    try start.bind(1, time)
                    try start.bind(2, gap.id)
                    try start.run()
                }
                if let time = try samples.time(of: gap.after + 1, in: stream) {
                    try end.bind(1, time)
                    try end.bind(2, gap.id)
                    try end.run()
                }
            }
        }
    }

    /// Makes sure that a finished copy holds what the recording held.
    func verify(
        _ database: Database, against original: Database, _ digests: [Int64: SampleDigest]
    ) throws {
        let answer = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? ""
        guard answer == "ok" else { throw SessionStoreError.damaged(beside, answer) }
        for table in try SessionSchema.copiedTables(of: original)
        where !AuditSchema.chainTables.contains(table)
            && (alignment == nil || !Self.addedTo.contains(table))
        {
            let sql = "SELECT count(*) FROM \(table)"
            guard try Int.fetchOne(database, sql: sql) == Int.fetchOne(original, sql: sql) else {
                throw SessionStoreError.damaged(beside, "rows of \(table) got lost in copying")
            }
        }
        let streams = try SessionRows(database: database, path: beside).streams()
        var copied: [Int64: SampleDigest] = [:]
        for stream in streams {
            copied[stream.id] = SampleDigest(channels: stream.channels.count)
        }
        try forEachChunk(streams, in: database, path: beside) { run throws(SessionStoreError) in
            copied[run.stream]?.add(run.columns, run.packets)
        }
        guard copied == digests else {
            throw SessionStoreError.damaged(beside, "the copied samples differ from the recorded")
        }
    }
}
