import GRDB
import SystemCalls

/// The audit trail of a station, for what concerns neither a session nor a study: `station.audit` in the
/// data directory. The daemon alone writes it. May be used from several threads; calls wait for each other.
public final class StationTrail: Sendable {
    /// `ATTA`, in the file's header.
    static let applicationIdentifier = 0x4154_5441
    static let version = 1

    public let path: String
    private let queue: DatabaseQueue

    /// Where the trail of a data directory is.
    public static func path(data: String) -> String { "\(data)/station.audit" }

    /// Opens the trail for writing; makes it where it is missing.
    public static func open(at path: String) throws(SessionStoreError) -> StationTrail {
        do {
            if !FileSystem.exists(path) { try SessionConnection.createFile(path) }
            let isNew = try FileSystem.size(path) == 0
            if !isNew { try checkHeader(path) }
            var configuration = Configuration()
            configuration.busyMode = .timeout(0.25)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA mmap_size = 0")
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            if isNew {
                try queue.write { database in
                    try database.execute(sql: "PRAGMA application_id = \(applicationIdentifier)")
                    try database.execute(sql: "PRAGMA user_version = \(version)")
                    try database.execute(sql: AuditSchema.entries + AuditSchema.chain)
                }
            }
            return StationTrail(path: path, queue: queue)
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    private static func checkHeader(_ path: String) throws(SessionStoreError) {
        try SessionHeader.check(
            path, applicationIdentifier: applicationIdentifier, version: version,
            what: "station's audit trail")
    }

    private init(path: String, queue: DatabaseQueue) {
        self.path = path
        self.queue = queue
    }

    /// Adds rows.
    /// - Returns: where the trail ends now.
    public func note(_ entries: [AuditEntry]) throws(SessionStoreError) -> AuditHead {
        do {
            return try queue.write { database in
                try AuditTrail(database: database, path: path).add(
                    entries, subject: "station:" + AuditChain.makeIdentifier())
            }
        } catch {
            throw .wrapping(error, path: path)
        }
    }

    /// Closes the file. Safe to call twice.
    public func close() throws(SessionStoreError) {
        do { try queue.close() } catch { throw .wrapping(error, path: path) }
    }

    static func verified(at path: String) throws(SessionStoreError) -> AuditTrail.Verified {
        try checkHeader(path)
        let queue = try SessionConnection.reading(path)
        do {
            return try queue.read {
                try AuditTrail(database: $0, path: path).verify(subject: nil, isChained: true)
            }
        } catch {
            throw .wrapping(error, path: path)
        }
    }
}
