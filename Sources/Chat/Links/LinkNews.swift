import Link

/// A linked client of a room.
struct RoomLinkName: Hashable, Sendable {
    var session: String
    /// A load of the page; nil for the chat itself.
    var page: String?
}

/// What the links tell a room.
enum LinkNews: Sendable {
    /// The session, now or after a change.
    case session(LinkSession)
    /// There is no such session any more.
    case gone
    /// The daemon cannot be reached, and why; links try again by themselves.
    case waiting(String)
    /// The chat's own client is registered, on a new connection.
    case linked
    /// The daemon takes nothing of this client any more.
    case refused(RoomLinkName, LinkRefusal)
    /// The daemon has so many round trips of this page's clock.
    case confirmedTrips(RoomLinkName, Int)
    /// Everything was delivered, after `drain` was asked for.
    case drained
}
