import SessionStore
import Synchronization
import SystemCalls

/// All sessions of the data directory, to be listed and read. Any task may use it.
///
/// Files are only ever read. A finished session's reader is kept open for some minutes; of one that is
/// still recorded none is, since that would hold up its log.
public final class SessionShelf: Sendable {
    private struct Kept {
        var session: OpenedSession
        var used: ContinuousClock.Instant
    }

    private let directory: String
    private let threads: ReadingThreads
    private let index: Mutex<SessionIndex>
    private let kept = Mutex<[String: Kept]>([:])
    /// How many finished sessions are kept open at most, and for how long after their last use.
    private static let mostKept = 16
    private static let keptFor = Duration.seconds(300)

    /// - Parameter directory: the data directory, which holds one directory a study.
    /// - Throws: where no threads can be had.
    public init(directory: String) throws(SystemError) {
        self.directory = directory
        threads = try ReadingThreads(count: 4)
        index = Mutex(SessionIndex(directory: directory))
    }

    /// The sessions of a study or of all, newest first.
    public func list(study: String? = nil) async throws -> [ListedSession] {
        try await threads.run { [self] in index.withLock { $0.sessions(study: study) } }
    }

    /// Whether there is a study of that name, with sessions or without.
    func hasStudy(_ name: String) async throws -> Bool {
        try await threads.run { [self] in
            FileSystem.exists("\(directory)/\(name)/study.db")
                || !index.withLock { $0.sessions(study: name) }.isEmpty
        }
    }

    /// Opens a session by its id, or by a beginning of it of at least 6 characters that only one has.
    /// - Throws: `ConsoleRefusal`: that there is none, or why its file cannot be read.
    public func open(_ id: String) async throws -> OpenedSession {
        try await threads.run { [self] in try find(id) }
    }

    /// Runs work that waits for the disk on threads of the shelf.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await threads.run(body)
    }

    private func find(_ id: String) throws -> OpenedSession {
        if let known = keptSession(id) { return known }
        let asked = id.lowercased()
        let found = index.withLock { $0.sessions() }.filter {
            let own = $0.id.lowercased()
            return own == asked || (asked.utf8.count >= 6 && own.hasPrefix(asked))
        }
        let exact = found.filter { $0.id.lowercased() == asked }
        guard let listed = exact.first ?? (found.count == 1 ? found.first : nil) else {
            throw ConsoleRefusal.missing("session")
        }
        if listed.id != id, let known = keptSession(listed.id) { return known }
        let session = try OpenedSession(listed, threads: threads)
        if listed.isFinished { keep(session) }
        return session
    }

    /// A session that is open already, where neither its file nor its review has changed.
    private func keptSession(_ id: String) -> OpenedSession? {
        kept.withLock { kept in
            guard let entry = kept[id] else { return nil }
            guard entry.session.isCurrent else {
                kept[id] = nil
                return nil
            }
            kept[id]?.used = .now
            return entry.session
        }
    }

    private func keep(_ session: OpenedSession) {
        kept.withLock { kept in
            // What is let go closes by itself once nobody reads it any more.
            let now = ContinuousClock.now
            kept = kept.filter { now - $0.value.used < Self.keptFor }
            if kept.count >= Self.mostKept,
                let oldest = kept.min(by: { $0.value.used < $1.value.used })
            {
                kept[oldest.key] = nil
            }
            kept[session.listed.id] = Kept(session: session, used: now)
        }
    }
}
