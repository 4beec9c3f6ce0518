import CSQLite
import GRDB
import GRDBSQLite
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
    /// Number of the last commit that is in the file.
    private var serial: Int64 = 0
    /// Number of the commit that was tried last; nil where it did not come so far.
    private var attempted: Int64?
    /// After an error of the disk, the file alone can tell what is in it: it is opened anew first.
    private var isDoubtful = false
    private let log = LogLength()
    private var reserve: SessionReserve?

    /// The saved state that holds the number of the last commit.
    static let serialName = "writer"

    init(path: String) throws(SessionStoreError) {
        self.path = path
        coder = try ChunkCoder(level: 1)
        decoder = try ChunkDecoder()
        queue = try connect()
    }

    private func connect() throws(SessionStoreError) -> DatabaseQueue {
        let queue = try SessionConnection.writing(path)
        do {
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                log.follow(database)
            }
        } catch {
            throw .wrapping(error, path: path)
        }
        return queue
    }

    func close() throws(SessionStoreError) {
        // What is doubtful must not come into the file by being closed.
        if isDoubtful { return disconnect() }
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

    // MARK: - Room

    func keepRoom(waiting: Int64) throws(SessionStoreError) {
        var kept = SessionReserve(path: path, waiting: waiting)
        // What is there counts, also where it could not become all that it should be.
        defer { reserve = kept }
        try kept.keep(recorded: recordedBytes)
    }

    var keepsRoom: Bool { reserve?.isPossible ?? false }

    func spendRoomForEnding(goesOn: Bool) throws(SessionStoreError) -> Bool {
        guard var kept = reserve, kept.isEndingKept else { return false }
        isDoubtful = true
        disconnect()
        defer { reserve = kept }
        do throws(SystemError) {
            return try kept.spendForEnding(goesOn: goesOn)
        } catch {
            throw .system(error, path: path)
        }
    }

    private var recordedBytes: Int64 {
        ["", "-wal"].reduce(0) { $0 + ((try? FileSystem.size(path + $1)) ?? 0) }
    }

    // MARK: - Committing

    func commit(_ batch: SessionBatch) throws(SessionStoreError) -> CommitResult {
        if isDoubtful {
            try reconnect()
            if serial == attempted { return result(repeated: 0) }
        }
        attempted = nil
        guard let queue else {
            throw SessionStoreError(
                code: .wrongState, message: "\(path) is closed; open it again to go on")
        }
        if batch.isEmpty { return result(repeated: 0) }
        var repeated = 0
        var audit: AuditHead?
        do {
            try queue.writeWithoutTransaction { database in
                if isStale { try restore(database) }
                isStale = true
                attempted = serial + 1
                try database.inTransaction(.immediate) {
                    (repeated, audit) = try store(batch, database)
                    try SessionRows(database: database, path: path).set(
                        states: [Self.serialName: StoredSerial.encoded(serial + 1)])
                    return .commit
                }
                isStale = false
                attempted = nil
                serial += 1
            }
        } catch {
            let failure = SessionStoreError.wrapping(error, path: path)
            if failure.isOfDisk {
                isDoubtful = true
                disconnect()
            }
            throw failure
        }
        return result(repeated: repeated, audit: audit)
    }

    /// Tells what a commit did, after what has to be done now and then.
    private func result(repeated: Int, audit: AuditHead? = nil) -> CommitResult {
        var result = CommitResult(
            repeated: repeated, logBytes: (try? FileSystem.size(path + "-wal")) ?? 0,
            audit: audit)
        do throws(SessionStoreError) {
            try checkpoint()
        } catch {
            result.checkpointFailure = error
            // Pages that were brought into the file may not be on the disk, and SQLite holds them for
            // done. A new connection brings all of the log again.
            if error.isOfDisk { isDoubtful = true }
        }
        do throws(SessionStoreError) {
            try reserve?.grow(recorded: recordedBytes)
        } catch {
            result.reserveFailure = error
        }
        return result
    }

    private func checkpoint() throws(SessionStoreError) {
        guard let queue, log.frames >= SessionConnection.checkpointPages else { return }
        do {
            try queue.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    /// Closes the connection and leaves the log as it is.
    private func disconnect() {
        guard let old = queue else { return }
        queue = nil
        // A connection that cannot be closed now goes with its last statement; it makes no checkpoint.
        old.writeWithoutTransaction { database in
            _ = unsafe attune_sqlite_close_without_checkpoint(database.sqliteConnection)
        }
        try? old.close()
    }

    /// Opens the file anew after an error of the disk: first what its log holds is made durable, then the
    /// file tells which commit was the last.
    private func reconnect() throws(SessionStoreError) {
        disconnect()
        isStale = true
        do throws(SystemError) {
            try LogRepair.run(path)
        } catch {
            throw .system(error, path: path)
        }
        let opened = try connect()
        do {
            try opened.writeWithoutTransaction { try restore($0) }
        } catch {
            try? opened.close()
            throw .wrapping(error, path: path)
        }
        queue = opened
        isDoubtful = false
    }

    private func store(
        _ batch: SessionBatch, _ database: Database
    ) throws(SessionStoreError) -> (repeated: Int, audit: AuditHead?) {
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
        let audit = try rows.insert(audit: batch.audit)
        try rows.add(faults: batch.faults)
        try rows.set(positions: batch.ringPositions)
        try rows.set(states: batch.savedStates)
        if let sources = batch.sources { try rows.set(sources: sources) }
        if let change = batch.stateChange { try rows.apply(change) }
        return (repeated, audit)
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
        serial = 0
        let number = try RowStatement(
            database, "SELECT state FROM saved_states WHERE name = ?", path: path)
        try number.bind(1, Self.serialName)
        if try number.step() { serial = StoredSerial.decoded(number.bytes(0)) }
        number.reset()
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
                        stream: stream.id, channel: channel, of: stream.channels.count,
                        lowest: stream.lowestPyramidLevel,
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
            SampleBounds.holds(count: count, channels: channels.count),
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
