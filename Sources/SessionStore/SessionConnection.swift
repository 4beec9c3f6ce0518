import GRDB
import GRDBSQLite
import Glibc
import SystemCalls

/// Opens connections the way every session file needs them.
enum SessionConnection {
    /// Pages in the log before it is brought into the file. 16 MB: at a high rate every 2 seconds, at the
    /// study's load every hour.
    static let checkpointPages = 4000

    /// A connection that writes: durable at each commit, log kept from growing without end.
    static func writing(_ path: String) throws(SessionStoreError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(checkpointPages)")
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        return try open(path, configuration)
    }

    /// A connection that reads, in short transactions.
    static func reading(_ path: String) throws(SessionStoreError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA cache_size = -16000")
            // The file may be a stranger's: its views may call nothing that has side effects, and
            // a damaged page is noticed before its cells are used.
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            try database.execute(sql: "PRAGMA cell_size_check = ON")
            // Else a check of the whole file would evaluate whatever formula it declares.
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            limit(database)
        }
        return try open(path, configuration)
    }

    /// Steps of SQLite's machine in one run of a statement: some seconds. A million rows take about
    /// thirty million; what needs more is made to have no end.
    static let mostWork: Int32 = 400_000_000
    /// Bytes of the longest text or blob: more than the largest chunk has.
    static let longestValue: Int32 = 80 << 20

    /// Keeps a file from asking for all of the memory or all of the time.
    static func limit(_ database: Database) {
        // The connection is open, and the handler has no state.
        guard let connection = unsafe database.sqliteConnection else { return }
        unsafe sqlite3_limit(connection, SQLITE_LIMIT_LENGTH, longestValue)
        unsafe sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0)
        unsafe sqlite3_limit(connection, SQLITE_LIMIT_COLUMN, 200)
        unsafe sqlite3_limit(connection, SQLITE_LIMIT_EXPR_DEPTH, 100)
        unsafe sqlite3_limit(connection, SQLITE_LIMIT_TRIGGER_DEPTH, 1)
        unsafe sqlite3_progress_handler(connection, mostWork, { _ in 1 }, nil)
    }

    private static func open(
        _ path: String, _ configuration: Configuration
    ) throws(SessionStoreError) -> DatabaseQueue {
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    /// Creates an empty file that did not exist, with the kernel's own reason where it cannot.
    static func createFile(_ path: String) throws(SessionStoreError) {
        do {
            _ = try FileDescriptor(
                opening: path, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o640)
        } catch {
            throw .system(error, path: path)
        }
    }

    /// The directory that holds a path.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
