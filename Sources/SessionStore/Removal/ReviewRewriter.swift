import GRDB
import SystemCalls

/// Changes a review file, whose rows are else only added, for what has to go.
struct ReviewRewriter {
    private let session: String

    /// - Parameter session: the session's file.
    init(session: String) { self.session = session }

    /// Runs in one transaction without the triggers that keep rows; they are back when it ends. What was
    /// overwritten is gone from the file.
    /// - Returns: what the body gives; nothing where there is no review file.
    func run(
        _ body: (Database) throws -> [String: Int]
    ) throws(SessionStoreError) -> [String: Int] {
        let path = ReviewFile.path(of: session)
        guard FileSystem.exists(path) else { return [:] }
        try ReviewFile.checkHeader(path)
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            for pragma in ["mmap_size = 0", "synchronous = FULL", "secure_delete = ON"] {
                try database.execute(sql: "PRAGMA \(pragma)")
            }
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            let rows = try queue.write { database in
                try SchemaGuard.check(database, path, keepsRows: true)
                let triggers = try Row.fetchAll(
                    database, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                ).map { ($0[0] as String, $0[1] as String) }
                for (name, _) in triggers { try database.execute(sql: "DROP TRIGGER \"\(name)\"") }
                let rows = try body(database)
                for (_, sql) in triggers { try database.execute(sql: sql) }
                return rows
            }
            if !rows.isEmpty {
                try queue.writeWithoutTransaction { try $0.execute(sql: "VACUUM") }
            }
            try queue.close()
            return rows
        } catch {
            throw .wrapping(error, path: path)
        }
    }
}
