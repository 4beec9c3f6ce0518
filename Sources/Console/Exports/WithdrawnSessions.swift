import SessionStore
import SystemCalls

/// The sessions of a study that may not be used any more, since the participant withdrew.
struct WithdrawnSessions: Sendable {
    private let sessions: Set<ExportRecord.Session>
    private let participants: Set<String>

    /// Reads the list of sessions and the roster. A study's database that is held for a moment tells of no
    /// participants.
    init(_ study: String, _ surroundings: ConsoleSurroundings) async throws {
        sessions = Set(
            try await surroundings.shelf.list(study: study).filter { $0.state == .withdrawn }.map {
                ExportRecord.Session(
                    participant: $0.participant,
                    file: $0.file.split(separator: "/").last.map(String.init) ?? "")
            })
        let path = "\(surroundings.settings.dataDirectory)/\(study)/study.db"
        participants = try await surroundings.shelf.run {
            guard FileSystem.exists(path),
                let database = try? StudyDatabase.openForReading(at: path)
            else { return [] }
            defer { try? database.close() }
            return Set(
                ((try? database.roster()) ?? []).filter { $0.status == .withdrawn }
                    .map(\.participant.code))
        }
    }

    func contains(_ session: ExportRecord.Session) -> Bool {
        sessions.contains(session) || participants.contains(session.participant)
    }
}
