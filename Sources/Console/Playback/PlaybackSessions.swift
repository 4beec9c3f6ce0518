import SessionStore
import Synchronization

/// The sessions that are played back at the moment. Any task may use it.
final class PlaybackSessions: Sendable {
    private struct Key: Hashable {
        var id: String
        /// Of file and review, and of the study's database, which holds the consent.
        var stamp: String
        var study: FileStamp?
    }

    private let shelf: SessionShelf
    private let known = Mutex<[Key: PlaybackSession]>([:])
    private static let most = 16

    init(shelf: SessionShelf) { self.shelf = shelf }

    /// - Throws: `ConsoleRefusal`.
    func session(_ id: String) async throws -> PlaybackSession {
        let opened = try await shelf.open(id)
        return try await shelf.run { [self] in try session(opened) }
    }

    private func session(_ opened: OpenedSession) throws -> PlaybackSession {
        guard opened.version != nil else { return try PlaybackSession(opened) }
        let key = Key(
            id: opened.listed.id, stamp: opened.stamp,
            study: FileStamp(StudyDirectory.database(of: opened.path)))
        if let session = known.withLock({ $0[key] }) { return session }
        let session = try PlaybackSession(opened)
        known.withLock { known in
            if known.count >= Self.most { known = [:] }
            known[key] = session
        }
        return session
    }
}
