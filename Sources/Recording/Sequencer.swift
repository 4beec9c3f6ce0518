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
        /// The store is done with what it was handed.
        case storeIsFree
        /// Look for work at once.
        case hurry
        case finish
    }

    struct Settings: Sendable {
        /// Nanoseconds from one commit to the next.
        var commitInterval: Int64 = 200_000_000
        /// Milliseconds between two looks at the rings, without and with live subscribers.
        var idlePause: Int32 = 20
        var livePause: Int32 = 4
        /// Bytes that may wait for a slow store before the rings have to hold the rest.
        var pendingLimit = 64 << 20
    }

    let messages: Mailbox<Message>
    private let thread: DedicatedThread

    /// - Parameter interpreter: empty, or holding the sessions that were taken up after a crash.
    init(
        acquisition: Ring, control: Ring, interpreter cargo: ThreadCargo<Interpreter>,
        store: Mailbox<StoreThread.Message>, feed: LiveFeed, board: SnapshotBoard,
        settings: Settings
    ) throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        thread = try DedicatedThread(name: "sequencer") {
            let loop = SequencerLoop(
                acquisition: acquisition, control: control, interpreter: cargo.take(),
                messages: messages, store: store, feed: feed, board: board, settings: settings)
            loop.run()
        }
    }

    func finish() {
        messages.post(.finish)
        thread.join()
    }
}
