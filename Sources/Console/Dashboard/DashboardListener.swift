import NIOCore
import Synchronization
import SystemCalls
import Timebase

/// One browser that follows the station. What it does not read in time is dropped here, and it is told;
/// neither the other browsers nor the daemon notice.
final class DashboardListener: Sendable {
    let number: Int
    /// The session whose signals it shows; nil for none.
    let session: String?
    let stream: AsyncStream<DashboardFrame>
    private let continuation: AsyncStream<DashboardFrame>.Continuation
    private let progress: Atomic<Int64>
    private let count = Atomic<Int64>(0)
    private let close: @Sendable () -> Void

    /// Frames that may wait for one browser: about three seconds.
    static let mostWaiting = 128
    /// A browser that takes nothing for so long is let go, in nanoseconds; it connects anew by itself.
    static let patience: Int64 = 180_000_000_000

    /// - Parameter close: closes the connection, where the browser does not read at all.
    init(number: Int, session: String?, close: @escaping @Sendable () -> Void) {
        self.number = number
        self.session = session
        self.close = close
        progress = Atomic(Clocks.now().nanoseconds)
        (stream, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingNewest(Self.mostWaiting))
    }

    /// Called under the hub's lock, so that places follow one another.
    func send(_ bytes: ByteBuffer, sentNs: Int64) {
        let place = count.add(1, ordering: .relaxed).newValue
        continuation.yield(DashboardFrame(place: place, sentNs: sentNs, bytes: bytes))
    }

    /// Something was written to the browser.
    func noteProgress() { progress.store(Clocks.now().nanoseconds, ordering: .relaxed) }

    /// Whether nothing could be written for long.
    var isStuck: Bool {
        Clocks.now().nanoseconds - progress.load(ordering: .relaxed) > Self.patience
    }

    func end() {
        continuation.finish()
        close()
    }
}
