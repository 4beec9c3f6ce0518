import GRDB
import Synchronization
import SystemCalls
import Timebase

/// Writes one session's file while it records.
///
/// One connection does all writes and all checkpoints. Each `commit` is one durable transaction
/// (`synchronous=FULL`). May be handed from thread to thread; calls wait for each other.
public final class SessionWriter: Sendable {
    /// The file.
    public let path: String
    private let core: Mutex<SessionWriterCore>

    /// Creates the file and stores the session's row and its first streams.
    /// - Throws: `exists` if something stands there, `readOnly`, `diskFull`, `missing` when the
    ///   directory is not there.
    public static func create(
        at path: String, description: SessionDescription, streams: [StreamDescription] = []
    ) throws(SessionStoreError) -> SessionWriter {
        try SessionConnection.createFile(path)
        do {
            let queue = try SessionConnection.writing(path)
            // The schema goes in before the switch to the write-ahead log, so that the file's own
            // header says what it is from the start.
            try queue.write { database in
                try SessionSchema.create(in: database)
                try SessionRows.insert(description, in: database, path: path)
            }
            try queue.close()
            try FileSystem.syncDirectory(SessionConnection.directory(of: path))
            let writer = try SessionWriter(path: path)
            if !streams.isEmpty {
                var batch = SessionBatch()
                batch.streams = streams
                try writer.commit(batch)
            }
            return writer
        } catch {
            // Nothing was recorded yet; what is half made must not look like a session.
            for suffix in ["", "-journal", "-wal", "-shm"] { try? FileSystem.remove(path + suffix) }
            throw .wrapping(error, path: path)
        }
    }

    /// Opens the file of a session that is not yet in its final form (after a crash, or to close it
    /// in another state), and tells what it holds.
    /// - Throws: `wrongState` if the file is in its final form; `missing`, `notASession`,
    ///   `newerVersion`, `damaged`.
    public static func open(
        at path: String
    ) throws(SessionStoreError) -> (writer: SessionWriter, resumed: ResumedSession) {
        try SessionHeader.check(
            path, applicationIdentifier: SessionSchema.applicationIdentifier,
            version: SessionSchema.version, what: "session file")
        let resumed = try SessionRows.resumed(path)
        guard resumed.session.finishedRealtime == nil else {
            throw SessionStoreError(
                code: .wrongState,
                message: "\(path) is finished and cannot be recorded to; start a new session")
        }
        return (try SessionWriter(path: path), resumed)
    }

    private init(path: String) throws(SessionStoreError) {
        self.path = path
        core = Mutex(try SessionWriterCore(path: path))
    }

    /// Stores a batch as one transaction and returns once it is durable.
    ///
    /// If it throws, nothing of the batch is stored, and it may be called again with the same batch.
    @discardableResult
    public func commit(_ batch: SessionBatch) throws(SessionStoreError) -> CommitResult {
        try core.withLock { core throws(SessionStoreError) in try core.commit(batch) }
    }

    /// Writes the log back into the file as far as readers allow and closes it. Safe to call twice.
    public func close() throws(SessionStoreError) {
        try core.withLock { core throws(SessionStoreError) in try core.close() }
    }
}
