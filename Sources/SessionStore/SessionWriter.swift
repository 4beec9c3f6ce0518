import GRDB
import Timebase

/// Writes one session's file while it records.
///
/// One connection does all writes and all checkpoints. Each `commit` is one durable transaction
/// (`synchronous=FULL`). May be handed from thread to thread; calls wait for each other.
public final class SessionWriter: Sendable {
    /// The file.
    public let path: String

    /// Creates the file and stores the session's row and its first streams.
    /// - Throws: `exists` if something stands there, `readOnly`, `diskFull`, `missing` when the
    ///   directory is not there.
    public static func create(
        at path: String, description: SessionDescription, streams: [StreamDescription] = []
    ) throws(SessionStoreError) -> SessionWriter {
        throw SessionStoreError(code: .other, message: "not yet")
    }

    /// Opens the file of a session that is still in state `recording` (after a crash) or that is
    /// still to be closed, and tells what it holds.
    /// - Throws: `wrongState` if the session is no longer recording.
    public static func open(
        at path: String
    ) throws(SessionStoreError) -> (writer: SessionWriter, resumed: ResumedSession) {
        throw SessionStoreError(code: .other, message: "not yet")
    }

    private init(path: String) { self.path = path }

    /// Stores a batch as one transaction and returns once it is durable.
    ///
    /// If it throws, nothing of the batch is stored, and it may be called again with the same batch.
    @discardableResult
    public func commit(_ batch: SessionBatch) throws(SessionStoreError) -> CommitResult {
        throw SessionStoreError(code: .other, message: "not yet")
    }

    /// Writes the log back into the file as far as readers allow and closes it. Safe to call twice.
    public func close() throws(SessionStoreError) {}
}
