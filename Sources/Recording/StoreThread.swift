import SessionStore
import Ring
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
        case finish
    }

    let messages: Mailbox<Message>
    private let thread: DedicatedThread

    /// - Parameter done: called on this thread after each package.
    init(
        acquisition: Ring, control: Ring, notices: Mailbox<ControlNotice>,
        messages: Mailbox<Message>, done: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        self.messages = messages
        thread = try DedicatedThread(name: "store") {
            let loop = StoreLoop(
                acquisition: acquisition, control: control, notices: notices, messages: messages,
                done: done)
            loop.run()
        }
    }

    func finish() {
        messages.post(.finish)
        thread.join()
    }
}

/// The store thread's own state; lives and dies in that thread.
private final class StoreLoop {
    private let acquisition: Ring
    private let control: Ring
    private let notices: Mailbox<ControlNotice>
    private let messages: Mailbox<StoreThread.Message>
    private let done: @Sendable () -> Void
    private var writers: [UInt32: SessionWriter] = [:]
    private var isFinished = false
    static let retryMilliseconds: Int32 = 500

    init(
        acquisition: Ring, control: Ring, notices: Mailbox<ControlNotice>,
        messages: Mailbox<StoreThread.Message>, done: @escaping @Sendable () -> Void
    ) {
        self.acquisition = acquisition
        self.control = control
        self.notices = notices
        self.messages = messages
        self.done = done
    }

    func run() {
        while !isFinished {
            messages.wait(milliseconds: -1)
            for message in messages.takeAll() {
                switch message {
                case .writer(let number, let writer): writers[number] = writer
                case .package(let package): store(package)
                case .finish: isFinished = true
                }
            }
        }
        for writer in writers.values { try? writer.close() }
    }

    private func store(_ package: StorePackage) {
        let began = Clocks.now()
        for (number, batch) in package.batches {
            guard let writer = writers[number] else { continue }
            guard commit(batch, writer, number) else { return }
        }
        acquisition.release(upTo: package.acquisition)
        control.release(upTo: package.control)
        for number in package.stopped { close(number) }
        notices.post(
            .committed(
                CommitNotice(
                    sessions: package.batches.map(\.session), stopped: package.stopped,
                    acquisition: package.acquisition, control: package.control, began: began,
                    duration: Clocks.now() - began)))
        done()
    }

    /// Commits, trying again until it works or the thread is to end.
    private func commit(_ batch: SessionBatch, _ writer: SessionWriter, _ number: UInt32) -> Bool {
        while true {
            do throws(SessionStoreError) {
                try writer.commit(batch)
                return true
            } catch {
                notices.post(.commitFailed(session: number, error))
            }
            messages.wait(milliseconds: Self.retryMilliseconds)
            for message in messages.takeAll() {
                switch message {
                case .writer(let number, let writer): writers[number] = writer
                case .finish:
                    isFinished = true
                    return false
                case .package: break
                }
            }
        }
    }

    private func close(_ number: UInt32) {
        guard let writer = writers.removeValue(forKey: number) else { return }
        do throws(SessionStoreError) {
            try writer.close()
        } catch {
            notices.post(.commitFailed(session: number, error))
        }
    }
}
