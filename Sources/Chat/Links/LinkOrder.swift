import Link

/// What a room asks of the links.
enum LinkOrder: Sendable {
    /// Follow a session, and open the chat's own link.
    case follow(RoomPlaces)
    /// Put events into a link's outbox; those it has already are left out.
    case events(RoomLinkName, [RoomEntry.Outgoing], isUrgent: Bool)
    /// What an earlier process reported of a page's clock, before its first events.
    case restore(RoomLinkName, [ClockObservation], confirmed: Int)
    case trips(RoomLinkName, [ClockObservation])
    /// Say when everything is delivered.
    case drain(session: String)
    /// Close everything of a session, and remove its outboxes: those that are empty, or all.
    case forget(session: String, removing: Bool)
}
