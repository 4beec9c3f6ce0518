import Ring
import SystemCalls
import Timebase

/// The sequencer's thread: drains the rings, interprets records, and makes batches for the store.
final class Sequencer: Sendable {
    enum Message: Sendable {
        /// A source is there; its records may come from now on.
        case source(SourceAnnouncement)
        case removeSource(UInt32)
        /// A session begins.
        case session(SessionAnnouncement)
        /// The store takes the next package.
        case storeIsFree(StoreBacklog)
        /// Look for work at once, and commit.
        case hurry
        /// Look for work at once: somebody began to follow a session.
        case look
        /// Look for work at once, and say how everything stands.
        case report
        case finish
    }

    struct Settings: Sendable {
        /// Nanoseconds from one commit to the next.
        var commitInterval: Int64 = 200_000_000
        /// Milliseconds between two looks at the rings while much comes, and with live subscribers.
        /// Otherwise the next look is at the next commit: each costs more than what it finds.
        var busyPause: Int32 = 20
        var livePause: Int32 = 4
        /// A ring of which more than this share waits is looked at again soon.
        var busyShare = 1.0 / 64
        /// A ring of which more than this share is read and not stored is stored at once.
        var pressingShare = 1.0 / 8
        /// Bytes that may wait for a slow store before the rings have to hold the rest.
        var pendingLimit = 64 << 20
    }

    let messages: Mailbox<Message>
    private let thread: DedicatedThread

    /// - Parameters:
    ///   - interpreter: empty, or holding the sessions that were taken up after a crash.
    ///   - heart: beats while the thread goes on.
    init(
        acquisition: Ring, control: Ring, interpreter cargo: ThreadCargo<Interpreter>,
        store: Mailbox<StoreThread.Message>, feed: LiveFeed, board: SnapshotBoard,
        settings: Settings, heart: Heartbeat = Heartbeat(name: "sequencer"),
        wallClock: any WallClock = KernelWallClock()
    ) throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        thread = try DedicatedThread(name: "sequencer") {
            let loop = SequencerLoop(
                acquisition: acquisition, control: control, interpreter: cargo.take(),
                messages: messages, store: store, feed: feed, board: board, settings: settings,
                heart: heart, wallClock: wallClock)
            loop.run()
        }
    }

    func finish() {
        messages.post(.finish)
        thread.join()
    }
}
