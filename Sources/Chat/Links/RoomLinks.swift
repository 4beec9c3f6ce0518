import Glibc
import Link
import Logging
import Synchronization
import SystemCalls
import Timebase

/// All linked clients of all rooms, on one thread: a client `chat` on the station's clock for each
/// session, and a client `page` with a clock of its own for each load of a page.
///
/// Any thread may give orders; they are done in order. News come on this object's thread.
final class RoomLinks: Sendable {
    private struct Inbox {
        var orders: [LinkOrder] = []
        var listeners: [String: @Sendable (LinkNews) -> Void] = [:]
        var calls: [@Sendable () -> Void] = []
        var isEnding = false
    }

    private let inbox = Mutex(Inbox())
    private let wake: EventSignal
    private let socketPath: String
    private let log: Logger
    private let thread = Mutex<DedicatedThread?>(nil)

    /// Starts the thread.
    /// - Parameter service: answers the chat's own socket, on the same thread; nil for none.
    init(
        socketPath: String, log: Logger,
        service: (@Sendable (RoomLinks) throws -> ChatService)? = nil
    ) throws(SystemError) {
        self.socketPath = socketPath
        self.log = log
        wake = try EventSignal()
        let started = try DedicatedThread(name: "chat-links", stackSize: 8 << 20) { [self] in
            do {
                let loop = RoomLinksLoop(
                    socketPath: self.socketPath, log: self.log, service: try service?(self))
                loop.run(self)
            } catch {
                self.log.error("the chat's own socket cannot be served: \(error)")
                RoomLinksLoop(socketPath: self.socketPath, log: self.log, service: nil).run(self)
            }
        }
        thread.withLock { $0 = started }
    }

    /// Has something done.
    func order(_ order: LinkOrder) {
        inbox.withLock { $0.orders.append(order) }
        wake.raise()
    }

    /// Who is told news of a session; nil for nobody any more.
    func listen(_ session: String, _ listener: (@Sendable (LinkNews) -> Void)?) {
        inbox.withLock { $0.listeners[session] = listener }
    }

    /// Runs something on the links' thread, such as an answer of the chat's own socket.
    func perform(_ call: @escaping @Sendable () -> Void) {
        inbox.withLock { $0.calls.append(call) }
        wake.raise()
    }

    /// Delivers what can be delivered within a few seconds, and ends the thread.
    func end() {
        inbox.withLock { $0.isEnding = true }
        wake.raise()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    // MARK: For the thread

    var wakeDescriptor: Int32 { wake.number }

    func takeOrders() -> (
        orders: [LinkOrder], calls: [@Sendable () -> Void], isEnding: Bool
    ) {
        wake.clear()
        return inbox.withLock { inbox in
            defer {
                inbox.orders = []
                inbox.calls = []
            }
            return (inbox.orders, inbox.calls, inbox.isEnding)
        }
    }

    func tell(_ session: String, _ news: LinkNews) {
        inbox.withLock { $0.listeners[session] }?(news)
    }
}
