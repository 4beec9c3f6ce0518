import Glibc
import Link
import Synchronization
import SystemCalls

/// Work for one thread, in order.
final class WorkQueue: Sendable {
    typealias Work = @Sendable (inout VarlinkClient?) -> Void

    private struct Items {
        var waiting: [Work] = []
        var isEnded = false
    }

    private let items = Mutex(Items())
    private let signal: EventSignal?

    init() { signal = try? EventSignal() }

    func add(_ work: @escaping Work) {
        items.withLock { $0.waiting.append(work) }
        signal?.raise()
    }

    func end() {
        items.withLock { $0.isEnded = true }
        signal?.raise()
    }

    /// The next piece of work; waits for it. nil at the end.
    func next() -> Work? {
        while true {
            signal?.clear()
            let (work, isEnded) = items.withLock { items -> (Work?, Bool) in
                (items.waiting.isEmpty ? nil : items.waiting.removeFirst(), items.isEnded)
            }
            if let work { return work }
            if isEnded { return nil }
            var entry = pollfd(fd: signal?.number ?? -1, events: Int16(POLLIN), revents: 0)
            // Without a signal it is looked for ten times a second.
            _ = unsafe poll(&entry, 1, signal == nil ? 100 : 1000)
        }
    }
}
