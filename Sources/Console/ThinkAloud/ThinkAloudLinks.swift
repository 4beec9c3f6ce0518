import Glibc
import Link
import Logging
import Synchronization
import SystemCalls
import Timebase

/// Carries what commentaries bring to the daemon: all their linked clients, on one thread, so that a
/// disk that hangs or a daemon that is away holds up no page. Any task may use it.
final class ThinkAloudLinks: Sendable {
    private struct Inbox {
        var work: [@Sendable (ThinkAloudLinkTable) -> Void] = []
        var isEnding = false
    }

    private let inbox = Mutex(Inbox())
    private let wake: EventSignal

    /// Starts the thread, which lasts as long as the program.
    init(socketPath: String, log: Logger) throws(SystemError) {
        wake = try EventSignal()
        _ = try DedicatedThread(name: "think-aloud", stackSize: 4 << 20) { [self] in
            run(ThinkAloudLinkTable(socketPath: socketPath, log: log))
        }
    }

    /// Runs something with the links, in the order in which it was asked for, and waits for it.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (ThinkAloudLinkTable) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            add { table in continuation.resume(with: Result { try body(table) }) }
        }
    }

    /// Has something done, without waiting for it.
    func add(_ work: @escaping @Sendable (ThinkAloudLinkTable) -> Void) {
        inbox.withLock { $0.work.append(work) }
        wake.raise()
    }

    private func run(_ table: ThinkAloudLinkTable) {
        while true {
            wake.clear()
            let work = inbox.withLock { inbox in
                defer { inbox.work = [] }
                return inbox.work
            }
            for piece in work { piece(table) }
            table.process()
            wait(table)
        }
    }

    private func wait(_ table: ThinkAloudLinkTable) {
        var entries = [pollfd(fd: wake.number, events: Int16(POLLIN), revents: 0)]
        entries += table.polled
        // Interrupted or not, what is due is looked at again.
        _ = unsafe poll(
            &entries, nfds_t(entries.count), Int32(clamping: table.millisecondsUntilDue))
    }
}
