import Synchronization

/// How many values the columns of samples lack: known once they were written, session by session. May be
/// used from several threads.
final class MissingSamples: Sendable {
    /// By table and column.
    private let counts = Mutex<[String: [String: Int64]]>([:])

    /// Adds what one session's table lacks.
    /// - Parameter missing: one a column.
    func add(_ missing: [Int64], _ columns: [TableColumn], in table: String) {
        counts.withLock { counts in
            for (column, count) in zip(columns, missing) where count > 0 {
                counts[table, default: [:]][column.name, default: 0] += count
            }
        }
    }

    func count(of column: String, in table: String) -> Int64 {
        counts.withLock { $0[table]?[column] ?? 0 }
    }
}
