import Synchronization

/// Collects pieces of a text.
final class Pieces: Sendable {
    private let collected = Mutex("")

    func add(_ piece: String) { collected.withLock { $0 += piece } }

    var text: String { collected.withLock { $0 } }
}
