import NIOCore
import Synchronization
import Web

/// One browser that follows the station. What it does not read in time is dropped here, and it is told;
/// neither the other browsers nor the daemon notice.
final class DashboardListener: Sendable {
    let number: Int
    /// The session whose signals it shows; nil for none.
    let session: String?
    /// What goes to the browser; one that is let go connects anew by itself.
    let follower: EventFollower<DashboardFrame>
    private let count = Atomic<Int64>(0)

    /// Frames that may wait for one browser: about three seconds.
    static let mostWaiting = 128

    /// - Parameter close: closes the connection, where the browser does not read at all.
    init(number: Int, session: String?, close: @escaping @Sendable () -> Void) {
        self.number = number
        self.session = session
        follower = EventFollower(
            mostWaiting: Self.mostWaiting, patienceSeconds: 180, close: close)
    }

    /// Called under the hub's lock, so that places follow one another.
    func send(_ bytes: ByteBuffer, sentNs: Int64) {
        let place = count.add(1, ordering: .relaxed).newValue
        follower.send(DashboardFrame(place: place, sentNs: sentNs, bytes: bytes))
    }
}
