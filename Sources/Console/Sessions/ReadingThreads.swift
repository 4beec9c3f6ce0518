import Dispatch
import Synchronization
import SystemCalls

/// Threads for work that waits for the disk, so that the server's own never do.
///
/// Work is taken up in order; what cannot be taken up at once waits.
final class ReadingThreads: Sendable {
    private struct Waiting {
        var work: [@Sendable () -> Void] = []
        /// Place of the first that was not taken up yet.
        var next = 0
    }

    private let waiting = Mutex(Waiting())
    private let signal = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - count: how many pieces of work may run at once.
    ///   - name: what the threads are called, at most 12 letters.
    /// - Throws: where no thread can be had.
    init(count: Int, name: String = "sessions") throws(SystemError) {
        // The threads last as long as the program: each holds what it works on.
        for number in 1...max(count, 1) {
            _ = try DedicatedThread(name: "\(name)-\(number)", stackSize: 4 << 20) { self.work() }
        }
    }

    private func work() {
        while true {
            signal.wait()
            let work = waiting.withLock { waiting -> (@Sendable () -> Void)? in
                guard waiting.next < waiting.work.count else { return nil }
                let work = waiting.work[waiting.next]
                waiting.next += 1
                if waiting.next == waiting.work.count { waiting = Waiting() }
                return work
            }
            work?()
        }
    }

    /// Runs a piece of work and waits for its result, without holding up the caller's thread.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            waiting.withLock { waiting in
                waiting.work.append {
                    continuation.resume(with: Swift.Result { try body() })
                }
            }
            signal.signal()
        }
    }
}
