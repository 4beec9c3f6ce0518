import Logging
import ServiceManagement
import SystemCalls
import Timebase

/// Tells the service manager that the daemon is alive, as long as all of its threads are.
///
/// A thread of its own: a thread that hangs cannot tell of itself. What the rings hold outlives the
/// daemon's end, so that after a restart the session goes on.
final class Watchdog: Sendable {
    /// When a thread counts as stalled.
    struct Limits: Sendable {
        /// Nanoseconds without a beat.
        var stalled: Int64
        /// Nanoseconds without a beat while it waits for a disk: a new process would wait for the same
        /// disk, so that ending this one helps only where it will never be done.
        var atDisk: Int64 = 300_000_000_000
    }

    private enum Message: Sendable { case finish }

    private let messages: Mailbox<Message>
    private let thread: DedicatedThread

    /// - Parameters:
    ///   - interval: how often the manager wants to hear; nil where there is none, and then a thread that
    ///     hangs is told to the log and the control thread alone.
    ///   - notices: told of a thread that hangs, and of one that goes on again.
    init(
        interval: Duration?, hearts: [Heartbeat], notices: Mailbox<ControlNotice>, log: Logger
    ) throws(SystemError) {
        let messages = try Mailbox<Message>()
        self.messages = messages
        thread = try DedicatedThread(name: "watchdog") {
            // Without a manager, as long as the shipped unit's.
            let due = interval?.nanoseconds ?? 10_000_000_000
            var watch = ThreadWatch(
                hearts: hearts, limits: Limits(stalled: due / 10 * 7), at: Clocks.now())
            let pause = Int32(clamping: max(20, min(due / 5_000_000, 1000)))
            while true {
                let verdict = watch.look(at: Clocks.now())
                for name in verdict.stalled {
                    log.critical(
                        "the thread '\(name)' has not gone on for \(due / 10 * 7 / 1_000_000) ms\(interval == nil ? "" : ": this process is to be ended, and its sessions go on in the next one")"
                    )
                    notices.post(.threadStalled(name, true))
                }
                for name in verdict.recovered {
                    log.warning("the thread '\(name)' goes on again")
                    notices.post(.threadStalled(name, false))
                }
                if interval != nil {
                    // What the manager does not hear, it acts upon by itself.
                    _ = try? ServiceManager.notify(
                        verdict.isAlive ? "WATCHDOG=1" : "WATCHDOG=trigger")
                }
                messages.wait(milliseconds: pause)
                if !messages.takeAll().isEmpty { return }
            }
        }
    }

    /// Ends the watch, and waits for it.
    func finish() {
        messages.post(.finish)
        thread.join()
    }
}
