import GRDB
import GRDBSQLite

/// An SQLite database as one piece of memory, consistent at one moment whoever writes it.
public enum DatabaseImage {
    /// Reads a small database of this process's own, such as a review file, through SQLite.
    /// - Throws: `missing`, `locked`, `damaged`, `inputOutput`.
    public static func read(_ path: String) throws(SessionStoreError) -> [UInt8] {
        let queue = try SessionConnection.reading(path)
        let outcome: Result<[UInt8], any Error> = Result {
            try queue.read { try bytes(of: $0, path: path) }
        }
        do {
            try queue.close()
            return try outcome.get()
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    /// The database's pages in a transaction that is open.
    static func bytes(of database: Database, path: String) throws(SessionStoreError) -> [UInt8] {
        // A deferred transaction takes its lock with the first read; with it the size stands still.
        do {
            _ = try Int.fetchOne(database, sql: "PRAGMA schema_version")
        } catch {
            throw .wrapping(error, path: path)
        }
        var size: sqlite3_int64 = 0
        // SQLite hands out memory of its own, which belongs to the caller and is freed below.
        guard
            let pages = unsafe sqlite3_serialize(database.sqliteConnection, "main", &size, 0)
        else {
            throw SessionStoreError(
                code: .inputOutput, message: "\(path) cannot be read as one piece",
                cause: database.lastErrorMessage)
        }
        defer { unsafe sqlite3_free(pages) }
        return unsafe Array(UnsafeRawBufferPointer(start: pages, count: Int(size)))
    }
}
