import Link
import Synchronization
import Timebase

/// What the sequencer knows of sources and sessions, for status and alarms.
struct StationSnapshot: Sendable {
    struct Stream: Sendable {
        var id: Int64
        var name: String
        var kind: String
        var source: String
        var clock: ClockKind
        var channels: [String]
        var units: [String]
        var nominalRate: Double?
        var samples: Int64
        var events: Int64
        var gaps: Int
        var lost: Int64
        var bound: Int64
        var lastArrival: Instant?
    }

    struct Session: Sendable {
        var streams: [Stream]
        var events: Int64
    }

    /// Up to when everything that the reader published is in here.
    var known = Instant(nanoseconds: 0)
    var sources: [UInt32: SourceHealth] = [:]
    var sessions: [UInt32: Session] = [:]
    /// What came since the daemon began, also of sessions that have ended.
    var totals: [StreamTotals] = []
    /// Records that failed their check on reading.
    var damagedBytes: UInt64 = 0
}

/// Where the sequencer leaves its snapshot and the control thread picks it up.
final class SnapshotBoard: Sendable {
    private let snapshot = Mutex(StationSnapshot())

    func put(_ new: StationSnapshot) { snapshot.withLock { $0 = new } }

    func read() -> StationSnapshot { snapshot.withLock { $0 } }
}
