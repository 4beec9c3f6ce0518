import Synchronization

/// Collects what the figures of a study show, and keeps of each session what does not change. Any task may
/// use it.
final class FigureLibrary: Sendable {
    private struct Key: Hashable {
        var id: String
        var version: String
    }

    private let shelf: SessionShelf
    private let sessions: PlaybackSessions
    private let derived: DerivedTracks
    private let facts = Mutex<[Key: FigureFacts]>([:])
    private let responses = Mutex<[Key: TurnResponse]>([:])
    /// Sessions of which facts are kept: a few kilobytes each.
    private static let most = 2000

    init(shelf: SessionShelf, sessions: PlaybackSessions, derived: DerivedTracks) {
        self.shelf = shelf
        self.sessions = sessions
        self.derived = derived
    }

    /// The sessions of a study that figures are about: chats that are over, and pilots if they are asked
    /// for.
    /// - Returns: those, how many pilots were left out, and how many cannot be read.
    func collect(
        study: String, pilots: Bool
    ) async throws -> (sessions: [PlaybackSession], pilotsLeftOut: Int, unreadable: Int) {
        let chats = try await shelf.list(study: study).filter {
            $0.kind == "chat" && $0.state != .recording && $0.state != .withdrawn
        }
        var opened: [PlaybackSession] = []
        var unreadable = 0
        for listed in chats.reversed() where pilots || !listed.pilot {
            do {
                opened.append(try await sessions.session(listed.id))
            } catch is ConsoleRefusal {
                // One damaged file is said, and hides no other session.
                unreadable += 1
            }
        }
        return (opened, pilots ? 0 : chats.count(where: { $0.pilot }), unreadable)
    }

    func facts(of session: PlaybackSession) async throws -> FigureFacts {
        let key = key(session)
        if let key, let known = facts.withLock({ $0[key] }) { return known }
        let found = try await session.opened.read { try FigureFacts(session, $0) }
        if let key { keep(found, key, in: facts) }
        return found
    }

    func response(of session: PlaybackSession) async throws -> TurnResponse {
        let key = key(session)
        if let key, let known = responses.withLock({ $0[key] }) { return known }
        let turns = try await facts(of: session).clientTurns
        let found = try await derived.run(session) { derivation, reader in
            try TurnResponse(session, derivation, reader, turns: turns)
        }
        if let key { keep(found, key, in: responses) }
        return found
    }

    private func keep<Value: Sendable>(
        _ value: Value, _ key: Key, in kept: borrowing Mutex<[Key: Value]>
    ) {
        kept.withLock { kept in
            if kept.count >= Self.most { kept = [:] }
            kept[key] = value
        }
    }

    /// nil for a session that may still change.
    private func key(_ session: PlaybackSession) -> Key? {
        session.tag.map { Key(id: session.opened.listed.id, version: $0 + session.opened.stamp) }
    }

    /// What figures of these sessions are computed from.
    func sources(of sessions: [PlaybackSession]) async throws -> FigureSources {
        var all: [FigureSources.Source] = []
        for session in sessions { all.append(try await facts(of: session).source) }
        return FigureSources(sources: all)
    }

    /// A figure by its name; nil where there is none of that name.
    func figure(_ name: String, of sessions: [PlaybackSession]) async throws -> (any Figure)? {
        if name == "physiology" {
            var all: [TurnResponse] = []
            for session in sessions { all.append(try await response(of: session)) }
            return PhysiologyFigure(all)
        }
        guard Self.names.contains(name) else { return nil }
        var all: [FigureFacts] = []
        for session in sessions { all.append(try await facts(of: session)) }
        return switch name {
        case "message-length": MessageLengthFigure(all)
        case "likert": LikertFigure(all)
        case "strategies": StrategyFigure(all)
        default: EmotionFigure(all)
        }
    }

    /// The figures there are, in the order in which they are shown.
    static let names = ["message-length", "likert", "strategies", "emotion", "physiology"]
}
