import Synchronization
import SystemCalls

/// Carries the requests of all models of a process, on one thread of its own.
///
/// May be used from any thread and task. `close()` ends what is under way; so does letting go of it.
public final class ModelTransport: Sendable {
    private let loop: CurlLoop
    private let thread: Mutex<DedicatedThread?>
    private let lastID = Mutex(0)

    /// Starts the thread.
    ///
    /// - Throws: `configuration` if libcurl or the thread cannot be started.
    public init() throws(ModelFailure) {
        let loop = try CurlLoop()
        self.loop = loop
        do {
            thread = Mutex(
                try DedicatedThread(name: "models", stackSize: 1 << 21) { loop.run() })
        } catch {
            throw ModelFailure(.configuration, "The thread for models cannot be started: \(error).")
        }
    }

    deinit { close() }

    /// Transfers that were begun and have not ended.
    public var runningTransfers: Int { loop.running }

    /// Cancels all transfers and waits until the thread has ended. Later requests are refused.
    public func close() {
        loop.stop()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    /// Begins a transfer. Ending the iteration of its events cancels it.
    func start(_ request: TransferRequest) -> (id: Int, events: AsyncStream<TransferEvent>) {
        let id = lastID.withLock {
            $0 += 1
            return $0
        }
        let (events, continuation) = AsyncStream.makeStream(of: TransferEvent.self)
        continuation.onTermination = { [loop] reason in
            if case .cancelled = reason { loop.cancel(id) }
        }
        loop.start(Transfer(id: id, request: request, events: continuation))
        return (id, events)
    }

    /// Says that the answer of a transfer is complete: it ends well in a moment, whatever the server
    /// does. Until then the connection can become free for the next request.
    func answerIsComplete(_ id: Int) {
        loop.end(id, byNs: Clocks.now().nanoseconds + 100_000_000)
    }
}
