import Synchronization

/// All addresses that were added, so that a check can go through them.
final class ConsoleRouteList: Sendable {
    private let list = Mutex<[ConsoleRoute]>([])

    var routes: [ConsoleRoute] { list.withLock { $0 } }

    func add(_ route: ConsoleRoute) { list.withLock { $0.append(route) } }
}
