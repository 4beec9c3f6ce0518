import GRDB
import SystemCalls
import Timebase

/// What a `SessionWriter` guards with its lock: the connection, and how far each stream is.
final class SessionWriterCore {
    private struct Progress {
        var channels: [ChannelDescription.Storage]
        var nextIndex: Int64
        var pyramids: [PyramidBuilder]
        /// Of a stream of sound.
        var audioRate: Int?
    }

    private let path: String
    private var queue: DatabaseQueue?
    private let coder: ChunkCoder
    private let decoder: ChunkDecoder
    private var progress: [Int64: Progress] = [:]
    private var lastTurn: Int64 = 0
    /// Whether `progress` must be read from the file again, because a transaction was undone.
    private var isStale = true

    init(path: String) throws(SessionStoreError) {
        self.path = path
        coder = try ChunkCoder(level: 1)
        decoder = try ChunkDecoder()
        let queue = try SessionConnection.writing(path)
        do {
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL")
            }
        } catch {
            throw .wrapping(error, path: path)
        }
        self.queue = queue
    }

    func close() throws(SessionStoreError) {
        guard let queue else { return }
        self.queue = nil
        do {
            // Readers may hold the log; then the last of them leaves it to the next writer.
            try? queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
            try queue.close()
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    func commit(_ batch: SessionBatch) throws(SessionStoreError) -> CommitResult {
        guard let queue else {
            throw SessionStoreError(
                code: .wrongState, message: "\(path) is closed; open it again to go on")
        }
        var repeated = 0
        if !batch.isEmpty {
            do {
                try queue.writeWithoutTransaction { database in
                    if isStale { try restore(database) }
                    isStale = true
                    try database.inTransaction(.immediate) {
                        repeated = try store(batch, database)
                        return .commit
                    }
                    isStale = false
                }
            } catch {
                throw .wrapping(error, path: path)
            }
        }
        let log = (try? FileSystem.size(path + "-wal")) ?? 0
        return CommitResult(repeated: repeated, logBytes: log)
    }

    private func store(
        _ batch: SessionBatch, _ database: Database
    ) throws(SessionStoreError) -> Int {
        let rows = SessionRows(database: database, path: path)
        for stream in batch.streams { try add(stream, rows) }
        try storeSamples(batch.samples, database)
        try rows.insert(presses: batch.keyPresses)
        try rows.update(releases: batch.keyReleases)
        var repeated = try rows.insert(events: batch.events)
        repeated += try rows.insert(turns: batch.turns, last: &lastTurn)
        try rows.update(shown: batch.turnsShown)
        repeated += try rows.insert(edits: batch.draftEdits)
        try rows.insert(observations: batch.clockObservations)
        try rows.insert(segments: batch.clockSegments)
        try rows.insert(triples: batch.timeTriples)
        try rows.insert(gaps: batch.gaps)
        try rows.insert(phases: batch.phases)
        try rows.insert(audit: batch.audit)
        try rows.add(faults: batch.faults)
        try rows.set(positions: batch.ringPositions)
        try rows.set(states: batch.savedStates)
        if let sources = batch.sources { try rows.set(sources: sources) }
        if let change = batch.stateChange { try rows.apply(change) }
        return repeated
    }

    private func add(
        _ stream: StreamDescription, _ rows: SessionRows
    ) throws(SessionStoreError) {
        let storage = stream.channels.map(\.storage)
        if let known = progress[stream.id], known.nextIndex > 0, known.channels != storage {
            throw .invalid(
                "stream \(stream.name) has samples; its channels cannot change any more")
        }
        try rows.insert(stream)
        if let known = progress[stream.id], known.channels == storage,
            known.nextIndex > 0 || known.audioRate == stream.audioRate
        {
            return
        }
        progress[stream.id] = Progress(
            channels: storage, nextIndex: 0,
            pyramids: storage.map { _ in PyramidBuilder(lowest: stream.lowestPyramidLevel) },
            audioRate: stream.audioRate)
    }

    private func storeSamples(
        _ runs: [SampleRun], _ database: Database
    ) throws(SessionStoreError) {
        guard !runs.isEmpty else { return }
        let chunks = try ChunkStatements(database, path: path)
        for run in runs {
            guard let index = progress.index(forKey: run.stream) else {
                throw .invalid("samples of stream \(run.stream), which is not described")
            }
            let known = progress.values[index]
            guard run.firstIndex == known.nextIndex else {
                throw .invalid(
                    "samples of stream \(run.stream) start at \(run.firstIndex), "
                        + "but \(known.nextIndex) is next")
            }
            guard run.isConsistent(with: known.channels) else {
                throw .invalid(
                    "samples of stream \(run.stream) do not fit its channels or its packets")
            }
            try chunks.insert(run, audioRate: known.audioRate, coder)
            progress.values[index].nextIndex += Int64(run.count)
            for channel in run.columns.indices {
                progress.values[index].pyramids[channel].append(run.columns[channel])
                for block in progress.values[index].pyramids[channel].takeReady() {
                    try chunks.insert(block, stream: run.stream, channel: channel)
                }
            }
        }
    }

    /// Reads from the file how far each stream is, and rebuilds the pyramids' unfinished ends.
    private func restore(_ database: Database) throws(SessionStoreError) {
        progress.removeAll()
        lastTurn = 0
        let turns = try RowStatement(
            database, "SELECT coalesce(max(number), 0) FROM turns", path: path)
        if try turns.step() { lastTurn = turns.integer(0) }
        turns.reset()
        for stream in try SessionRows(database: database, path: path).streams() {
            let chunks = try ChunkStatements(database, path: path)
            let count = try chunks.sampleCount(stream.id)
            var pyramids: [PyramidBuilder] = []
            for channel in stream.channels.indices {
                pyramids.append(
                    try chunks.restorePyramid(
                        stream: stream.id, channel: channel, lowest: stream.lowestPyramidLevel,
                        decoder: decoder))
            }
            progress[stream.id] = Progress(
                channels: stream.channels.map(\.storage), nextIndex: count, pyramids: pyramids,
                audioRate: stream.audioRate)
        }
        isStale = false
    }
}

extension SampleRun {
    /// Whether columns, packets and count agree with one another and with the stream's channels.
    func isConsistent(with channels: [ChannelDescription.Storage]) -> Bool {
        guard SampleBounds.indices(first: firstIndex, count: Int64(count)) != nil,
            columns.count == channels.count, !packets.isEmpty
        else { return false }
        for (column, storage) in zip(columns, channels) {
            guard column.count == count, column.isKept(as: storage) else { return false }
        }
        var left = count
        for packet in packets {
            guard packet.count >= 1, packet.count <= left else { return false }
            left -= packet.count
        }
        return left == 0
    }
}
