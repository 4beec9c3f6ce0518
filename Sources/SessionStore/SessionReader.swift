import GRDB
import Synchronization
import Timebase

/// Reads a session file, finished or while it is being recorded.
///
/// Each call is one short read transaction, so that a recording's log is never held up. May be used
/// from several threads; calls wait for each other. Nothing is ever written.
public final class SessionReader: Sendable {
    /// The file.
    public let path: String
    let queue: DatabaseQueue
    /// The alignment of the review file whose times this reader gives; nil where they are those of
    /// the session file itself.
    public var alignment: AlignmentEntry? { stored?.entry }
    let stored: StoredAlignment?
    /// Used inside an access to `queue` only, which serialises.
    private let decoder: ChunkDecoder
    /// Descriptions of streams by id, as far as they were asked for.
    private let known = Mutex<[Int64: StreamDescription]>([:])

    /// Opens a session file.
    /// - Parameter alignment: whose times are given. Only a finished file has others than its own.
    /// - Throws: `missing`, `notASession`, `newerVersion`, `damaged`, `locked`; `wrongReview` where
    ///   the review file beside it is that of another session.
    public static func open(
        at path: String, alignment: AlignmentChoice = .newest
    ) throws(SessionStoreError) -> SessionReader {
        do {
            return try SessionReader(path: path, alignment)
        } catch  where error.code == .inputOutput {
            // The file may just have been replaced by its finished form; then it opens now.
            return try SessionReader(path: path, alignment)
        }
    }

    private init(path: String, _ choice: AlignmentChoice) throws(SessionStoreError) {
        try SessionHeader.check(
            path, applicationIdentifier: SessionSchema.applicationIdentifier,
            version: SessionSchema.version, what: "session file")
        self.path = path
        queue = try SessionConnection.reading(path)
        decoder = try ChunkDecoder()
        let row: SessionRow
        do {
            row = try queue.read {
                try SchemaGuard.check($0, path)
                return try SessionRows(database: $0, path: path).session()
            }
        } catch {
            throw .wrapping(error, path: path)
        }
        stored = try ReviewFile.alignment(choice, of: path, row)
    }

    /// Reads through a connection that is open, and does not look at the schema; what fuzzes the rows reads a
    /// database in memory so.
    init(
        _ queue: DatabaseQueue, path: String, stored: StoredAlignment?
    ) throws(SessionStoreError) {
        self.path = path
        self.queue = queue
        self.stored = stored
        decoder = try ChunkDecoder()
    }

    /// Closes the file. Safe to call twice; a reader that goes away closes by itself.
    public func close() throws(SessionStoreError) {
        do { try queue.close() } catch { throw .wrapping(error, path: path) }
    }

    /// Runs a read transaction over rows other than samples.
    func rows<Result>(
        _ body: (SessionRows) throws(SessionStoreError) -> Result
    ) throws(SessionStoreError) -> Result {
        do {
            return try queue.read { try body(SessionRows(database: $0, path: path)) }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    /// Runs a read transaction over the samples of one stream.
    func samples<Result>(
        _ stream: Int64,
        _ body: (SampleRows, StreamDescription) throws(SessionStoreError) -> Result
    ) throws(SessionStoreError) -> Result {
        do {
            return try queue.read { database in
                let rows = SampleRows(
                    database: database, path: path, decoder: decoder, stored: stored)
                return try body(rows, try description(of: stream, database))
            }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private func description(
        of stream: Int64, _ database: Database
    ) throws(SessionStoreError) -> StreamDescription {
        if let known = known.withLock({ $0[stream] }) { return known }
        let streams = try SessionRows(database: database, path: path).streams()
        guard let description = streams.first(where: { $0.id == stream }) else {
            throw .invalid("\(path) has no stream \(stream)")
        }
        known.withLock { $0[stream] = description }
        return description
    }

    public func session() throws(SessionStoreError) -> SessionRow {
        try rows { rows throws(SessionStoreError) in try rows.session() }
    }

    /// All streams with their channels, by id.
    public func streams() throws(SessionStoreError) -> [StreamDescription] {
        try rows { rows throws(SessionStoreError) in try rows.streams() }
    }

    /// How many samples a stream has.
    public func sampleCount(of stream: Int64) throws(SessionStoreError) -> Int64 {
        try samples(stream) { rows, _ throws(SessionStoreError) in
            try rows.sampleCount(stream)
        }
    }

    /// The samples of `from..<to`, with times and raw values.
    ///
    /// Consecutive by index; where segments overlap in time by less than their bounds, a sample at
    /// a seam may lie just outside.
    public func window(
        _ stream: Int64, from: Instant, to: Instant
    ) throws(SessionStoreError) -> SampleWindow {
        try samples(stream) { rows, stream throws(SessionStoreError) in
            try rows.window(stream, from: from, to: to)
        }
    }

    /// The samples of one channel in `from..<to`: the window has this channel alone.
    public func window(
        _ stream: Int64, channel: Int, from: Instant, to: Instant
    ) throws(SessionStoreError) -> SampleWindow {
        try samples(stream) { rows, stream throws(SessionStoreError) in
            guard stream.channels.indices.contains(channel) else {
                throw .invalid("stream \(stream.name) has no channel \(channel)")
            }
            return try rows.window(stream, from: from, to: to, channel: channel)
        }
    }

    /// A channel's minimum and maximum for each of `pixels` equal stretches of `from..<to`, from
    /// the pyramid where a pixel has 32 samples or more. An extreme is at most half a pixel off.
    public func overview(
        _ stream: Int64, channel: Int, from: Instant, to: Instant, pixels: Int
    ) throws(SessionStoreError) -> Overview {
        guard from < to, pixels >= 1, pixels <= 1 << 20 else {
            throw .invalid("an overview needs a stretch of time and 1 to 1048576 pixels")
        }
        return try samples(stream) { rows, stream throws(SessionStoreError) in
            guard stream.channels.indices.contains(channel) else {
                throw .invalid("stream \(stream.name) has no channel \(channel)")
            }
            return try rows.overview(
                stream, channel: channel, from: from, to: to, pixels: pixels)
        }
    }

    /// The time of a sample; nil where there is no such sample.
    public func time(of index: Int64, in stream: Int64) throws(SessionStoreError) -> Instant? {
        try samples(stream) { rows, stream throws(SessionStoreError) in
            try rows.time(of: index, in: stream)
        }
    }

    /// The first sample at or after a time; nil where there is none.
    public func index(
        atOrAfter time: Instant, in stream: Int64
    ) throws(SessionStoreError) -> Int64? {
        try samples(stream) { rows, stream throws(SessionStoreError) in
            try rows.index(atOrAfter: time, in: stream)
        }
    }

    /// Times of a stream's first and last sample; nil where it has none.
    public func timeRange(
        of stream: Int64
    ) throws(SessionStoreError) -> (first: Instant, last: Instant)? {
        try samples(stream) { rows, stream throws(SessionStoreError) in
            let count = try rows.sampleCount(stream.id)
            guard count > 0, let first = try rows.time(of: 0, in: stream),
                let last = try rows.time(of: count - 1, in: stream)
            else { return nil }
            return (first, last)
        }
    }

    /// Hands out all samples of a stream from an index on, chunk by chunk with their packets, each
    /// in a transaction of its own: for exports of any length in bounded memory.
    ///
    /// While a session is recorded, this ends with the chunks there are.
    /// - Parameter body: returns false to end early.
    public func forEachChunk(
        of stream: Int64, from first: Int64 = 0, _ body: (SampleWindow) throws -> Bool
    ) throws {
        var next = first
        while true {
            let window = try samples(stream) { rows, stream throws(SessionStoreError) in
                try rows.chunk(stream, holding: next)
            }
            guard let window, try body(window) else { return }
            next = window.firstIndex + Int64(window.count)
        }
    }
}

extension SessionReader {
    /// What SQLite itself finds wrong with the file; nothing where it is whole.
    func integrityProblems() throws(SessionStoreError) -> [String] {
        do {
            return try queue.read { database in
                let lines = try String.fetchAll(database, sql: "PRAGMA integrity_check")
                let foreign = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check")
                return lines.filter { $0 != "ok" }
                    + foreign.map { "a row of \($0[0] as String? ?? "?") belongs to nothing" }
            }
        } catch {
            throw .wrapping(error, path: path)
        }
    }
}
