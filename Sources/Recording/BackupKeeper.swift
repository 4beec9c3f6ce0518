import SessionStore
import Synchronization
import SystemCalls
import Timebase

/// Copies finished sessions to the backup place, one file after another, on a thread of its own that gives
/// way to everything else: whatever the place's disk does, no recording waits for it.
///
/// What is still to be copied follows from the studies' indexes and the files each time, so that nothing is
/// forgotten when the daemon ends in between. It writes no database: the control thread notes what it did.
final class BackupKeeper: Sendable {
    enum Message: Sendable {
        /// Look anew: a session was finished, or something was added to one. The paths of all studies'
        /// databases, by their names.
        case look([String: String])
    }

    /// Between two looks when all is well, and from one attempt to the next when the place fails.
    private static let idle: Int32 = 60_000
    private static let firstRetry: Int32 = 1_000
    private static let lastRetry: Int32 = 10_000
    /// A database is copied when it has not changed for this long, in nanoseconds: it changes in bursts, and
    /// a change within the clock's tick of the copying would not show in its time.
    private static let settled: Int64 = 2_000_000_000

    let messages: Mailbox<Message>
    let board = BackupBoard()
    private let isEnding = Atomic<Bool>(false)

    /// - Parameters:
    ///   - root: the backup place.
    ///   - data: the data directory.
    init(
        root: String, data: String, notices: Mailbox<ControlNotice>
    ) throws(SystemError) {
        messages = try Mailbox<Message>()
        // The thread is not joined: a daemon that ends does not wait for the place's disk.
        _ = try DedicatedThread(name: "backup") { [self] in
            ThreadPriority.least()
            var round = BackupRound(root: root, data: data, board: board, notices: notices) {
                self.isEnding.load(ordering: .relaxed)
            }
            var retry = Self.firstRetry
            var pause: Int32 = -1
            while true {
                messages.wait(milliseconds: pause)
                if isEnding.load(ordering: .relaxed) { return }
                for case .look(let studies) in messages.takeAll() { round.paths = studies }
                switch round.run(settled: Self.settled) {
                case .done:
                    (pause, retry) = (Self.idle, Self.firstRetry)
                case .unsettled:
                    (pause, retry) = (Self.firstRetry, Self.firstRetry)
                case .failed:
                    pause = retry
                    retry = min(Self.lastRetry, retry * 2)
                }
            }
        }
    }

    /// Ends after the piece that is under way.
    func finish() {
        isEnding.store(true, ordering: .relaxed)
        messages.post(.look([:]))
    }
}
