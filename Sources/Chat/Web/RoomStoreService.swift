import ServiceLifecycle
import Synchronization

/// Looks for sessions while the server runs.
struct RoomStoreService: Service {
    let store: RoomStore

    func run() async throws { await store.run() }
}

/// Where the rooms are found by what was made before them.
final class StoreBox: Sendable {
    private let kept = Mutex<RoomStore?>(nil)

    var store: RoomStore? { kept.withLock { $0 } }

    func set(_ store: RoomStore) { kept.withLock { $0 = store } }
}
