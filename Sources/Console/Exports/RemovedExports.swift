import Glibc
import Link
import SystemCalls

/// Deletes saved exports that hold what participants took back since, as the studies' tombstones tell.
enum RemovedExports {
    /// Seconds between two looks.
    private static let interval: UInt32 = 10

    /// Begins to look, on a thread that ends with the console.
    static func begin(_ desk: ExportDesk, socketPath: String) throws(SystemError) {
        _ = try DedicatedThread(name: "tombstones", stackSize: 4 << 20) { [weak desk] in
            while let desk {
                if let tombstones = tombstones(socketPath) { desk.forget(tombstones) }
                sleep(interval)
            }
        }
    }

    /// nil where the daemon is away; the next look will tell.
    private static func tombstones(_ socketPath: String) -> [TombstoneInfo]? {
        guard let client = try? VarlinkClient(path: socketPath) else { return nil }
        return try? client.call(StudyInterface.ListTombstones.self, .init()).tombstones
    }

    /// Whether an export holds a session from before it was deleted, or something was taken out of it.
    static func holds(_ record: ExportRecord, _ tombstone: TombstoneInfo) -> Bool {
        guard record.study == tombstone.study, record.startedUtcNs < tombstone.madeUtcNs else {
            return false
        }
        guard let identifiers = record.identifiers else {
            return record.sessions.contains { $0.participant == tombstone.participant }
        }
        return identifiers.contains { $0.lowercased() == tombstone.session.lowercased() }
    }
}
