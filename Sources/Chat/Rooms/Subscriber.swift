import Web

/// One page that follows a room. What it does not read in time is dropped, and it gets the whole state
/// anew.
typealias Subscriber = EventFollower<RoomNews>

/// One piece for a page that follows a room.
enum RoomNews: Sendable {
    /// A change of the state, from the revision before to this one.
    case patch(revision: Int, text: String)
    /// Nothing new; shows that the connection is alive.
    case beat
}

extension EventFollower<RoomNews> {
    /// Changes that may wait for a page that reads slowly.
    static let mostWaiting = 64

    /// - Parameter close: closes the connection, where the page does not read at all.
    convenience init(close: @escaping @Sendable () -> Void) {
        self.init(mostWaiting: Self.mostWaiting, patienceSeconds: 60, close: close)
    }
}
