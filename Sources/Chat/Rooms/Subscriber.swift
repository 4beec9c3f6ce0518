import Synchronization
import SystemCalls
import Timebase

/// One page that follows a room. What it does not read in time is dropped, and it gets the whole state
/// anew.
final class Subscriber: Sendable {
    /// One piece for the page.
    enum Item: Sendable {
        /// A change of the state, from the revision before to this one.
        case patch(revision: Int, text: String)
        /// Nothing new; shows that the connection is alive.
        case beat
    }

    let stream: AsyncStream<Item>
    private let continuation: AsyncStream<Item>.Continuation
    private let progress: Atomic<Int64>
    private let close: @Sendable () -> Void

    /// Changes that may wait for a page that reads slowly.
    static let mostWaiting = 64
    /// A page that takes nothing for so long is gone, in nanoseconds.
    static let patience: Int64 = 60_000_000_000

    /// - Parameter close: closes the connection, where the page does not read at all.
    init(close: @escaping @Sendable () -> Void) {
        self.close = close
        progress = Atomic(Clocks.now().nanoseconds)
        (stream, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingNewest(Self.mostWaiting))
    }

    func send(_ item: Item) { continuation.yield(item) }

    /// Something was written to the page.
    func noteProgress() { progress.store(Clocks.now().nanoseconds, ordering: .relaxed) }

    /// Whether nothing could be written for long.
    var isStuck: Bool {
        Clocks.now().nanoseconds - progress.load(ordering: .relaxed) > Self.patience
    }

    /// Ends it once everything before is written.
    func finish() { continuation.finish() }

    /// Ends it at once, and the connection with it.
    func end() {
        continuation.finish()
        close()
    }
}
