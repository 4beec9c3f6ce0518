import Synchronization
import SystemCalls
import Timebase

/// A view that follows a think-aloud. Each state is whole, so that a slow view is only ever told the
/// newest one, and nothing piles up for it.
final class ThinkAloudSubscriber: Sendable {
    let states: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let progress: Atomic<Int64>
    private let close: @Sendable () -> Void

    /// A view that takes nothing for so long is gone, in nanoseconds.
    private static let patience: Int64 = 45_000_000_000

    /// - Parameter close: closes the connection, where the view does not read at all.
    init(close: @escaping @Sendable () -> Void) {
        self.close = close
        progress = Atomic(Clocks.now().nanoseconds)
        (states, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func tell(_ state: String) { continuation.yield(state) }

    /// Something was written to the view.
    func noteProgress() { progress.store(Clocks.now().nanoseconds, ordering: .relaxed) }

    /// Ends it, at once where the view does not read.
    func endIfStuck() -> Bool {
        let idle = Clocks.now().nanoseconds - progress.load(ordering: .relaxed)
        guard idle > Self.patience else { return false }
        continuation.finish()
        close()
        return true
    }

    /// Ends it once everything before is written.
    func finish() { continuation.finish() }
}
