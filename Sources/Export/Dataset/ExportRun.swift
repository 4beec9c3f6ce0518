import SystemCalls
import Synchronization

/// One run of an export: where it writes, how far it is, and whether it is still wanted. May be used from
/// several threads.
final class ExportRun: Sendable {
    /// Where files are made until all of them are there.
    let directory: String
    /// What the export is going to be called, for errors.
    let destination: String
    private let isCancelled: @Sendable () -> Bool
    private let report: @Sendable (ExportProgress) -> Void
    private let progress = Mutex(ExportProgress(table: "", rows: 0, expected: 0))
    /// Set by the first thread that fails, so that the others end as well.
    private let hasFailed = Atomic<Bool>(false)

    init(
        directory: String, destination: String,
        isCancelled: @escaping @Sendable () -> Bool,
        progress report: @escaping @Sendable (ExportProgress) -> Void
    ) {
        self.directory = directory
        self.destination = destination
        self.isCancelled = isCancelled
        self.report = report
    }

    /// Adds to the rows that there will be.
    func expect(_ rows: Int64) { progress.withLock { $0.expected += rows } }

    /// Adds to the rows that were written.
    func count(_ rows: Int64) { progress.withLock { $0.rows += rows } }

    /// Whether the export is still to be finished.
    var isWanted: Bool { !isCancelled() && !hasFailed.load(ordering: .relaxed) }

    func fail() { hasFailed.store(true, ordering: .relaxed) }

    /// Reports how far it is, and ends the export if it is not wanted any more.
    /// - Parameter table: what is being written; nil for the one that was named last.
    func proceed(_ table: String?) throws(ExportError) {
        let state = progress.withLock {
            if let table { $0.table = table }
            return $0
        }
        report(state)
        if !isWanted {
            throw ExportError(
                code: .cancelled, message: "the export was ended; nothing of it was kept")
        }
    }
}
