import Glibc
import Synchronization
import SystemCalls

/// Hands messages to one thread from others: a list under a lock, and a signal to wake it.
///
/// The lock is held only to append or to take the list, so that nobody waits long.
final class Mailbox<Message: Sendable>: Sendable {
    private let waiting = Mutex<[Message]>([])
    /// Readable while messages wait; for the receiver's `Epoll`.
    let signal: EventSignal

    init() throws(SystemError) { signal = try EventSignal() }

    /// Any thread.
    func post(_ message: Message) {
        waiting.withLock { $0.append(message) }
        signal.raise()
    }

    /// Takes all that waits, in order. The receiving thread alone.
    func takeAll() -> [Message] {
        signal.clear()
        return waiting.withLock { messages in
            let taken = messages
            messages = []
            return taken
        }
    }

    /// Waits until a message comes or the time is over. The receiving thread alone.
    func wait(milliseconds: Int32) {
        var entry = pollfd(fd: signal.number, events: Int16(POLLIN), revents: 0)
        // An interrupted wait ends early, and the caller looks for work anyway.
        _ = unsafe poll(&entry, 1, milliseconds)
    }
}
