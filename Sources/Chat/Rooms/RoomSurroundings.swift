import Logging
import Web

/// What all rooms share.
struct RoomSurroundings: Sendable {
    let links: RoomLinks
    let station: StationCaller
    let settings: ChatServerSettings
    let models: ModelShelf
    let log: Logger
}
