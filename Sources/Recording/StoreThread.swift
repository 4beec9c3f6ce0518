import Ring
import SessionStore
import SystemCalls
import Timebase

/// One step of storing: a batch for each session that has something, and how far the rings are
/// thereby stored.
struct StorePackage: Sendable {
    var batches: [(session: UInt32, batch: SessionBatch)]
    /// Sessions whose last batch is in here.
    var stopped: [UInt32]
    var acquisition: UInt64
    var control: UInt64
}

/// The store's thread: commits, and only then lets the rings go on.
///
/// It waits for the disk alone, so that neither reading nor alarms do. A commit that fails is tried
/// again until it works: nothing is thrown away, the rings hold what comes meanwhile.
final class StoreThread: Sendable {
    enum Message: Sendable {
        /// A session's file, open for writing; from now on this thread's.
        case writer(UInt32, SessionWriter)
        case package(StorePackage)
        /// A session is to end: where the disk is full, the room that is kept for that may be spent.
        case stopping(UInt32)
        case finish
    }

    let messages: Mailbox<Message>
    /// Tells whether the disk is being waited for; any thread may ask.
    let watch: StoreWatch
    private let thread: DedicatedThread

    /// - Parameters:
    ///   - heart: beats while the thread goes on, or says that it waits for the disk.
    ///   - done: called on this thread when it can take the next package.
    init(
        acquisition: Ring, control: Ring, notices: Mailbox<ControlNotice>,
        messages: Mailbox<Message>, heart: Heartbeat = Heartbeat(name: "store"),
        done: @escaping @Sendable (StoreBacklog) -> Void
    ) throws(SystemError) {
        self.messages = messages
        let watch = StoreWatch()
        self.watch = watch
        thread = try DedicatedThread(name: "store") {
            let loop = StoreLoop(
                acquisition: acquisition, control: control, notices: notices, messages: messages,
                watch: watch, heart: heart, done: done)
            loop.run()
        }
    }

    func finish() {
        messages.post(.finish)
        thread.join()
    }
}
