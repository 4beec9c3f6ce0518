import Link
import SystemCalls
import Timebase

/// One linked client of a room, with the moment at which what waits is to go out. Confined to the
/// links' thread.
final class RoomLink {
    let name: RoomLinkName
    let client: LinkedClient
    /// When what was put in goes out; nil where nothing waits for that.
    var due: Instant?
    var toldTrips = 0
    var toldRefusal = false
    var isLinked = false
    /// When events began to wait for the first round trip of the page's clock.
    var unmappedSince: Instant?
    var lastUse = Clocks.now()

    init(name: RoomLinkName, client: LinkedClient) {
        self.name = name
        self.client = client
    }

    /// Puts events in that are not in yet.
    func put(_ events: [RoomEntry.Outgoing], isUrgent: Bool) throws(LinkError) {
        for event in events where event.sequence > client.outbox.lastSequence {
            guard event.sequence == client.outbox.lastSequence + 1 else {
                throw LinkError(
                    .outbox,
                    "The outbox \(client.outbox.path) has events up to "
                        + "\(client.outbox.lastSequence), and \(event.sequence) is to follow: one "
                        + "of the chat's files was removed or put back.")
            }
            try client.put(
                kind: event.kind, time: Instant(nanoseconds: event.timeNs), payload: event.payload)
        }
        let now = Clocks.now()
        lastUse = now
        let wanted = isUrgent ? now : now + RoomLink.patience
        due = due.map { min($0, wanted) } ?? wanted
        if name.page != nil && !client.hasTrips { unmappedSince = unmappedSince ?? now }
    }

    /// How long edits of a draft may be collected, in nanoseconds: each way out syncs a file, and with
    /// fifty rooms a disk has more to do than that.
    static let patience: Int64 = 200_000_000
}
