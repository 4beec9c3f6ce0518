/// Where a room keeps what it knows: in the chat's state directory.
struct RoomPlaces: Hashable, Sendable {
    var directory: String
    var session: String

    var journal: String { "\(directory)/room-\(session).journal" }
    var chatOutbox: String { "\(directory)/room-\(session).chat.outbox" }

    func pageOutbox(_ page: String) -> String {
        "\(directory)/room-\(session).page-\(page).outbox"
    }
}
