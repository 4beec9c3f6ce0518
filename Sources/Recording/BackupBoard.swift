import SessionStore
import Synchronization
import Timebase

/// What the backup's thread shows to the control thread.
final class BackupBoard: Sendable {
    struct Snapshot: Sendable {
        /// By the session's id.
        var states: [String: BackupSurvey.State] = [:]
        /// What stands in the way of all copies, in words; nil where nothing does.
        var problem: String?
        /// Since when something has waited without any copy being made; nil where nothing waits.
        var stuckSince: Instant?
        /// When the last copy was read back, in nanoseconds since 1970-01-01 UTC.
        var verifiedRealtime: Int64?

        /// How many sessions wait for a copy.
        var waiting: Int { states.values.count { $0.missing != nil } }
    }

    private let snapshot = Mutex(Snapshot())

    /// Any thread.
    func read() -> Snapshot { snapshot.withLock { $0 } }

    /// The backup's thread alone.
    func change(_ body: (inout Snapshot) -> Void) { snapshot.withLock { body(&$0) } }
}
