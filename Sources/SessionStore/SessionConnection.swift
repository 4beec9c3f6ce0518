import GRDB
import Glibc
import SystemCalls

/// Opens connections the way every session file needs them.
enum SessionConnection {
    /// A connection that writes: durable at each commit, log kept from growing without end.
    static func writing(_ path: String) throws(SessionStoreError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            // 16 MB: at a high rate a checkpoint every 2 seconds, at the study's load every hour.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
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
        }
        return try open(path, configuration)
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
