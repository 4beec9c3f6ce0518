import Synchronization
import SystemCalls
import Timebase

/// One page that follows events over a connection that stays open. What it does not read in time is dropped
/// here, the oldest first, so that a page that sleeps costs nobody else anything; who sends sees to it that
/// the page can tell, by a number in each item or because each item is whole.
public final class EventFollower<Item: Sendable>: Sendable {
    /// What is still to be written, for one reader.
    public let stream: AsyncStream<Item>
    private let continuation: AsyncStream<Item>.Continuation
    private let progress: Atomic<Int64>
    private let patience: Int64
    private let close: @Sendable () -> Void

    /// - Parameters:
    ///   - mostWaiting: how many items may wait for the page.
    ///   - patienceSeconds: a page that takes nothing for so long is gone.
    ///   - close: closes the connection, where the page does not read at all.
    public init(mostWaiting: Int, patienceSeconds: Int64, close: @escaping @Sendable () -> Void) {
        self.close = close
        patience = patienceSeconds * 1_000_000_000
        progress = Atomic(Clocks.now().nanoseconds)
        (stream, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingNewest(mostWaiting))
    }

    public func send(_ item: Item) { continuation.yield(item) }

    /// Something was written to the page.
    public func noteProgress() { progress.store(Clocks.now().nanoseconds, ordering: .relaxed) }

    /// Whether nothing could be written for longer than the page is waited for.
    public var isStuck: Bool {
        Clocks.now().nanoseconds - progress.load(ordering: .relaxed) > patience
    }

    /// Ends it once everything before is written.
    public func finish() { continuation.finish() }

    /// Ends it at once, and the connection with it.
    public func end() {
        continuation.finish()
        close()
    }
}
