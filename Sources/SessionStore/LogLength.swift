import GRDB
import GRDBSQLite

/// How many frames a connection's write-ahead log holds, as SQLite tells after each commit. The log's file
/// does not say: it is written over from its begin and keeps its length.
///
/// Confined to the connection's queue; the writer holds it as long as the connection is open.
final class LogLength {
    private(set) var frames = 0

    /// Has a connection tell. It then makes no checkpoints by itself: their errors would be passed over.
    func follow(_ database: Database) {
        // Unretained: whoever follows outlives the connection (see above).
        unsafe sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, frames in
                unsafe Unmanaged<LogLength>.fromOpaque(context!).takeUnretainedValue().frames =
                    Int(frames)
                return SQLITE_OK
            }, unsafe Unmanaged.passUnretained(self).toOpaque())
    }
}
