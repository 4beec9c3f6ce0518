import SessionStore
import StudyProtocol

/// The cue points of a session by its protocol, and what its participant's view shows.
struct ThinkAloudCues: Sendable {
    var cues: [CuePoint]
    var shows: [String]

    /// The rules of a session without any.
    private static let usual = ThinkAloudPlan()

    static func of(_ session: OpenedSession) async throws -> ThinkAloudCues {
        let id = session.listed.id
        return try await session.read { reader in
            let row = try reader.session()
            let text = row.description.protocolText
            let plan = text.isEmpty ? nil : try? StudyPlan.read(text, file: "protocol")
            let rules = plan?.phases.lazy.compactMap(\.thinkAloud).first ?? Self.usual
            let shows = rules.shows.map(\.rawValue)
            guard !rules.cues.isEmpty else { return ThinkAloudCues(cues: [], shows: shows) }
            let finder = CueFinder(
                plan: rules, session: id,
                material: try CueFinder.Material(reader, plan: plan))
            return ThinkAloudCues(cues: finder.cues(), shows: shows)
        }
    }
}
