import Glibc
import Synchronization
import SystemCalls

/// Hands messages to one thread from others: a list under a lock, and a signal to wake it.
///
/// The lock is held only to append or to take the list, so that nobody waits long. The signal is
/// raised exactly while messages wait, so that neither posting to a list that has some nor looking
/// into an empty one costs a system call.
final class Mailbox<Message: Sendable>: Sendable {
    private let waiting = Mutex<[Message]>([])
    /// Readable while messages wait; for the receiver's `Epoll`.
    let signal: EventSignal

    init() throws(SystemError) { signal = try EventSignal() }

    /// Any thread.
    func post(_ message: Message) {
        waiting.withLock { messages in
            messages.append(message)
            if messages.count == 1 { signal.raise() }
        }
    }

    /// Takes all that waits, in order. The receiving thread alone.
    func takeAll() -> [Message] {
        waiting.withLock { messages in
            if messages.isEmpty { return [] }
            signal.clear()
            let taken = messages
            messages = []
            return taken
        }
    }

    /// Waits until a message comes, another descriptor is readable, or the time is over. The receiving
    /// thread alone.
    /// - Parameter other: the other descriptor; -1 for none.
    /// - Returns: whether the other descriptor is readable.
    @discardableResult
    func wait(milliseconds: Int32, or other: Int32 = -1) -> Bool {
        // poll(2) passes over negative descriptors.
        var entries = [signal.number, other].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        // An interrupted wait ends early, and the caller looks for work anyway.
        let ready = unsafe poll(&entries, 2, milliseconds)
        return ready > 0 && entries[1].revents != 0
    }
}
