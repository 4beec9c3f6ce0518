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
    /// - Parameter waiting: bytes that may wait in rings when the session is stopped: room for them, and
    ///   for the finished file, is kept on the disk from now on. Nil keeps none.
    /// - Throws: `exists` if something stands there, `readOnly`, `diskFull`, `missing` when the
    ///   directory is not there. Nothing is left behind then.
    public static func create(
        at path: String, description: SessionDescription, streams: [StreamDescription] = [],
        waiting: Int64? = nil
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
            if let waiting { try writer.keepRoom(waiting: waiting) }
            if !streams.isEmpty {
                var batch = SessionBatch()
                batch.streams = streams
                try writer.commit(batch)
            }
            return writer
        } catch {
            discard(path)
            throw .wrapping(error, path: path)
        }
    }

    /// Takes away the file of a session that could not begin: nothing was recorded yet, and what is half made
    /// must not look like a session. Nobody may have it open.
    public static func discard(_ path: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { try? FileSystem.remove(path + suffix) }
        try? SessionReserve.remove(of: path)
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
        // Whoever wrote it before may have been killed after a sync that failed.
        do throws(SystemError) {
            try LogRepair.run(path)
        } catch {
            throw .system(error, path: path)
        }
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
    /// If it throws, call it again with the same batch before any other: where the disk failed, only the
    /// file can tell whether the batch had become part of it, and that is looked up then. So a batch is
    /// stored once, however often it is handed over.
    @discardableResult
    public func commit(_ batch: SessionBatch) throws(SessionStoreError) -> CommitResult {
        try core.withLock { core throws(SessionStoreError) in try core.commit(batch) }
    }

    /// Keeps room on the disk for stopping and finishing, which grows with the recording from now on.
    /// - Parameter waiting: bytes that may wait in rings when the session is stopped.
    /// - Throws: `diskFull` where there is no room for it, `readOnly`, `inputOutput`.
    public func keepRoom(waiting: Int64) throws(SessionStoreError) {
        try core.withLock { core throws(SessionStoreError) in try core.keepRoom(waiting: waiting) }
    }

    /// Whether the file system can keep room, and some is asked for.
    public var keepsRoom: Bool { core.withLock { $0.keepsRoom } }

    /// Takes the room that was kept for a session's last rows, because the disk is full.
    /// - Parameter goesOn: whether the session goes on all the same, as after a crash; room for its end is
    ///   then kept again as soon as there is some.
    /// - Returns: whether there was some, so that a commit may work now.
    public func spendRoomForEnding(goesOn: Bool = false) throws(SessionStoreError) -> Bool {
        try core.withLock { core throws(SessionStoreError) in
            try core.spendRoomForEnding(goesOn: goesOn)
        }
    }

    /// Writes the log back into the file as far as readers allow and closes it. Safe to call twice.
    public func close() throws(SessionStoreError) {
        try core.withLock { core throws(SessionStoreError) in try core.close() }
    }
}
